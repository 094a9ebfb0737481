// SPDX-License-Identifier: GPL-2.0
/*
 * Send an Ethernet frame, given in hexadecimal, out of a device as it is, once or
 * as often as is said, with a pause between.
 */
#include <err.h>
#include <net/if.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t parse(const char *hex, unsigned char *frame, size_t size)
{
	size_t len = strlen(hex) / 2, i;

	if (strlen(hex) % 2 || len > size)
		errx(2, "the frame has an odd number of digits, or more than %zu bytes", size);
	for (i = 0; i < len; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &frame[i]) != 1)
			errx(2, "'%.2s' is not hexadecimal", hex + 2 * i);
	return len;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	unsigned char frame[10000];
	long count = argc > 3 ? atol(argv[3]) : 1, pause_us = argc > 4 ? atol(argv[4]) : 0;
	size_t len;
	int sock;

	if (argc < 3 || argc > 5 || count < 1 || pause_us < 0)
		errx(2, "usage: frame_send DEV HEX [COUNT [MICROSECONDS]]");
	len = parse(argv[2], frame, sizeof(frame));
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (!to.sll_ifindex)
		err(1, "%s", argv[1]);
	sock = socket(AF_PACKET, SOCK_RAW, 0);
	if (sock < 0)
		err(1, "socket");
	while (count--) {
		if (sendto(sock, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)len)
			err(1, "sendto %s", argv[1]);
		if (pause_us)
			usleep(pause_us);
	}
	return 0;
}
