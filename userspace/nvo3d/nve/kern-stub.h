/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel in memory, for unit tests */
#ifndef NVO3D_NVE_KERN_STUB_H
#define NVO3D_NVE_KERN_STUB_H

#include "kern.h"

struct kern *kern_stub_new(void);
/* What the stub's frames do: ask for an address, use a mapping last so long ago */
void kern_stub_ask(struct kern *k, const struct nvo3_miss *miss);
/* A frame passes the port, out of it or in, at that time */
void kern_stub_frame(struct kern *k, uint32_t dev, bool out, uint64_t ns);
/* How many frames guests were told; of the last one to whom, and how long */
unsigned int kern_stub_answers(struct kern *k, uint32_t *dev, size_t *len);
/* Late frames that the VN has sent on */
void kern_stub_redirect(struct kern *k, uint32_t vni, uint64_t frames);
void kern_stub_use(struct kern *k, uint32_t vni, const struct mac_addr *mac, uint32_t seconds_ago);
/* How long the address was said to be absent, in ms; 0: it was not, or is there */
uint32_t kern_stub_absent(struct kern *k, uint32_t vni, const struct mac_addr *mac);
uint32_t kern_stub_absent_ip(struct kern *k, uint32_t vni, const struct ip_addr *ip);

/* How often the buckets of a digest were asked for */
unsigned int kern_stub_digests(struct kern *k);
/* The profile with this id, NULL if there is none; *@rules is how many it has */
const struct nvo3_profile *kern_stub_profile(struct kern *k, uint32_t id, size_t *rules);

#endif
