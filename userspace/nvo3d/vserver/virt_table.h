/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was seen last of each domain that is ours or watched, and who is to hear when it ends. May
 * be called from any thread; knows nothing of libvirt.
 *
 * What is seen may be old by the time it is put in: @turn, taken before the look, tells. A look
 * that was overtaken by virt_table_watch() is refused, and must be repeated.
 */
#ifndef NVO3D_VSERVER_VIRT_TABLE_H
#define NVO3D_VSERVER_VIRT_TABLE_H

#include "virt.h"

struct virt_table;

struct virt_table *virt_table_new(void);
void virt_table_free(struct virt_table *t);

uint64_t virt_table_turn(struct virt_table *t, const struct uuid *id);
/* False: look again. A watch of one that is not active is over: its descriptor becomes readable */
bool virt_table_seen(struct virt_table *t, const struct virt_domain *dom, uint64_t turn);
/* @ids are all that there are; the others are looked at, too, by @look */
void virt_table_sweep(struct virt_table *t, const struct uuid *ids, size_t n,
		      void (*look)(const struct uuid *id, void *arg), void *arg);

/* False: nothing is known of it */
bool virt_table_get(struct virt_table *t, const struct uuid *id, struct virt_domain *ret);
/*
 * A descriptor of the caller's that becomes readable when it is seen not to be active; it is taken
 * to be until then. The last one asked for counts. -errno
 */
int virt_table_watch(struct virt_table *t, const struct uuid *id, struct err *err);

#endif
