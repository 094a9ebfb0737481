/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the director wants this NVE to hold: virtual networks, their member NVEs and the
 * mappings to other NVEs. Pure: no kernel, no sockets. diff.h compares it with the kernel.
 *
 * After a restart the model is empty and the kernel is not. Until the first snapshot of a VN
 * has ended it is incomplete, and nothing may be concluded from what it lacks.
 */
#ifndef NVO3D_NVE_MODEL_H
#define NVO3D_NVE_MODEL_H

#include "errs.h"
#include "model_obj.h"
#include "model_touch.h"
#include "proto/control.pb-c.h"

void model_uninit(struct model *model);

struct model_vn *model_vn_lookup(const struct model *model, const struct uuid *uuid);
struct model_vn *model_vn_lookup_vni(const struct model *model, uint32_t vni);
struct model_vn *model_vn_add(struct model *model, const struct uuid *uuid);
void model_vn_del(struct model *model, struct model_vn *vn);

/* With its IP addresses */
void model_touch_map(struct model_touch *touch, const struct model_map *map);

/*
 * Take over @update, wholly or, if something in it is malformed, not at all (-EBADMSG and a
 * sentence). Adds to @touch.
 */
int model_update(struct model_vn *vn, const Nvo3__MapUpdate *update, struct model_touch *touch,
		 struct err *err);
/* A session has ended, or we join again: half of a snapshot is none, and nothing is on its way */
void model_session_lost(struct model_vn *vn);
/* The address is ours now with this epoch: what was known of it elsewhere is history */
void model_map_own(struct model_vn *vn, const struct mac_addr *mac, uint64_t epoch);

/* Let go of @map, and do not take it over again until model_forgotten(): the director knows */
void model_map_forget(struct model_vn *vn, struct model_map *map);
struct model_forget *model_forget_lookup(const struct model_vn *vn, const struct mac_addr *mac);
void model_forgotten(struct model_vn *vn, struct model_forget *forget);

/* The sums of the buckets of vn->told or, with @usable, vn->usable; walks all mappings */
void model_buckets(const struct model_vn *vn, bool usable, uint64_t ret[DIGEST_BUCKETS]);

struct model_map *model_map_lookup(const struct model_vn *vn, const struct mac_addr *mac);

/* What the kernel of this NVE is to use; false: nothing of a family that we have, too */
bool model_map_addr(const struct model_vn *vn, const struct model_map *map, struct ip_addr *ret);
/* The first locator of a family that we have one of, too; false if there is none */
bool model_locator_pick(const struct model_locators *from, bool have4, bool have6,
			struct ip_addr *ret);

#endif
