/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lies where in the store. Negative errno with a sentence: nothing was changed. 0: what is
 * said from now on leaves when it is on the disk (store.h).
 */
#ifndef VCENTERD_PERSIST_H
#define VCENTERD_PERSIST_H

#include "group_op.h"
#include "incoming.h"
#include "inventory.h"
#include "lib/events.h"
#include "lib/store.h"
#include "move.h"

int persist_vn(struct store *store, const struct vn *vn, struct err *err);
/* @remember: it was ours, who missed it is to be told again. */
int persist_vn_del(struct store *store, const struct uuid *uuid, bool remember,
		   struct err *err);
int persist_profile(struct store *store, const struct profile *p, struct err *err);
/* Remembered: @ours for who missed it, another DC's for the nDirector alone. */
int persist_profile_del(struct store *store, const struct uuid *uuid, bool ours,
			struct err *err);
int persist_server(struct store *store, const struct server *server, struct err *err);
int persist_vm(struct store *store, const struct vm *vm, struct err *err);
/* And remember that it is gone from here. */
int persist_vm_del(struct store *store, const struct uuid *uuid, struct err *err);
int persist_move(struct store *store, const struct move *m, struct err *err);
int persist_move_del(struct store *store, const struct uuid *id, struct err *err);
int persist_incoming(struct store *store, const struct incoming *in, struct err *err);
/* And drop the event numbered @evicted, if not 0. */
int persist_event(struct store *store, const struct event *event, uint64_t evicted,
		  struct err *err);

/* In which child's DC the VM may have been made. */
int persist_placed(struct store *store, const struct uuid *vm, const char *dc, struct err *err);
int persist_placed_del(struct store *store, const struct uuid *vm, struct err *err);
bool persist_placed_dc(struct store *store, const struct uuid *vm, char dc[VC_DC_SIZE]);

bool persist_is_gone(struct store *store, const struct uuid *vm);
/* Every VN of ours that was deleted. */
int persist_walk_vn_gone(struct store *store, void (*cb)(const struct uuid *vn, void *arg),
			 void *arg, struct err *err);

/* Every profile that was deleted: ours, or those of other DCs. */
int persist_walk_profile_gone(struct store *store, bool ours,
			      void (*cb)(const struct uuid *profile, void *arg), void *arg,
			      struct err *err);

struct persist_load {
	struct inventory *inv;
	struct events *events;
	void (*move)(const struct move *m, void *arg);
	void (*incoming)(const struct incoming *in, void *arg);
	/* takes its members; then each that is not as at the beginning, of which it copies */
	void (*group)(const struct group_op *op, void *arg);
	void (*member)(const struct uuid *op, uint32_t n, const struct group_member *m, void *arg);
	void *arg;
};

/* At start: everything back into memory; what is too old to matter is dropped from the store. */
int persist_load(struct store *store, const struct persist_load *to, struct err *err);

#endif
