/* SPDX-License-Identifier: GPL-2.0 */
/* Chance that can be had again: splitmix64. */
#ifndef _MODEL_RND_H
#define _MODEL_RND_H

#include <stdbool.h>
#include <stdint.h>

extern uint64_t rnd_state;

static inline uint64_t rnd(void)
{
	uint64_t z = rnd_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline uint32_t below(uint32_t limit)
{
	return (uint32_t)rnd() % limit;
}

static inline bool one_in(uint32_t n)
{
	return !below(n);
}

#define PICK(array)	((array)[below(sizeof(array) / sizeof((array)[0]))])

#endif /* _MODEL_RND_H */
