/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interfaces that are about to leave for another NVE, or have just come from one
 * (Documentation/moves.rst): the times of both ends, what was used here, and late frames.
 *
 * Who leaves is not silenced: its port and its mapping stay until the newer epoch of the other NVE
 * takes the mapping over, for that is what makes the kernel send late frames on. That it leaves is
 * stored; its times are not.
 */
#ifndef NVO3D_NVE_LEAVE_H
#define NVO3D_NVE_LEAVE_H

#include "port.h"

#define LEAVE_USED_MAX	1024u	/* addresses in one message */

/* The kernel sends on for 10 s, by default */
extern unsigned int leave_linger_ms;
/* For the word of where it is now, when it is to go before that is here */
extern unsigned int leave_wait_ms;

struct figures {
	uint64_t last_out, first_in, silent, active;	/* ns of CLOCK_REALTIME; 0 not known */
};

/* It leaves in @move; the same again changes nothing. */
void leave_prepare(struct nve_tsi *tsi, const struct uuid *move);
void leave_stay(struct nve_tsi *tsi);
/* What is held of its VN because it was used: at most LEAVE_USED_MAX; free() *ret. */
size_t leave_used(struct nve_tsi *tsi, struct mac_addr **ret);
void leave_figures(struct nve_tsi *tsi, struct figures *ret);

/* From port.c. As it was before a restart; it goes from memory. */
void leave_restore(struct nve_tsi *tsi);
void leave_free(struct nve_tsi *tsi);
/* The same. It comes with a move, silent; it is active now, and others have been told. */
void leave_arrives(struct nve_tsi *tsi);
void leave_active(struct nve_tsi *tsi);
/* It is to be silent. True: it leaves, and that is all that has to be done. */
bool leave_silent(struct nve_tsi *tsi);
/* It is to go. True: not yet; port_resume() follows. */
bool leave_must_wait(struct nve_tsi *tsi);
/* Its port has gone; its VN is still held by it. */
void leave_gone(struct nve_tsi *tsi);

/* From vn.c: of this VN mappings have changed. */
void leave_look(struct nve *nve, const struct uuid *vn);
void leave_uninit_all(struct nve *nve);

#endif
