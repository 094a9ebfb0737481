// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chan_addr.h"

int chan_addr_unix(struct chan_addr *ret, const char *path, struct err *err)
{
	struct chan_addr a = { .un = { .sun_family = AF_UNIX } };

	if (path[0] != '/')
		return err_set(err, EINVAL, "\"unix:%s\": the path must begin with /", path);
	if (strlen(path) >= sizeof(a.un.sun_path))
		return err_set(err, EINVAL, "\"unix:%s\" is longer than the %zu bytes of a socket's path",
			       path, sizeof(a.un.sun_path) - 1);
	strcpy(a.un.sun_path, path);
	a.len = sizeof(a.un);
	snprintf(a.text, sizeof(a.text), "unix:%s", path);
	*ret = a;
	return 0;
}

int chan_addr_parse(struct chan_addr *ret, const char *text, struct err *err)
{
	struct chan_addr a = { 0 };
	struct sock_addr sock;
	int code;

	if (!strncmp(text, "unix:", 5))
		return chan_addr_unix(ret, text + 5, err);
	code = sock_addr_parse(&sock, text, err);
	if (code < 0)
		return code;
	a.len = sock_addr_to_native(&sock, &a.ss);
	sock_addr_format(&sock, a.text);
	*ret = a;
	return 0;
}

void chan_addr_format(const struct sockaddr_storage *ss, char buf[CHAN_ADDR_TEXT])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
	struct sock_addr sock;

	if (ss->ss_family == AF_INET) {
		sock.ip = ip_addr_from(AF_INET, &in->sin_addr);
		sock.port = ntohs(in->sin_port);
	} else if (ss->ss_family == AF_INET6) {
		sock.ip = ip_addr_from(AF_INET6, &in6->sin6_addr);
		sock.port = ntohs(in6->sin6_port);
	} else {
		strcpy(buf, "?");
		return;
	}
	sock_addr_format(&sock, buf);
}
