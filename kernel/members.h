/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other NVEs of a VN: where its broadcast and multicast is copied to.
 *
 * An array in the order of arrival. Readers walk it under RCU; one that is added
 * appears at the end, a removal publishes a new array. Each member holds a
 * reference on its remote, which the caller takes and gives back.
 */
#ifndef _NVO3_MEMBERS_H
#define _NVO3_MEMBERS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>

struct nvo3_remote;

struct nvo3_member_array {
	struct rcu_head rcu;
	u32 count;		/* smp_store_release() after the slot is filled */
	u32 size;
	struct nvo3_remote *remote[];
};

struct nvo3_members {
	struct nvo3_member_array __rcu *array;	/* NULL while there are none */
	struct mutex *lock;
};

void nvo3_members_init(struct nvo3_members *members, struct mutex *lock);
void nvo3_members_uninit(struct nvo3_members *members);

/* 0 or -ENOMEM; @remote must not be there. Caller holds the mutex. */
int nvo3_members_add(struct nvo3_members *members, struct nvo3_remote *remote);

/*
 * 0; -ENOENT if @remote is no member; -ENOMEM. Caller holds the mutex. What was
 * added last is removed without memory, and what was removed can be added again
 * without, so that a batch can be taken back.
 */
int nvo3_members_del(struct nvo3_members *members, const struct nvo3_remote *remote);

bool nvo3_members_has(struct nvo3_members *members, const struct nvo3_remote *remote);
u32 nvo3_members_count(struct nvo3_members *members);

/* All members as they are now: an array of @count. Under RCU or the mutex. */
struct nvo3_remote *const *nvo3_members_read(const struct nvo3_members *members, u32 *count);

/* The @i-th member, NULL behind the last. Caller holds the mutex. */
struct nvo3_remote *nvo3_members_at(const struct nvo3_members *members, u32 i);

#ifdef DEBUG
bool nvo3_members_selftest(void);
#endif

#endif /* _NVO3_MEMBERS_H */
