/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of guests that ask for their addresses, and frames for them: Ethernet, IP, UDP. Pure.
 * Every byte of a question is hostile; UDP checksums are not looked at, for a guest may leave them
 * to hardware that its frames never cross.
 */
#ifndef NVO3_LIB_GUEST_FRAME_H
#define NVO3_LIB_GUEST_FRAME_H

#include <stddef.h>
#include "addr.h"

#define GUEST_FRAME_MAX	1514

enum guest_kind {
	GUEST_DHCP,		/* body: the BOOTP message */
	GUEST_DHCP6,		/* body: the DHCPv6 message */
	GUEST_SOLICIT,		/* body: the ICMPv6 message */
};

struct guest_question {
	enum guest_kind kind;
	struct mac_addr src;
	struct ip_addr ip_src, ip_dst;
	const uint8_t *body;	/* in the frame */
	size_t len;
};

/* 0, or -EBADMSG with a sentence: no question, or its lengths contradict each other */
int guest_frame_parse(const uint8_t *frame, size_t len, struct guest_question *ret,
		      struct err *err);

/* Where an answer goes. Of one family. */
struct guest_route {
	struct mac_addr from, to;
	struct ip_addr ip_from, ip_to;
};

/* An answer in the making: its body is written behind the room for its headers. */
struct guest_answer {
	enum guest_kind kind;
	uint8_t frame[GUEST_FRAME_MAX];
	size_t len, max;	/* of the frame */
	bool full;		/* something did not fit, and was left out */
};

/* @max: most bytes of the body */
void guest_answer_begin(struct guest_answer *a, enum guest_kind kind, size_t max);
/* Bytes to the body; all or nothing */
bool guest_put(struct guest_answer *a, const void *data, size_t len);
bool guest_put_u8(struct guest_answer *a, uint8_t v);
bool guest_put_u16(struct guest_answer *a, uint16_t v);	/* these three in network order */
bool guest_put_u32(struct guest_answer *a, uint32_t v);
/* Zero bytes until the body has @len of them */
void guest_pad(struct guest_answer *a, size_t len);
/* How much of a body there is, and where */
size_t guest_body(struct guest_answer *a, uint8_t **ret);
/* The headers, with all checksums */
void guest_answer_end(struct guest_answer *a, const struct guest_route *route);

#endif
