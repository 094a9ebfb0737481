/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything in the store as bytes, and back. Pure. See proto/vcenter_store.proto.
 *
 * The _pack functions give malloc()ed bytes. The _unpack functions return -EINVAL with a
 * sentence when a record cannot be what was stored.
 */
#ifndef VCENTERD_RECORD_H
#define VCENTERD_RECORD_H

#include <stddef.h>
#include "incoming.h"
#include "inventory.h"
#include "lib/events.h"
#include "move.h"

uint8_t *vn_pack(const struct vn *vn, size_t *len);
int vn_unpack(const uint8_t *data, size_t len, struct vn *ret, struct err *err);

uint8_t *server_pack(const struct server *server, size_t *len);
int server_unpack(struct inventory *inv, const uint8_t *data, size_t len, struct err *err);

uint8_t *vm_pack(const struct vm *vm, size_t *len);
/* Adds it to the inventory; its VNs must be there. */
int vm_unpack(struct inventory *inv, const uint8_t *data, size_t len, struct err *err);

uint8_t *move_pack(const struct move *m, size_t *len);
int move_unpack(const uint8_t *data, size_t len, struct move *ret, struct err *err);

uint8_t *incoming_pack(const struct incoming *in, size_t *len);
int incoming_unpack(const uint8_t *data, size_t len, struct incoming *ret, struct err *err);

uint8_t *event_pack(const struct event *event, size_t *len);
int event_unpack(const uint8_t *data, size_t len, struct event *ret, struct err *err);

uint8_t *gone_pack(uint64_t time, size_t *len);
uint8_t *placed_pack(uint64_t time, const char *dc, size_t *len);
int placed_unpack(const uint8_t *data, size_t len, char dc[VC_DC_SIZE], struct err *err);
int gone_unpack(const uint8_t *data, size_t len, uint64_t *time, struct err *err);

#endif
