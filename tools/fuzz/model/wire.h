/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel under test: its configuration, its counters, frames into it and out of it. */
#ifndef _MODEL_WIRE_H
#define _MODEL_WIRE_H

#include "../kmod/api.h"
#include "frames.h"

#define DROPS	(NVO3_DROP_MAX + 1)

/* In the network namespace of this process, which has devices f0.. and u0. */
void wire_open(void);

/* A new nve0 as the world says. */
void wire_configure(const struct world *w);

/* One line for nvo3 -b. */
void wire_command(const char *line);

struct drops {
	uint64_t count[DROPS];
	uint64_t tx_fast, rx_fast;	/* beside them: what took the fast way */
};

void wire_drops(struct drops *drops);

/* Frames for the kernel, one after the other. */
struct batch {
	uint32_t len, room, count;
	uint8_t *data;
};

void batch_begin(struct batch *batch, uint32_t room);
/* @fates, @tcp, @gso: as in struct fuzz_frame. */
void batch_add(struct batch *batch, const struct frame *frame, uint16_t fates, uint16_t tcp,
	       uint16_t gso);

/*
 * All frames of the batch, in shapes by @seed. Answers of struct fuzz_out and bytes, @len of
 * them, valid until the next call.
 */
const uint8_t *wire_run(struct batch *batch, uint64_t seed, uint32_t *len);

void wire_pool(struct batch *batch);
const struct fuzz_sums *wire_storm(uint64_t seed, uint32_t count);

/* The device's place among f0.., -1 for u0. */
int wire_dev(uint32_t ifindex);

#endif /* _MODEL_WIRE_H */
