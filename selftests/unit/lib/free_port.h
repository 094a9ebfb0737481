/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP ports of the loopback for a test's daemons. They are below those that the kernel gives to
 * connections (ip_local_port_range), so nobody takes one while its daemon is down, and each test
 * begins to look elsewhere.
 */
#ifndef NVO3_UNIT_FREE_PORT_H
#define NVO3_UNIT_FREE_PORT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FREE_PORT_MIN	12000u
#define FREE_PORTS	20000u

static inline bool port_is_free(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool free = !bind(fd, (struct sockaddr *)&in, sizeof(in));

	close(fd);
	return free;
}

/* The first of @n ports in a row that nobody listens on; ends the program when there are none */
static inline uint16_t free_ports(unsigned int n)
{
	static unsigned int next;
	unsigned int found = 0;

	if (!next)
		next = (unsigned int)getpid() * 89;
	for (unsigned int tried = 0; tried < FREE_PORTS; tried++, next++) {
		if (next % FREE_PORTS == 0)
			found = 0;
		if (!port_is_free(FREE_PORT_MIN + next % FREE_PORTS))
			found = 0;
		else if (++found == n)
			return FREE_PORT_MIN + next++ % FREE_PORTS - (n - 1);
	}
	fprintf(stderr, "no %u ports in a row are free\n", n);
	exit(1);
}

#endif
