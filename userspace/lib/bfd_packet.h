/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BFD control packets (RFC 5880, section 4.1) as structs. Pure.
 *
 * Numbers of a struct are in host byte order, intervals in microseconds. Authentication is
 * not supported: such a packet is decoded, for its session to refuse it.
 */
#ifndef NVO3_LIB_BFD_PACKET_H
#define NVO3_LIB_BFD_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BFD_PACKET_LEN 24

enum bfd_state {
	BFD_ADMIN_DOWN,
	BFD_DOWN,
	BFD_INIT,
	BFD_UP,
};

/* The last ones of the RFC that anybody sends here; others are told as a number */
enum bfd_diag {
	BFD_DIAG_NONE,
	BFD_DIAG_EXPIRED,		/* nothing heard in the detection time */
	BFD_DIAG_ECHO,
	BFD_DIAG_NEIGHBOR,		/* the neighbor says that the session is down */
	BFD_DIAG_FORWARDING,
	BFD_DIAG_PATH,
	BFD_DIAG_CONCATENATED,
	BFD_DIAG_ADMIN,
	BFD_DIAG_REVERSE,
	__BFD_DIAG_MAX
};

struct bfd_packet {
	uint8_t diag;			/* enum bfd_diag, or any other number below 32 */
	uint8_t state;			/* enum bfd_state */
	bool poll, final, independent, auth, demand, multipoint;
	uint8_t mult;
	uint32_t my, your;		/* discriminators; your is 0 while it is unknown */
	uint32_t min_tx, min_rx, min_echo;
};

/*
 * Why a packet was discarded, in the order of RFC 5880, section 6.8.6; the last two are about the
 * datagram that it came in.
 */
enum bfd_refusal {
	BFD_TAKEN,
	BFD_VERSION,
	BFD_SHORT,			/* length field below the minimum */
	BFD_TRUNCATED,			/* length field beyond the datagram */
	BFD_NO_MULT,
	BFD_MULTIPOINT,
	BFD_NO_MY,
	BFD_NO_SESSION,			/* none of that discriminator, or of that address */
	BFD_NO_YOUR,			/* 0 in a state that needs it */
	BFD_AUTH,
	BFD_TTL,			/* single hop, and not 255 (RFC 5881, section 5) */
	BFD_SOURCE,			/* from another address than its session's */
	__BFD_REFUSAL_MAX
};

/* What can be said of a datagram without knowing any session. *ret only with BFD_TAKEN */
enum bfd_refusal bfd_packet_decode(struct bfd_packet *ret, const void *datagram, size_t len);
/* Version 1, without authentication */
void bfd_packet_encode(const struct bfd_packet *p, uint8_t ret[BFD_PACKET_LEN]);

const char *bfd_state_name(uint8_t state);
/* A clause: "nothing heard in the detection time" */
const char *bfd_diag_name(uint8_t diag);
const char *bfd_refusal_name(enum bfd_refusal refusal);

#endif
