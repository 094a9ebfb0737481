/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a channel connects or listens: "10.0.0.1:6641", "[fd00::1]:6641", "unix:/path".
 */
#ifndef CHAN_ADDR_H
#define CHAN_ADDR_H

#include <sys/socket.h>
#include <sys/un.h>
#include "addr.h"
#include "errs.h"

#define CHAN_ADDR_TEXT 128

struct chan_addr {
	union {
		struct sockaddr_storage ss;
		struct sockaddr_un un;
	};
	socklen_t len;
	char text[CHAN_ADDR_TEXT];
};

int chan_addr_parse(struct chan_addr *ret, const char *text, struct err *err);
int chan_addr_unix(struct chan_addr *ret, const char *path, struct err *err);
void chan_addr_format(const struct sockaddr_storage *ss, char buf[CHAN_ADDR_TEXT]);

#endif /* CHAN_ADDR_H */
