/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session to the director (control.proto). What comes from it goes to vn.h and port.h.
 *
 * A lost session is no reason to change anything in the kernel. A new one starts with
 * NVE_REGISTER; then what could not be told meanwhile (withdrawals, VNs left), all VNs with
 * the revision that is held, and all active interfaces.
 */
#ifndef NVO3D_NVE_DIRECTOR_H
#define NVO3D_NVE_DIRECTOR_H

#include "chan.h"
#include "state.h"

struct ask_addr;

struct director *director_new(struct nve *nve, struct err *err);
void director_free(struct director *d);

bool director_is_up(const struct director *d);	/* registered */
/* End the session; a new one begins with what the model then says */
void director_reset(struct director *d, const char *why);

/*
 * Answered by vn_joined(). @by_interest: to be told no more than idle_interest(), if the VN is so.
 * The value is whether that could be asked for.
 */
bool director_join(struct director *d, struct model_vn *vn, bool by_interest);
void director_leave(struct director *d, const struct uuid *vn);
void director_ack(struct director *d, const struct model_vn *vn);

/* There is a session, and to one that answers questions */
bool director_can_ask(const struct director *d);
/* Answered by ask_answered() */
void director_query(struct director *d, const struct uuid *vn, const struct ask_addr *addr,
		    const struct mac_addr *asker);
/*
 * About to be needed, in a VN that was joined: @done is called, perhaps before this returns, when
 * the kernel has of them what there is. CODE(OK), too, where all is told anyway.
 */
void director_want(struct director *d, const struct uuid *vn, const struct mac_addr *macs,
		   size_t n, nve_done_fn done, void *arg);
/* Answered by idle_forgotten() */
void director_forget(struct director *d, const struct uuid *vn, const struct mac_addr *macs,
		     size_t n);

/* The session, if it is with one that compares what we hold (audit.h); or NULL */
struct chan *director_comparing(const struct director *d);
/* What is offered may be our own for the director already, and not yet for the model */
bool director_is_offering(const struct director *d);
/* Answered by policy_answered(); @version is what is here, 0 nothing */
void director_profile(struct director *d, const struct uuid *profile, uint64_t version);

/* Answered by port_advertised(); without a session the start of the next one does it */
void director_advertise(struct director *d, const struct tsi *tsi);
/* Of no answer is anybody in need: it is repeated until it got one */
void director_withdraw(struct director *d, const struct tsi *tsi);
/*
 * In a while, ask again for the VNs that could not be joined and offer all that is active: what
 * was refused may be right as soon as the director has heard of it from vCenter.
 */
void director_try_later(struct director *d);

#endif
