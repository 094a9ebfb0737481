/* SPDX-License-Identifier: GPL-2.0 */
/* A move that a VM of this host is in; part of host.h */
#ifndef NVO3D_VSERVER_MOVE_OBJ_H
#define NVO3D_VSERVER_MOVE_OBJ_H

#include <uthash.h>

#include "imagefile.h"
#include "proto/nvo3d_store.pb-c.h"
#include "token.h"
#include "uuid.h"

#define HOST_DIR_MAX 400

struct move_used;
struct vserver;

struct move {
	struct uuid id, vm;		/* id: key */
	bool is_source;
	Nvo3__MovePhase phase;
	uint8_t token_value[TOKEN_LEN];
	struct token token;		/* source */
	int image;			/* source: open while it is read; -1 */
	char peer[97];			/* "DC/NAME" of the other vServer */
	char peer_addr[80];		/* destination: where it listens */
	uint64_t size, ended;		/* ended: seconds since 1970 */
	uint8_t sha256[IMAGE_SHA256_LEN];
	bool was_running, start, live, left;	/* live: it runs on until it has left */
	bool keep, was_suspended;	/* its memory goes, too; it stands still, and is to */
	struct saved saved;
	bool copies, delta;		/* destination, not stored: a first one; what differs */
	uint64_t sent, total;		/* not stored: bytes of the image; of a live one, all */
	char uri[256];			/* source, live: of the destination's hypervisor */
	char there[HOST_DIR_MAX];	/* and the folder of its files */
	uint32_t hold_s;		/* destination: of its interfaces */
	/* ns of our CLOCK_REALTIME, right to clock_error; 0 not known. See move_figures.h */
	uint64_t silent, last_out, active, first_in;	/* source, destination */
	uint64_t clock_error;
	struct vserver *vs;
	struct move_used *used;		/* not stored */
	size_t n_used;
	UT_hash_handle hh;
};

struct move *move_lookup(struct vserver *vs, const struct uuid *id);
struct move *move_lookup_vm(struct vserver *vs, const struct uuid *vm);	/* one that goes on */
struct move *move_add(struct vserver *vs, const struct uuid *id);
void move_free(struct vserver *vs, struct move *m);
void move_close_image(struct move *m);

/* Bytes of all that goes over, as far as they are known */
uint64_t move_total(const struct move *m);

#endif
