/* SPDX-License-Identifier: GPL-2.0 */
/* Notifications of the kernel module */
#ifndef NVO3_LIB_NVO3_MONITOR_H
#define NVO3_LIB_NVO3_MONITOR_H

#include "cleanup.h"

struct err;
struct nvo3_event;
struct nvo3_monitor;

enum nvo3_group {
	NVO3_GROUP_CONFIG = 1,		/* VNs, members, ports */
	NVO3_GROUP_MAPPING = 2,
	NVO3_GROUP_MISS = 4,
	NVO3_GROUP_ALERT = 8,
	NVO3_GROUP_ALL = 15,
	NVO3_GROUP_GUEST = 16,		/* for who answers: not among all */
};

/* @groups is a set of enum nvo3_group; @netns_fd negative for the present netns */
int monitor_open(struct nvo3_monitor **ret, int netns_fd, unsigned int groups, struct err *err);
/* Accepts NULL */
void monitor_close(struct nvo3_monitor *m);
DEFINE_CLEANUP(struct nvo3_monitor *, monitor, monitor_close);
#define _cleanup_monitor_ _cleanup_(cleanup_monitor)

/* Readable when there is something to receive */
int monitor_fd(const struct nvo3_monitor *m);

/*
 * Deliver what has arrived, without waiting; a negative value of @cb ends it
 * and is returned. -ENOBUFS: some were lost, so list what they are about anew,
 * then go on. A message that cannot be parsed is -EBADMSG; go on too.
 */
int monitor_receive(struct nvo3_monitor *m, int (*cb)(const struct nvo3_event *event, void *data),
		    void *data, struct err *err);

#endif
