// SPDX-License-Identifier: GPL-2.0
/*
 * Send a UDP payload, given in hexadecimal; with -t of that DS field, with -p all its
 * beginnings from that many bytes on, with -s as datagrams of that size, all at once.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t parse(const char *hex, unsigned char *payload, size_t size)
{
	size_t len = strlen(hex) / 2, i;

	if (strlen(hex) % 2 || len > size)
		errx(2, "the payload has an odd number of digits, or more than %zu bytes", size);
	for (i = 0; i < len; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &payload[i]) != 1)
			errx(2, "'%.2s' is not hexadecimal", hex + 2 * i);
	return len;
}

static int connect_to(const char *addr, const char *port, int tos)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *to;
	int error = getaddrinfo(addr, port, &hints, &to), sock;

	if (error)
		errx(2, "%s: %s", addr, gai_strerror(error));
	sock = socket(to->ai_family, SOCK_DGRAM, 0);
	if (sock < 0 || connect(sock, to->ai_addr, to->ai_addrlen))
		err(1, "%s", addr);
	if (to->ai_family == AF_INET)
		error = setsockopt(sock, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	else
		error = setsockopt(sock, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	if (error)
		err(1, "DS field %d", tos);
	freeaddrinfo(to);
	return sock;
}

int main(int argc, char **argv)
{
	unsigned char payload[10000];
	size_t len, from = 0;
	int sock, opt, tos = 0, size = 0;

	while ((opt = getopt(argc, argv, "s:t:p:")) != -1) {
		if (opt == 's')
			size = atoi(optarg);
		else if (opt == 't')
			tos = atoi(optarg);
		else if (opt == 'p')
			from = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind != 3)
		errx(2, "usage: udp_send [-s BYTES] [-t DSFIELD] [-p BYTES] ADDR PORT HEX");
	sock = connect_to(argv[optind], argv[optind + 1], tos);
	if (size && setsockopt(sock, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		err(1, "datagrams of %d bytes", size);
	len = parse(argv[optind + 2], payload, sizeof(payload));
	for (from = from ? from : len; from <= len; from++)
		if (send(sock, payload, from, 0) != (ssize_t)from)
			err(1, "send");
	return 0;
}
