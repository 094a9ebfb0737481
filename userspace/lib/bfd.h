/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BFD sessions between this host and others: single hop (RFC 5881, UDP port 3784, TTL 255) or
 * multihop (RFC 5883, port 4784), over IPv4 and IPv6. One socket per family receives for all
 * sessions; each sends by one of its own, whose source port is what RFC 5881 wants.
 *
 * Callbacks run from the loop only; they add and delete no session.
 */
#ifndef NVO3_LIB_BFD_H
#define NVO3_LIB_BFD_H

#include "addr.h"
#include "bfd_fsm.h"
#include "errs.h"

#define BFD_PORT 3784
#define BFD_MULTIHOP_PORT 4784

struct bfd;
struct bfd_session;
struct loop;

struct bfd_config {
	struct ip_addr local4, local6;	/* family 0: none of that family */
	struct bfd_params params;
	bool multihop;
};

struct bfd_ops {
	/* State or verdict is another one; see bfd_session_fsm() */
	void (*changed)(struct bfd_session *session, void *arg);
	void (*refused)(const struct ip_addr *from, enum bfd_refusal why, void *arg);
};

/* @loop, @ops and @arg must outlive it. An address need not be there yet */
struct bfd *bfd_new(struct loop *loop, const struct bfd_config *config, const struct bfd_ops *ops,
		    void *arg, struct err *err);
/* Ends all sessions, as bfd_session_del() does; accepts NULL */
void bfd_free(struct bfd *bfd);

/*
 * At most one for a peer, whose family must be one of ours. @said: see bfd_fsm_init(). NULL with a
 * sentence when there is no socket or port left.
 */
struct bfd_session *bfd_session_add(struct bfd *bfd, const struct ip_addr *peer,
				    enum bfd_verdict said, struct err *err);
/* Tells the peer that it is switched off, so that the end is no failure to it */
void bfd_session_del(struct bfd_session *s);
/* NULL if there is none */
struct bfd_session *bfd_session_lookup(const struct bfd *bfd, const struct ip_addr *peer);

const struct ip_addr *bfd_session_peer(const struct bfd_session *s);
const struct bfd_fsm *bfd_session_fsm(const struct bfd_session *s);

#endif
