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

#define PROFILE_RULES_MAX	1024
#define PROFILE_RATE_MAX	(1ll << 50)
#define PROFILE_BURST_MAX	(1 << 30)
#define PROFILE_PPS_MAX		(1 << 30)
#define PROFILE_VLAN_MAX	4094
#define PROFILE_DSCP_MAX	63

/*
 * What @body says goes into @msg, the rest stays; name and tenant only if @new. -EINVAL with a
 * sentence, and
 * @msg may have some of it: give it a copy.
 */
int profile_spec_parse(Nvo3__Profile *msg, json_t *body, bool new, struct err *err);
json_t *profile_spec_view(const Nvo3__Profile *msg);

/* One that another program made; NULL is none. -EINVAL with a sentence. */
int profile_check(const Nvo3__Profile *msg, struct err *err);

/* For msg_free(). NULL with a sentence. */
Nvo3__ProfileRule *profile_rule_parse(const char *line, struct err *err);
const char *profile_rule_format(const Nvo3__ProfileRule *r, char *buf, size_t size);

#endif
