/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes with a move beside the image (Documentation/moves.rst): the addresses that the VM used,
 * and times of both ends. All of it is a help: without an answer of the NVE the move goes on.
 */
#ifndef NVO3D_VSERVER_MOVE_FIGURES_H
#define NVO3D_VSERVER_MOVE_FIGURES_H

#include "proto/image.pb-c.h"
#include "task.h"

#define MOVE_USED_MAX	1024u	/* addresses of an interface */

/* Of an interface of the VM that moves: addresses in its VN */
struct move_used {
	struct uuid tsi;
	struct mac_addr *macs;
	size_t n;
};

/* Steps of the source: it is about to leave; when it was silent; it does not leave after all */
void step_prepare(struct task *t);
void step_figures(struct task *t);
void step_stay(struct task *t);
/* Its links are about to go down: from then on it is not reached */
void move_silent(struct move *m);

/* What the source's NVE told, into the image's first answer, and out of it; free() *list. */
void move_used_pack(const struct move *m, Nvo3__ImageReadReply *reply, void **list);
void move_used_take(struct move *m, const Nvo3__ImageReadReply *reply);
const struct move_used *move_used_of(const struct move *m, const struct uuid *tsi);
void move_used_free(struct move *m);

/*
 * At the destination, after the commit: tell vCenter when the VM was reached again, as soon as that
 * is known. Also in a new session, about moves that have ended within the last minute.
 */
void move_figures_watch(struct vserver *vs, struct move *m);
void move_figures_resume(struct vserver *vs);
void move_figures_stop(struct vserver *vs);

#endif
