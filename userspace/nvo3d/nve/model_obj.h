/* SPDX-License-Identifier: GPL-2.0 */
/* The objects of the model; what can be done with them is in model.h. */
#ifndef NVO3D_NVE_MODEL_OBJ_H
#define NVO3D_NVE_MODEL_OBJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "addr.h"
#include "digest.h"
#include "drift.h"
#include "model_ip.h"
#include "uuid.h"

#define MODEL_LOCATORS_MAX 4
#define MODEL_IPS_MAX 8
#define MODEL_NAME_MAX 97		/* "DC/NAME" with its zero byte */

struct model_locators {
	struct ip_addr v[MODEL_LOCATORS_MAX];	/* best first */
	int n;
};

struct model_map {
	struct mac_addr mac;		/* key */
	uint64_t epoch;
	struct model_locators locators;
	struct ip_addr *ips;		/* MODEL_IPS_MAX at most; claimed in the VN's */
	uint8_t n_ips;
	bool stale;			/* its NVE is silent; still used */
	bool doubtful;			/* its bucket is told again, and has not named it yet */
	uint32_t round;			/* of the snapshot that named it last */
	struct model_nve *nve;		/* where it is; NULL if the director did not say */
	struct model_map *prev, *next;	/* at the same one */
	UT_hash_handle hh;
};

/* An NVE that mappings lead to: it may get other locators, and so do they */
struct model_nve {
	char name[MODEL_NAME_MAX];	/* key */
	struct model_map *maps;		/* list, never empty */
	UT_hash_handle hh;
};

/* The director was told that it is used no more, and may have told of it before it heard that */
struct model_forget {
	struct mac_addr mac;		/* key */
	bool wanted;			/* again, meanwhile */
	struct mac_addr asker;		/* with wanted */
	UT_hash_handle hh;
};

struct model_member {
	char nve[MODEL_NAME_MAX];	/* key */
	struct model_locators locators;
	bool relay;
	uint32_t round;
	UT_hash_handle hh;
};

struct model_vn {
	struct uuid uuid;		/* key */
	uint32_t vni;
	uint8_t unknown, bum, arp, arp_unknown;	/* as the director says; as in VnInfo */
	bool on_demand;			/* the same: the mode that is in force */
	bool partial;			/* what is missing may be there nevertheless */
	bool complete;			/* a snapshot has ended: the rest may be swept */
	bool in_snapshot;
	bool in_correction;		/* buckets are being told again */
	struct drift corrected;		/* what was wrong, of the last correction */
	uint32_t round;
	uint8_t generation;		/* in the kernel, since the last snapshot; 0: none */
	struct uuid store;		/* revision belongs to it; zero: none known */
	uint64_t revision;
	struct digest told;		/* over all mappings, with all locators */
	struct digest usable;		/* over those of use here, with the locator picked */
	const struct model *model;
	struct mac_addr *fixed;		/* sorted: an operator's in the kernel, during a snapshot */
	size_t n_fixed;
	struct model_map *maps;
	struct model_nve *nves;
	struct model_ip *ips;
	struct model_forget *forgets;
	struct model_member *members;
	UT_hash_handle hh;
};

struct model {
	bool have4, have6;		/* families of our own locators; before anything is added */
	struct model_vn *vns;
};

#endif
