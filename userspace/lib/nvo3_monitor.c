// SPDX-License-Identifier: GPL-2.0
#include "nvo3_monitor.h"

#include <errno.h>

#include "errs.h"
#include "nl.h"
#include "nlgenl.h"
#include "nvo3_nl.h"

struct nvo3_monitor {
	struct nlsock *sock;
};

static const struct {
	unsigned int bit;
	const char *name;
} groups[] = {
	{ NVO3_GROUP_CONFIG, NVO3_MCGRP_CONFIG },
	{ NVO3_GROUP_MAPPING, NVO3_MCGRP_MAPPING },
	{ NVO3_GROUP_MISS, NVO3_MCGRP_MISS },
	{ NVO3_GROUP_ALERT, NVO3_MCGRP_ALERT },
	{ NVO3_GROUP_GUEST, NVO3_MCGRP_GUEST },
};

static int join(struct nlsock *sock, const struct nlgenl_family *f, const char *name,
		struct err *err)
{
	uint32_t id = nlgenl_group(f, name);
	int r;

	if (!id)
		return err_set(err, ENOENT, "the kernel has no group \"%s\"", name);
	r = nlsock_join(sock, id, err);
	return r < 0 ? err_prefix(err, r, "group \"%s\"", name) : 0;
}

int monitor_open(struct nvo3_monitor **ret, int netns_fd, unsigned int set, struct err *err)
{
	_cleanup_monitor_ struct nvo3_monitor *m = calloc(1, sizeof(*m));
	struct nlgenl_family f;
	size_t i;
	int r;

	if (!m)
		return err_set(err, ENOMEM, "out of memory");
	r = nlsock_open(&m->sock, NETLINK_GENERIC, netns_fd, err);
	if (r < 0)
		return r;
	r = nlgenl_resolve(m->sock, NVO3_GENL_NAME, &f, err);
	for (i = 0; !r && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (set & groups[i].bit)
			r = join(m->sock, &f, groups[i].name, err);
	if (r < 0)
		return r;
	*ret = steal_ptr(m);
	return 0;
}

void monitor_close(struct nvo3_monitor *m)
{
	if (!m)
		return;
	nlsock_close(m->sock);
	free(m);
}

int monitor_fd(const struct nvo3_monitor *m)
{
	return nlsock_fd(m->sock);
}

struct delivery {
	int (*cb)(const struct nvo3_event *event, void *data);
	void *data;
	struct err *err;
};

static int deliver(const struct nlmsghdr *nlh, void *data)
{
	struct delivery *d = data;
	struct nvo3_event event;
	int r = nvo3_event_parse(&event, nlh, d->err);

	return r < 0 ? r : d->cb(&event, d->data);
}

int monitor_receive(struct nvo3_monitor *m, int (*cb)(const struct nvo3_event *event, void *data),
		    void *data, struct err *err)
{
	struct delivery d = { .cb = cb, .data = data, .err = err };

	return nlsock_receive(m->sock, deliver, &d, err);
}
