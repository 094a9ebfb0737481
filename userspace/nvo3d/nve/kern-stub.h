/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel in memory, for unit tests */
#ifndef NVO3D_NVE_KERN_STUB_H
#define NVO3D_NVE_KERN_STUB_H

#include "kern.h"

struct kern *kern_stub_new(void);
/* What the stub's frames do: ask for an address, use a mapping last so long ago */
void kern_stub_ask(struct kern *k, const struct nvo3_miss *miss);
void kern_stub_use(struct kern *k, uint32_t vni, const struct mac_addr *mac, uint32_t seconds_ago);
/* How long the address was said to be absent, in ms; 0: it was not, or is there */
uint32_t kern_stub_absent(struct kern *k, uint32_t vni, const struct mac_addr *mac);

/* How often the buckets of a digest were asked for */
unsigned int kern_stub_digests(struct kern *k);

#endif
