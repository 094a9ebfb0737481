/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where is a VM (V8): by its id, its name, or an address within a VN. Pure.
 */
#ifndef VCENTERD_LOOKUP_H
#define VCENTERD_LOOKUP_H

#include "inventory.h"
#include "lib/msg.h"
#include "proto/management.pb-c.h"

enum lookup_by { LOOKUP_ID, LOOKUP_NAME, LOOKUP_MAC, LOOKUP_IP };

struct lookup_key {
	enum lookup_by by;
	struct uuid vn;		/* zero: any, only with id and name */
	struct uuid id;
	char name[VC_NAME_SIZE];
	struct mac_addr mac;
	struct ip_addr ip;
};

struct lookup_result {
	uint32_t result;	/* Nvo3__VmLookupReply__Result */
	struct uuid vm;
	char name[VC_NAME_SIZE];
	char dc[VC_DC_SIZE];
	char server[VC_NAME_SIZE];
	char server_addr[80];
	uint32_t state;
};

/* Messages made here borrow from the struct. */
int lookup_key_from_msg(const Nvo3__VmLookup *msg, struct lookup_key *ret, struct err *err);
Nvo3__VmLookup lookup_key_to_msg(const struct lookup_key *key);
void lookup_result_from_msg(const Nvo3__VmLookupReply *msg, struct lookup_result *ret);
Nvo3__VmLookupReply lookup_result_to_msg(const struct lookup_result *res);

/* Among the VMs that this DC owns. */
void lookup_local(struct inventory *inv, const struct lookup_key *key,
		  struct lookup_result *ret);

/* The answers of the peers to one question: the first that knows it wins. */
struct lookup_wait {
	int waiting;			/* answers to come */
	bool decided;
	struct lookup_result best;
	char silent[VC_TEXT_SIZE];	/* DCs that did not answer, "dc2, dc3" */
};

void lookup_wait_init(struct lookup_wait *w, int peers);
/* One peer answered (@res NULL: it did not). True when this makes the result final. */
bool lookup_wait_answer(struct lookup_wait *w, const char *dc,
			const struct lookup_result *res);

#endif
