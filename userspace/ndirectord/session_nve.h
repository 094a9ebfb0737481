/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of the conversation with an NVE only.
 */
#ifndef NDIRECTORD_SESSION_NVE_H
#define NDIRECTORD_SESSION_NVE_H

#include "director.h"
#include "proto/control.pb-c.h"
#include "rate.h"

#define INTEREST_MAX	65536u	/* addresses in a session */
#define WANTED_MAX	1024u	/* in one MAP_INTEREST */

/* A VN that it has joined in this session. */
struct join {
	struct follower follower;	/* first */
	struct join *prev, *next;
};

struct nve_session {
	struct chan *chan;
	struct db_nve *nve;
	struct join *joins;		/* list */
	bool registered;
	unsigned int interests;		/* in all VNs */
	struct rate queries;
	struct share share;		/* of claims */
	struct nve_profile *profiles;	/* of nve_profile.c */
	struct nve_claims *claims;	/* of nve_claim.c, or NULL */
	bool blamed;			/* for asking too much; an alert has told so */
	struct rate audits;		/* walks through what it should hold */
	struct nve_session *prev, *next;
};

/* NULL, with @code and a sentence: no UUID, or nobody here knows it. */
struct db_vn *nve_vn(struct director *d, const ProtobufCBinaryData *uuid, uint32_t *code,
		     struct err *err);

struct nve_session *nve_session_of(struct director *d, const struct db_nve *nve);
struct join *nve_join_of(struct nve_session *s, struct db_vn *vn);

/*
 * nve_ask.c: VN_JOIN's interest (CODE(OK), or a refusal), MAP_QUERY, MAP_INTEREST and MAP_FORGET;
 * these answer.
 */
uint32_t nve_interest_check(const struct nve_session *s, const Nvo3__VnJoin *m,
			    const struct join *old, struct err *err);
void nve_interest_start(struct director *d, struct nve_session *s, struct follower *f,
			const Nvo3__VnJoin *m);
void nve_query(struct director *d, struct nve_session *s, const struct msg *msg,
	       const Nvo3__MapQuery *m);
void nve_want(struct director *d, struct nve_session *s, const struct msg *msg,
	      const Nvo3__MapInterest *m);
void nve_forget(struct director *d, struct nve_session *s, const struct msg *msg,
		const Nvo3__MapForget *m);

/* nve_audit.c: MAP_DIGEST, MAP_RESEND and ALERT, events */
void nve_audit_init(struct nve_session *s);
void nve_digest(struct director *d, struct nve_session *s, const Nvo3__MapDigest *m);
void nve_resend(struct director *d, struct nve_session *s, const Nvo3__MapResend *m);
void nve_alert(struct director *d, struct nve_session *s, const Nvo3__Alert *m);
/* nve_list.c: all VNs, if it is a relay; behind the answer to NVE_REGISTER */
void nve_list_all(struct director *d, const struct nve_session *s);

/*
 * nve_claim.c: MAP_ADVERTISE and MAP_WITHDRAW, which have the same fields. Answers, if not at once
 * then in a later turn; takes @m. And the end of a session in the middle of that.
 */
void nve_claims(struct director *d, struct nve_session *s, const struct msg *msg,
		Nvo3__MapAdvertise *m);
void nve_claims_drop(struct nve_session *s);

/* nve_profile.c: PROFILE_GET, which it answers; and the end of a session */
void nve_profile_get(struct director *d, struct nve_session *s, const struct msg *msg,
		     const Nvo3__ProfileGet *m);
void nve_profiles_free(struct nve_session *s);

#endif /* NDIRECTORD_SESSION_NVE_H */
