/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of no_memory: what is asked for (requests.c, devices.c), and what there is
 * before and after (state.c).
 */
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errs.h"
#include "nvo3_kernel.h"

#define V4(last) { AF_INET, { 192, 0, 2, last } }
#define V6(last) { AF_INET6, { 0x20, 0x01, 0x0d, 0xb8, [15] = (last) } }
#define MAC(last) { { 2, 0, 0, 0, 0, last } }

/* The connections are new ones for each attempt: one that has failed may be stuck. */
extern struct nvo3_kernel *k;
extern struct nlsock *rt;
extern struct err why;
/* The name of nve, which is found by it for each attempt */
extern const char *target;
/* Interfaces: the NVE, a slave of it, a device that is none, and the NVE that comes and goes */
extern uint32_t nve, slave, spare, other;

struct op {
	const char *name;	/* NULL: a step between, which does not fail */
	int (*run)(void);
	int (*undo)(void);	/* NULL: it changes nothing */
	bool reverse;		/* undone first, and done at the end */
	int error;		/* what it says too for want of memory */
};

/* The rows of a group, the last without run; NULL if there is none of the name */
const struct op *requests(const char *group);
const struct op *devices(const char *group);

/* 0 if there is none */
uint32_t index_of(const char *name);

/* What all groups stand on: a VN, a profile, the slave's port, a mapping */
int base(void);
int base_del(void);
/* With more: a VLAN port on the slave, all of an NVE at the one that came */
int tagged_add(void);
int tagged_del(void);
int vn100_add(void);
int base_port_add(uint32_t on, uint32_t dev);
int fill_nve(uint32_t on);
/* Requests go to an NVE of their own, which begins anew with a VN */
int renewed_add(void);
int renew(void);
int renewed_del(void);

struct state {
	size_t n;
	struct record {
		size_t len;
		unsigned char *data;
	} records[4096];
};

/* Everything that can be listed, in an order that says nothing */
void state_read(struct state *s);
bool state_same(const struct state *a, const struct state *b);

#endif
