/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DHCPv6 as a server sees it: RFC 8415, with name servers and domain of RFC 3646. Pure.
 */
#ifndef NVO3_LIB_DHCP6_H
#define NVO3_LIB_DHCP6_H

#include "guest_frame.h"
#include "subnet.h"
#include "uuid.h"

enum dhcp6_type {
	DHCP6_SOLICIT = 1, DHCP6_ADVERTISE, DHCP6_REQUEST, DHCP6_CONFIRM, DHCP6_RENEW,
	DHCP6_REBIND, DHCP6_REPLY, DHCP6_RELEASE, DHCP6_DECLINE, DHCP6_RECONFIGURE,
	DHCP6_INFORMATION,
};

enum dhcp6_status {
	DHCP6_SUCCESS, DHCP6_FAILED, DHCP6_NO_ADDRS, DHCP6_NO_BINDING, DHCP6_NOT_ON_LINK,
	DHCP6_USE_MULTICAST, DHCP6_NO_PREFIX,
};

enum dhcp6_ia { DHCP6_IA_NA = 3, DHCP6_IA_TA = 4, DHCP6_IA_PD = 25 };

#define DHCP6_IAS_MAX	4	/* more of them are not answered */
#define DHCP6_ADDRS_MAX	4	/* of one of them, likewise */
#define DHCP6_DUID_MAX	130
#define DHCP6_DUID_UUID_LEN 18

struct dhcp6_question_ia {
	enum dhcp6_ia kind;
	uint8_t id[4];
	struct ip_addr addrs[DHCP6_ADDRS_MAX];
	int n_addrs;
};

struct dhcp6_question {
	enum dhcp6_type type;
	uint8_t xid[3];
	const uint8_t *client;		/* DUID, in the message; NULL: none */
	uint16_t client_len;
	const uint8_t *server;		/* likewise */
	uint16_t server_len;
	struct dhcp6_question_ia ias[DHCP6_IAS_MAX];
	int n_ias;
	bool rapid_commit;
};

/* 0, or -EBADMSG with a sentence: also what a relay sends */
int dhcp6_parse(const uint8_t *msg, size_t len, struct dhcp6_question *ret, struct err *err);

/* DUID of type UUID (RFC 6355) */
void dhcp6_duid(const struct uuid *uuid, uint8_t ret[DHCP6_DUID_UUID_LEN]);

/* An answer, part by part: what does not fit is left out. @server is the DUID. */
void dhcp6_begin(struct guest_answer *a, enum dhcp6_type type, const struct dhcp6_question *q,
		 const uint8_t server[DHCP6_DUID_UUID_LEN]);
/* One with an address that is @given, and those that are @lost; or with a status and nothing. */
void dhcp6_put_ia(struct guest_answer *a, const struct dhcp6_question_ia *ia,
		  const struct ip_addr *given, uint32_t lease, enum dhcp6_status status);
void dhcp6_put_status(struct guest_answer *a, enum dhcp6_status status);
void dhcp6_put_rapid_commit(struct guest_answer *a);
/* Take it at once: there is no other server */
void dhcp6_put_preference(struct guest_answer *a);
void dhcp6_put_subnet(struct guest_answer *a, const struct subnet *s);

/* A domain name as labels (RFC 1035 section 3.1): its length, at most SUBNET_DOMAIN_SIZE + 1 */
size_t dns_labels(const char *domain, uint8_t *ret);

#endif
