/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who returns for ever with the same fault is worth a line a minute. Pure; knows the last few.
 */
#ifndef COMPLAINTS_H
#define COMPLAINTS_H

#include <stdbool.h>
#include <stdint.h>

#define COMPLAINTS 16

/* All zero at first. */
struct complaints {
	struct {
		uint32_t hash;
		uint64_t ms;
	} of[COMPLAINTS];
};

/*
 * Was @why said of the host of @addr ("10.0.0.1:4711"; the port does not count) within the last
 * minute
 * before @now_ms? If not, it is now.
 */
bool complaints_lately(struct complaints *c, const char *addr, const char *why, uint64_t now_ms);

#endif /* COMPLAINTS_H */
