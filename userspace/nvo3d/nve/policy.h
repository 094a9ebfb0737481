/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The profiles that interfaces here obey: asked of the director, put into the kernel as a whole,
 * kept there while an interface has one, whatever becomes of the director.
 *
 * A profile is in the store before it is in the kernel, under the id that it has there. The ids
 * begin
 * at POLICY_ID_FIRST; an operator's (nvo3 profile add) are left alone.
 */
#ifndef NVO3D_NVE_POLICY_H
#define NVO3D_NVE_POLICY_H

#include "proto/control.pb-c.h"
#include "state.h"

#define POLICY_ID_FIRST 1000000u

/*
 * @done is called once, perhaps before this returns: the profile is in the kernel. Zero stands for
 * none, which is always there. Who then gives it to no port calls policy_collect().
 */
void policy_get(struct nve *nve, const struct uuid *profile, nve_done_fn done, void *arg);
/* Its id in the kernel; 0 if it is not there, or is zero */
uint32_t policy_id(struct nve *nve, const struct uuid *profile);
/* The VLAN that its ports are on; 0 any, or it is not there, or is zero */
uint16_t policy_vlan(struct nve *nve, const struct uuid *profile);
/* Take those out of the kernel that no interface has */
void policy_collect(struct nve *nve);

/* At start, from the store: the kernel has it still */
void policy_restore(struct nve *nve, const Nvo3__Profile *profile, uint32_t id);
void policy_uninit_all(struct nve *nve);

/* From director.c: a session has begun, an answer is here, something has changed */
void policy_session_up(struct nve *nve);
void policy_answered(struct nve *nve, const struct uuid *profile, uint32_t code, const char *text,
		     const Nvo3__Profile *msg);
void policy_update(struct nve *nve, const Nvo3__ProfileUpdate *msg);

#endif
