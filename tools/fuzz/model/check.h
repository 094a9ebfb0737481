/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel did beside what it had to do. */
#ifndef _MODEL_CHECK_H
#define _MODEL_CHECK_H

#include "../kmod/api.h"
#include "model.h"

/*
 * The answers for one frame, up to its end mark: NULL if they are what the model says, else
 * what is wrong.
 */
const char *check_fate(const struct world *w, const struct fate *fate,
		       const struct fuzz_out *first);

static inline const struct fuzz_out *out_next(const struct fuzz_out *out)
{
	return (const void *)((const uint8_t *)(out + 1) + ((out->len + 3) & ~3));
}

static inline const uint8_t *out_data(const struct fuzz_out *out)
{
	return (const uint8_t *)(out + 1);
}

/* Are two answers for one frame the same, but for what differs by packet? */
bool same_answers(const struct fuzz_out *a, const struct fuzz_out *b);

void print_hex(const char *what, const uint8_t *data, uint32_t len);
void print_answers(const char *what, const struct fuzz_out *out);

#endif /* _MODEL_CHECK_H */
