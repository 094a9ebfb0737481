/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles as the API has them, and as messages. A rule is one line:
 *
 *	permit|deny from-vm|to-vm [ethertype N] [proto tcp|udp|icmp|icmpv6|N]
 *		[src PREFIX] [dst PREFIX] [sport A[-B]] [dport A[-B]]
 *
 * Pure.
 */
#ifndef VCENTERD_PROFILE_SPEC_H
#define VCENTERD_PROFILE_SPEC_H

#include "lib/errs.h"
#include "lib/json.h"
#include "proto/common.pb-c.h"

#define PROFILE_RULES_MAX 1024

/*
 * What @body says goes into @msg, the rest stays; name and tenant only if @new. -EINVAL with a
 * sentence, and
 * @msg may have some of it: give it a copy.
 */
int profile_spec_parse(Nvo3__Profile *msg, json_t *body, bool new, struct err *err);
json_t *profile_spec_view(const Nvo3__Profile *msg);

/* For msg_free(). NULL with a sentence. */
Nvo3__ProfileRule *profile_rule_parse(const char *line, struct err *err);
const char *profile_rule_format(const Nvo3__ProfileRule *r, char *buf, size_t size);

#endif
