/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our control protocol, in as few instructions as possible; between its two files.
 */
#ifndef CONTROL_NVO3_H
#define CONTROL_NVO3_H

#include "lib/msg.h"
#include "pb.h"
#include "peer.h"

#define ADDRESSES_MAX	(4u << 20)

/* An envelope, taken apart. */
struct envelope {
	uint32_t type, code;
	uint64_t id;
	bool reply;
	const uint8_t *body, *text;
	size_t len, text_len;
};

enum join { JOIN_NONE, JOIN_PUSH, JOIN_ON_DEMAND };

/* What sessions that connect do, and which VN is meant from now on. */
extern enum join nvo3_join;
extern uint8_t nvo3_vn[16];
extern uint32_t nvo3_interest;		/* that they join with; 0: none */
extern uint64_t nvo3_epochs[ADDRESSES_MAX];
/* Addresses are behind all sessions by turns, not behind the writers. */
extern bool nvo3_spread;

void nvo3_queue(struct link *l, uint32_t type, uint64_t id, const uint8_t *body, size_t len);
/* MAP_QUERY for @key; the answer goes to the hook below. */
void nvo3_query(struct link *l, uint64_t id, uint32_t key);
/* Answers whose id has this bit, and what sessions are told, go here as well. */
#define NVO3_HOOKED (1ull << 62)
struct nvo3_hooks {
	void (*answered)(struct link *l, const struct envelope *e);
	void (*told)(struct link *l, uint32_t key, uint64_t epoch);
};
extern struct nvo3_hooks nvo3_hooks;

#endif /* CONTROL_NVO3_H */
