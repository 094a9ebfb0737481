/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all sessions have to hear in a round: addresses @first to @first + @count - 1, each in its
 * version of this round, each once. And the addresses themselves.
 */
#ifndef CONTROL_ROUND_H
#define CONTROL_ROUND_H

#include <stdbool.h>
#include <stdint.h>

struct link;

struct round {
	uint32_t first, count;
	uint32_t generation;		/* of the addresses; climbs with each round */
	uint64_t wrong;			/* heard, but with other content than the round's */
	uint64_t twice;
	unsigned int waiting;		/* sessions that have not heard all */
	double begin, heard, acked;	/* s; 0: not yet */
};

extern struct round now;

/* Who is there: @links, @n of them. */
void round_begin(struct link *links, unsigned int n, uint32_t first, uint32_t count);
/* @l hears of @key; is it what this round says? Outside of a round it counts for nothing. */
void round_heard(struct link *l, uint64_t key, bool right);
bool round_over(void *unused);
void round_end(void);

/* 02:00 and the number */
static inline void key_mac(uint32_t key, uint8_t mac[6])
{
	mac[0] = 2;
	mac[1] = 0;
	mac[2] = key >> 24;
	mac[3] = key >> 16;
	mac[4] = key >> 8;
	mac[5] = key;
}

static inline void key_ip(uint32_t key, uint8_t ip[4])
{
	ip[0] = 10;
	ip[1] = (key + 1) >> 16;
	ip[2] = (key + 1) >> 8;
	ip[3] = key + 1;
}

#endif /* CONTROL_ROUND_H */
