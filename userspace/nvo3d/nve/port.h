/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interfaces of tenant systems (TSIs) and what is asked of them. Requests for one interface
 * are done one after the other, in the order in which they came.
 */
#ifndef NVO3D_NVE_PORT_H
#define NVO3D_NVE_PORT_H

#include "state.h"

struct port_op;

/* Between two NVEs, see leave.h */
struct leave {
	struct uuid move;
	bool on;			/* prepared to leave */
	bool left;			/* and told to be silent; the port passes frames */
	uint64_t deadline;		/* ms, monotonic: it is to go; 0 not yet */
	uint64_t silent, active;	/* ns of CLOCK_REALTIME; 0 not known */
	uint64_t redirected;		/* of its VN, when it was prepared */
};

struct nve_tsi {
	struct nve *nve;
	struct tsi t;			/* t.id is the key */
	char owner[MODEL_NAME_MAX];	/* the vServer, "DC/NAME" */
	uint32_t dev;			/* ifindex, when not TSI_INIT */
	struct port_op *ops;		/* the first one is being done */
	struct loop_timer *timer;	/* the first one waits: for a director, or see leave.h */
	struct loop_timer *hold;	/* see hold.h; NULL: none */
	bool claims;			/* asks the director for an epoch; t.epoch is 0 */
	struct leave leave;
	uint64_t advertise_at;		/* ms, monotonic; see serve.h; 0: at once */
	uint64_t complained_at;		/* likewise, of what its guest asks; 0: never */
	UT_hash_handle hh;
};

struct nve_tsi *port_lookup(struct nve *nve, const struct uuid *tsi);

/*
 * Do @event for vServer @owner; @want as for tsi_decide(), its id always. @done (may be NULL)
 * is called once, perhaps before this returns; it may not submit anything itself.
 */
void port_submit(struct nve *nve, const char *owner, enum tsi_event event, const struct tsi *want,
		 nve_done_fn done, void *arg);

/* At start: an interface from the store, as the kernel has it now; what is gone is forgotten */
void port_restore(struct nve *nve, const struct tsi *tsi, const char *owner);
void port_uninit_all(struct nve *nve);

/* From director.c: what it says to an advertisement with @epoch, @given if that was none */
void port_advertised(struct nve *nve, const struct uuid *tsi, uint64_t epoch, uint64_t given,
		     uint32_t code, const char *text);
/* From leave.c: what its first request waited for is here */
void port_resume(struct nve_tsi *tsi);
/* From watch.c: a port was unbound; all are looked at when @dev is 0 */
void port_gone(struct nve *nve, uint32_t dev, uint16_t vlan);

#endif
