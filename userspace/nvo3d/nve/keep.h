/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the NVE role must not forget, in its store:
 *
 *	vn/UUID			VnInfo of a VN that this agent made in the kernel
 *	member/UUID/ADDR	a member that this agent made (they carry no provenance)
 *	tsi/DC/NAME/UUID	Tsi of that vServer; its epoch and state are the kernel's matter
 *	accepted/UUID		8 bytes: epoch of this TSI that the director accepted last
 *	withdraw/UUID/MAC	8 bytes: epoch of a mapping to be withdrawn
 *	leave/UUID		a VN to be left
 *	profile/UUID		StoredProfile that this agent made in the kernel
 *
 * A record is written before the thing is made and deleted after it is gone, so that a crash
 * leaves records without things, never the other way round. A store that fails is logged; the
 * kernel's state counts.
 */
#ifndef NVO3D_NVE_KEEP_H
#define NVO3D_NVE_KEEP_H

#include "addr.h"
#include "errs.h"
#include "proto/common.pb-c.h"
#include "uuid.h"

struct nve;
struct tsi;

int keep_vn(struct nve *nve, const Nvo3__VnInfo *vn, struct err *err);
/* With its member records */
void keep_vn_del(struct nve *nve, const struct uuid *vn);

void keep_member(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr);
void keep_member_del(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr);
bool keep_has_member(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr);

int keep_tsi(struct nve *nve, const struct tsi *tsi, const char *owner, struct err *err);
void keep_tsi_del(struct nve *nve, const struct uuid *tsi, const char *owner);
void keep_accepted(struct nve *nve, const struct uuid *tsi, uint64_t epoch);
uint64_t keep_get_accepted(struct nve *nve, const struct uuid *tsi);	/* 0 none */

void keep_withdraw(struct nve *nve, const struct uuid *vn, const struct mac_addr *mac,
		   uint64_t epoch);
void keep_withdraw_del(struct nve *nve, const struct uuid *vn, const struct mac_addr *mac);
void keep_leave(struct nve *nve, const struct uuid *vn);
void keep_leave_del(struct nve *nve, const struct uuid *vn);

int keep_profile(struct nve *nve, Nvo3__Profile *profile, uint32_t id, struct err *err);
void keep_profile_del(struct nve *nve, const struct uuid *profile);
/* An interface that is about to leave, in that move; false: it is not */
void keep_moving(struct nve *nve, const struct uuid *tsi, const struct uuid *move);
bool keep_get_moving(struct nve *nve, const struct uuid *tsi, struct uuid *move);
void keep_moving_del(struct nve *nve, const struct uuid *tsi);

struct keep_ops {
	void (*vn)(const Nvo3__VnInfo *vn, void *arg);
	void (*tsi)(const struct tsi *tsi, const char *owner, void *arg);
	void (*withdraw)(const struct uuid *vn, const struct mac_addr *mac, uint64_t epoch,
			 void *arg);
	void (*leave)(const struct uuid *vn, void *arg);
	void (*profile)(const Nvo3__Profile *profile, uint32_t id, void *arg);
};

/* Walk the records of the kinds that @ops has a function for; they may not change the store */
int keep_walk(struct nve *nve, const struct keep_ops *ops, void *arg, struct err *err);

#endif
