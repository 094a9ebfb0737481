/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What BFD finds out, for the director: what comes down is told, what is seen is answered
 * (NVE_SEEN; Documentation/distribution.rst, "When a whole NVE is gone").
 */
#ifndef NVO3D_NVE_DIRECTOR_SEEN_H
#define NVO3D_NVE_DIRECTOR_SEEN_H

#include "director.h"

#define SEEN_MAX 256	/* locators in one message */

/* Sessions to these have come down; nothing without a director that wants to hear it */
void director_down(struct director *d, const struct ip_addr *addrs, size_t n);
/* As a session begins: all that are down */
void director_all_down(struct director *d);
/* The director's question, which this answers */
void director_asked_seen(struct director *d, const struct msg *msg);

#endif
