/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake NVEs, vCenters and peers, that speak to directors from the test's loop.
 */
#ifndef LAB_PEER_H
#define LAB_PEER_H

#include <uthash.h>
#include "lab.h"
#include "lib/digest.h"
#include "proto/control.pb-c.h"
#include "proto/federation.pb-c.h"
#include "proto/placement.pb-c.h"

/* One address as somebody was told of it. */
struct told {
	char key[128];			/* of maps "VN MAC", of members "VN NVE" */
	char nve[100];
	uint64_t epoch;
	struct mac_addr mac;
	struct ip_addr locators[4];
	int n_locators;
	bool stale, named, relay;
	UT_hash_handle hh;
};

struct peer {
	struct lab *lab;
	char self[100];			/* "DC/NAME" */
	struct tls *tls;
	struct chan *chan;
	bool up;
	unsigned int ups, downs;
	char why[CHAN_TEXT];		/* of the last down */

	/* the last answer */
	unsigned int answers;
	double answered_ms;		/* when, by CLOCK_MONOTONIC; a turn of the loop is longer */
	uint32_t code;
	char text[CHAN_TEXT];
	uint64_t epoch;			/* of PLACE */
	uint8_t store[16];
	Nvo3__MapAdvertiseReply *results;

	/* what MAP_UPDATE and FED_UPDATE told */
	struct told *maps, *members;
	uint64_t revision;
	unsigned int columns;		/* mappings told in them; also in sets */
	unsigned int updates, begins, ends, sets, dels, member_sets, largest;
	bool in_snapshot, acks;
	unsigned int lists;		/* VN_LIST, whole ones */
	bool listed[8];			/* VNs that there are, as it was told */
	unsigned int vn_updates;
	uint32_t vn_unknown;		/* of the last VN_UPDATE; of say_vn_set() */
	uint32_t distribution;		/* the same, and of the answer to VN_JOIN */
	uint32_t lifetime;		/* of the answer to MAP_QUERY */
	uint64_t since_join;		/* updates */
	bool joining;
	unsigned int agains, again_ends;	/* corrections */
	unsigned int digests;		/* MAP_DIGEST; of the last one: */
	uint64_t want_sum, want_n, buckets[DIGEST_BUCKETS];
	uint32_t claims;		/* of say_vn_set() */
	uint64_t version;		/* of the last profile told or answered, 0: none */
	size_t rules;			/* of it */
	unsigned int profile_updates, profiles_gone;
	/* what it answers to NVE_SEEN, by the last byte of a locator; 0 to all others */
	uint8_t sees[256];
	bool mute;			/* answers none */
	/* TENANT_REPLICATE: how many, what the last one said, and what is answered */
	unsigned int wishes;
	char wish_tenant[65], wish_vm[65], wish_location[65];
	uint8_t wish_move[16];
	uint32_t wish_code;
	/* The same of TENANT_MOVE, TENANT_MOVE_ABORT */
	unsigned int moves_shown, moves_aborted;
	char move_tenant[65];
	uint8_t move_id[16];
	uint32_t move_code;
	bool move_mute;			/* nothing is answered */
	unsigned int seen_asked;	/* NVE_SEEN */
	size_t seen_locators;		/* in the last one */
	/* hears each MAP_UPDATE before it is taken, or NULL */
	void (*heard)(struct peer *p, const Nvo3__MapUpdate *m);
	struct peer *prev, *next;
};

extern bool peer_is_new;		/* what it says has a field that is not known */
extern bool peer_is_old;		/* those opened from now on have no capabilities */

/* @role and @name are those of the certificate. Waits for the session if @wait. */
void peer_open(struct peer *p, struct proc *d, const char *dc, const char *role, const char *name,
	       bool wait);
void peer_close(struct peer *p);

/* Send a request and wait for its answer; the value is its code. */
uint32_t peer_ask(struct peer *p, uint32_t type, const ProtobufCMessage *body);
/* The same, with a body of nothing but a field 1 of these bytes. */
uint32_t peer_ask_raw(struct peer *p, uint32_t type, const void *body, size_t len);
void peer_forget(struct peer *p);	/* what it was told */

uint32_t say_register(struct peer *p, uint8_t locator);
uint32_t say_join(struct peer *p, uint8_t vn, const uint8_t *store, uint64_t revision);
uint32_t say_leave(struct peer *p, uint8_t vn);
/* With IP 10.@ip.x.x, or none if it is 0. _many: the value is the last one's code. */
uint32_t say_advertise(struct peer *p, uint8_t vn, uint32_t addr, uint8_t ip, uint64_t epoch);
uint32_t say_advertise_many(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, uint8_t ip,
			    const uint64_t *epochs);
/* Advertise, and do not wait for the answer. */
void say_unheard(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, const uint64_t *epochs);
uint32_t say_withdraw(struct peer *p, uint8_t vn, uint32_t addr, uint64_t epoch);

/* lab_ask.c: as an NVE that is told of its interest only */
uint32_t say_relay(struct peer *p, uint8_t locator);	/* registers as one */
uint32_t say_join_for(struct peer *p, uint8_t vn, const uint8_t *store, uint64_t revision,
		      const uint32_t *addrs, size_t n);
/* @asker 0: none is named */
uint32_t say_query(struct peer *p, uint8_t vn, uint32_t addr, uint32_t asker);
/* For who has an IP address, of @len bytes */
uint32_t say_query_ip(struct peer *p, uint8_t vn, const void *ip, size_t len);
uint32_t say_forget(struct peer *p, uint8_t vn, uint32_t addr);
/* lab_digest.c: what it was told and holds of @vn; and to say so, or @more than that */
struct digest peer_digest(struct peer *p, uint8_t vn);
void say_digest(struct peer *p, uint8_t vn, uint64_t more);
void say_resend(struct peer *p, uint8_t vn, const uint8_t *buckets, size_t n);
void say_alert(struct peer *p, const char *kind, const char *text);
/* lab_seen.c: BFD to this locator has come down */
void say_down(struct peer *p, uint8_t locator);
/* MAP_INTEREST in @n addresses from @first on */
uint32_t say_want(struct peer *p, uint8_t vn, uint32_t first, uint32_t n);
/* All that the director had to tell it until now has come. */
void peer_settle(struct peer *p);

uint32_t say_vn_set(struct peer *p, uint8_t vn, uint32_t vni, const char *name);
uint32_t say_vn_delete(struct peer *p, uint8_t vn);
/* Address @addr of VM @vm, with IP 10.@ip.x.x; the epoch given is in p->epoch. */
struct place {
	uint8_t vn, vm, ip;
	uint32_t addr;
	const char *nve;
	uint64_t epoch, min_epoch;
	uint8_t profile;
};
uint32_t say_place(struct peer *p, const struct place *place);
/* Addresses @first to @first + @n - 1 of VMs of their own, at once; all must be granted. */
void say_place_many(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, const char *nve,
		    uint64_t *epochs);
uint32_t say_unplace(struct peer *p, uint8_t vn, uint32_t addr, uint64_t epoch);
uint32_t say_dead(struct peer *p, const char *nve);	/* vCenter's verdict */

/* Profile @n with so many rules that permit TCP port 1, 2, ... */
uint32_t say_profile_set(struct peer *p, uint8_t n, uint64_t version, int rules);
uint32_t say_profile_delete(struct peer *p, uint8_t n);
uint32_t say_profile_grant(struct peer *p, uint8_t n, const char *nve, uint32_t s);
uint32_t say_profile_get(struct peer *p, uint8_t n, uint64_t version);

/* NULL: was not told, or that it is gone. */
struct told *peer_map(struct peer *p, uint8_t vn, uint32_t addr);
struct told *peer_member(struct peer *p, uint8_t vn, const char *nve);

#endif /* LAB_PEER_H */
