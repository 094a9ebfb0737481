// SPDX-License-Identifier: GPL-2.0
#include "nvo3_profile.h"

#include <errno.h>
#include <linux/genetlink.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

/* What a rule takes with all its attributes, and more rules than the kernel puts in a message */
#define RULE_SIZE 160
#define PART_MAX 64

int kernel_profile_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_profile *profile,
		       const struct nvo3_rule *rules, size_t n, uint16_t flags, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_PROFILE_ADD, .profile = *profile };
	size_t cap = NLBUF_SMALL + n * RULE_SIZE, i;
	_cleanup_free_ void *mem = malloc(cap);
	struct nlbuf b;

	if (!mem)
		return err_set(err, ENOMEM, "out of memory for %zu rules", n);
	req_init(k, &b, mem, cap, req.cmd, flags, nve);
	nvo3_event_put(&b, &req);
	for (i = 0; i < n; i++)
		nvo3_rule_put(&b, &rules[i]);
	return nlsock_request(k->sock, &b, NULL, NULL, err);
}

int kernel_profile_del(struct nvo3_kernel *k, uint32_t nve, uint32_t id, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_PROFILE_DEL, .profile.id = id };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), req.cmd, 0, nve);
	nvo3_event_put(&b, &req);
	return nlsock_request(k->sock, &b, NULL, NULL, err);
}

struct each {
	int (*take)(const struct nvo3_profile *profile, const struct nvo3_rule *rules, size_t n,
		    void *data);
	void *data;
	struct err *err;
};

static int take_part(const struct nlmsghdr *nlh, void *data)
{
	const struct each *each = data;
	struct nvo3_rule rules[PART_MAX];
	struct nvo3_event e;
	size_t n;
	int r = nvo3_event_parse(&e, nlh, each->err);

	if (!r && e.cmd != NVO3_CMD_PROFILE_GET)
		r = err_set(each->err, EBADMSG, "the kernel did not answer what was asked");
	if (!r)
		r = nvo3_rules_parse(rules, PART_MAX, &n, nlh, each->err);
	return r < 0 ? r : each->take(&e.profile, rules, n, each->data);
}

int kernel_profile_each(struct nvo3_kernel *k, uint32_t nve, uint32_t id,
			int (*take)(const struct nvo3_profile *profile,
				    const struct nvo3_rule *rules, size_t n, void *data),
			void *data, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_PROFILE_GET, .profile.id = id };
	struct each each = { .take = take, .data = data, .err = err };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), req.cmd, 0, nve);
	if (id)
		nvo3_event_put(&b, &req);
	return nlsock_dump(k->sock, &b, take_part, &each, err);
}
