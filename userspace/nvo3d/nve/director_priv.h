/* SPDX-License-Identifier: GPL-2.0 */
/* The session with the director, for the files that it is in */
#ifndef NVO3D_NVE_DIRECTOR_PRIV_H
#define NVO3D_NVE_DIRECTOR_PRIV_H

#include "director.h"

#define REQUEST_MS 10000

struct director {
	struct nve *nve;		/* NULL: only its open requests are left of it */
	struct chan *chan;
	unsigned int open;		/* requests */
	unsigned int offers;		/* of these, advertisements */
	bool up;
	struct loop_timer *again;
};

/* What a request is about; freed by its answer */
struct about {
	struct director *d;
	struct uuid vn;			/* or profile */
	struct mac_addr mac;
	struct ip_addr ip;		/* of a question */
};

/* Of every request, before it is sent */
struct director *director_opened(struct director *d);
/* Of every answer. NULL: the NVE role has ended meanwhile, and @d is no more */
struct nve *director_closed(struct director *d);
struct about *director_about_new(struct director *d, const struct uuid *vn,
				 const struct mac_addr *mac);
/* For a message that is sent at once; to be freed */
ProtobufCBinaryData *director_pack_macs(const struct mac_addr *macs, size_t n);

#endif
