/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DHCPv4 as a server sees it: RFC 2131, 2132, 3442 (routes), 4039 (rapid commit), 6842. Pure.
 */
#ifndef NVO3_LIB_DHCP4_H
#define NVO3_LIB_DHCP4_H

#include "guest_frame.h"
#include "subnet.h"

enum dhcp_type {
	DHCP_DISCOVER = 1, DHCP_OFFER, DHCP_REQUEST, DHCP_DECLINE, DHCP_ACK, DHCP_NAK,
	DHCP_RELEASE, DHCP_INFORM,
};

#define DHCP_CLIENT_ID_MAX 64

struct dhcp_question {
	enum dhcp_type type;
	uint8_t xid[4];
	uint16_t flags;
	bool broadcast;
	struct ip_addr client;		/* ciaddr */
	bool relayed;			/* it has a giaddr */
	struct mac_addr mac;		/* chaddr */
	struct ip_addr requested;	/* family 0: not said */
	struct ip_addr server;		/* likewise */
	const uint8_t *client_id;	/* in the message; NULL: none */
	uint8_t client_id_len;
	bool rapid_commit;
};

/* 0, or -EBADMSG with a sentence */
int dhcp_parse(const uint8_t *msg, size_t len, struct dhcp_question *ret, struct err *err);

struct dhcp_told {
	enum dhcp_type type;
	struct ip_addr address;		/* family 0: none, and no lease */
	struct ip_addr server;
	const struct subnet *subnet;	/* NULL: with NAK */
	uint16_t mtu;			/* 0: not told */
	bool rapid_commit;
};

/*
 * The body of the answer to @q. What does not fit is left out, the least important first: not what
 * the client asks for by name, but all there is.
 */
void dhcp_write(struct guest_answer *a, const struct dhcp_question *q,
		const struct dhcp_told *told);

#endif
