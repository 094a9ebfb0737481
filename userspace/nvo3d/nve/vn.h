/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual networks that this NVE takes part in: joined at the director with the first
 * interface, left with the last, and kept equal to the director's word in between.
 */
#ifndef NVO3D_NVE_VN_H
#define NVO3D_NVE_VN_H

#include "audit.h"
#include "msg.h"
#include "state.h"
#include "subnet.h"

enum vn_session {
	VN_APART,		/* the director does not know in this session */
	VN_JOINING,
	VN_JOINED,
};

struct vn_waiter;

struct nve_vn {
	struct nve *nve;
	struct uuid uuid;	/* key */
	struct model_vn *model;
	enum vn_session session;
	bool by_interest;	/* the last VN_JOIN asked for no more, and got it */
	bool crowded;		/* it uses too many mappings for that; until idle.c looks again */
	uint64_t updates;	/* MAP_UPDATEs that were taken since it was joined */
	struct audit_vn audit;
	struct subnets subnets;	/* of its guests, see serve.h */
	struct subnets_packed packed;	/* the same, as the director said */
	bool in_kernel;		/* VNI and policies are known and the kernel has it */
	bool pinned;		/* VN_CONNECT: stays without interfaces */
	bool listed;		/* we are a relay, and the director has named it */
	bool named;		/* in the list that is being told now */
	unsigned int users;	/* interfaces, also those that are being associated */
	struct vn_waiter *waiters;
	struct loop_timer *timer;	/* ends the waiting */
	UT_hash_handle hh;
};

struct nve_vn *vn_lookup(struct nve *nve, const struct uuid *uuid);
/* At start, from a record: the kernel has it or is given it again */
int vn_restore(struct nve *nve, const Nvo3__VnInfo *info, struct err *err);
void vn_uninit_all(struct nve *nve);

/*
 * Take part in @uuid. @done is called once, perhaps before this returns: the VN is in the
 * kernel and holds what the director said. Every success must be given back with vn_put().
 */
void vn_get(struct nve *nve, const struct uuid *uuid, nve_done_fn done, void *arg);
void vn_put(struct nve *nve, const struct uuid *uuid);
/* Count an interface that was there already */
void vn_hold(struct nve *nve, const struct uuid *uuid);
/* A relay takes part without interfaces: from now on, or no longer */
void vn_list(struct nve *nve, const struct uuid *uuid, bool listed);
/* Leave what nobody uses */
void vn_collect(struct nve *nve);

/*
 * If the director tells all, or no more than our interest, and it should be otherwise: join
 * again. What is in use stays through that in the kernel; the VN must be joined.
 */
void vn_follow_mode(struct nve_vn *vn);

/* From director.c */
void vn_join_missing(struct nve *nve);
void vn_session_down(struct nve *nve);
/* @info is NULL when @code is not CODE(OK) */
void vn_joined(struct nve *nve, const struct uuid *uuid, uint32_t code, const char *text,
	       const Nvo3__VnInfo *info);
void vn_update(struct nve *nve, const Nvo3__MapUpdate *update);
void vn_policies(struct nve *nve, const Nvo3__VnUpdate *update);

#endif
