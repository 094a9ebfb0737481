/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets of bfd.c. Nothing here blocks */
#ifndef NVO3_LIB_BFD_SOCK_H
#define NVO3_LIB_BFD_SOCK_H

#include <netinet/in.h>

#include "addr.h"
#include "errs.h"

#define BFD_BATCH 32
/* Long enough to see that a datagram is longer than any packet with a digest */
#define BFD_DATAGRAM_MAX 128

/* Source ports, from RFC 5881, section 4 */
#define BFD_SOURCE_MIN 49152
#define BFD_SOURCE_MAX 65535

struct bfd_datagram {
	struct ip_addr from;
	int ttl;			/* or hop limit; -1 if the kernel did not tell */
	const uint8_t *data;
	size_t len;
};

/* Room for a batch of datagrams, once for all sockets */
struct bfd_inbox;
struct bfd_inbox *bfd_inbox_new(void);
void bfd_inbox_free(struct bfd_inbox *box);

/* Each gives a descriptor, or -errno with a sentence */
int bfd_sock_listen(const struct ip_addr *local, uint16_t port, struct err *err);
/* From port *source, or the next free one behind it; *source becomes the port after that one */
int bfd_sock_open(const struct ip_addr *local, uint16_t *source, struct err *err);

/* What lies in @fd, up to BFD_BATCH datagrams. Value is how many @take was called with */
int bfd_sock_receive(int fd, struct bfd_inbox *box,
		     void (*take)(const struct bfd_datagram *datagram, void *arg), void *arg);
/* A datagram that cannot be sent now is lost, as on any path */
void bfd_sock_send(int fd, const struct ip_addr *to, uint16_t port, const void *data, size_t len);

#endif
