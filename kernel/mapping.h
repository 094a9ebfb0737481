/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings with what hangs on them: the reference on the port or remote that
 * each leads to, and its place in its VN's counts and digest. All under nve->lock.
 */
#ifndef _NVO3_MAPPING_H
#define _NVO3_MAPPING_H

#include "nve.h"

/*
 * Store @new, which has been judged, and take a reference for it. What was there
 * comes in @old with the reference it had, until nvo3_mapping_commit() gives that
 * back and tells listeners, or nvo3_mapping_undo() puts it in place again. The
 * latter cannot fail. 0 or -ENOMEM, then nothing changed. If @new differs by its
 * generation alone, that is kept, and neither readers, dumps nor listeners notice.
 */
int nvo3_mapping_set(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *new,
		     struct nvo3_mapping *old);
void nvo3_mapping_commit(struct nvo3_nve *nve, const struct nvo3_mapping *new,
			 const struct nvo3_mapping *old);
void nvo3_mapping_undo(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *new,
		       const struct nvo3_mapping *old);

/* Remove one and tell listeners; nothing happens if it is not there. */
void nvo3_mapping_del(struct nvo3_nve *nve, struct nvo3_vn *vn, const u8 *mac);

/* Which ones to flush; NULL means all. */
struct nvo3_mapping_filter {
	const struct nvo3_vn *vn;
	const struct nvo3_port *port;	/* that lead to it */
	u32 provs;			/* bits of enum nvo3_prov */
	bool stale;			/* only those of another generation than this: */
	u8 generation;
};

#define NVO3_PROVS_ALL	(BIT(NVO3_PROV_MAX + 1) - 1)

bool nvo3_mapping_matches(const struct nvo3_mapping_filter *filter,
			  const struct nvo3_mapping *map);

/* Remove all that match and tell listeners: their number. May reschedule. */
u32 nvo3_mapping_flush(struct nvo3_nve *nve, const struct nvo3_mapping_filter *filter);

/* The locators that a mapping leads to: how many, none for a port. */
u8 nvo3_mapping_places(struct nvo3_nve *nve, const struct nvo3_mapping *map,
		       struct nvo3_addr addrs[NVO3_PATHS_MAX]);

/* Add each of the VN's mappings that count to its bucket. May reschedule. */
void nvo3_mapping_digest(struct nvo3_nve *nve, const struct nvo3_vn *vn,
			 u64 buckets[NVO3_DIGEST_BUCKETS]);

#endif /* _NVO3_MAPPING_H */
