/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces by descriptor. Those that move the caller change only the
 * calling thread.
 */
#ifndef NVO3_LIB_NETNS_H
#define NVO3_LIB_NETNS_H

struct err;

/*
 * A name below /run/netns, or a path (anything with a slash, such as
 * /proc/PID/ns/net). Value is a descriptor of the caller's, or negative.
 */
int netns_open(const char *name, struct err *err);

/* Move the calling thread for good */
int netns_enter(int netns_fd, struct err *err);

/*
 * socket() in another namespace (@netns_fd negative: in the present one). The
 * thread is back where it was when this returns; were that impossible, the
 * process aborts, because nothing it did afterwards would be where it belongs.
 */
int netns_socket(int netns_fd, int domain, int type, int protocol, struct err *err);

#endif
