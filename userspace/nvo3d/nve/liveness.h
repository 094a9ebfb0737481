/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is an NVE there? A BFD session for each locator that the kernel sends to, whoever told it to;
 * what a session finds out is told to the kernel as the state of that remote, and to nobody else.
 *
 * A session that never came up says nothing, nor does one that its neighbor has switched off.
 * While one says down, its remote is kept down; up is said once, when it is not down any more. So
 * a state that an operator gives by hand lasts until then.
 *
 * The kernel keeps the state when the agent goes. One that starts takes what it finds down for
 * said by itself: it stays so until BFD comes up.
 *
 * The director is told of what comes down, and asks what is seen (director_seen.h).
 */
#ifndef NVO3D_NVE_LIVENESS_H
#define NVO3D_NVE_LIVENESS_H

#include "bfd_fsm.h"
#include "state.h"

/*
 * Into @nve->liveness, which stays NULL where BFD is off; then it is only told in the log what is
 * found down, since nobody will set it up.
 */
int liveness_start(struct nve *nve, struct err *err);
/* Neighbors are told; accepts NULL, as the next one does */
void liveness_free(struct liveness *l);
/* The kernel's mappings or members are other ones: look soon */
void liveness_touch(struct liveness *l);
/* What BFD says of it now; nothing with NULL, as where there is no session */
enum bfd_verdict liveness_seen(const struct liveness *l, const struct ip_addr *addr);
/* Up to @max locators that it says are down */
size_t liveness_down(const struct liveness *l, struct ip_addr *ret, size_t max);

#endif
