/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where on a log somebody is who follows it, and what he has to be told next. Pure.
 *
 * He is told deltas, or a snapshot where the log cannot resume (changelog.h). A snapshot does not
 * name what was gone when it began; what went since then is told like in deltas, for its
 * beginning may have named it. Should the log forget such a deletion meanwhile, another snapshot
 * begins.
 *
 * He is told of everything, or of the mappings that he is interested in (interest.h) and of all
 * members. Then he does not walk the log, which costs what changes for everybody: what has
 * changed for him is marked where it changes, and follow_wake() says so.
 */
#ifndef NDIRECTORD_FOLLOW_H
#define NDIRECTORD_FOLLOW_H

#include "db.h"
#include "interest.h"

/* Items in one message: in columns what one TLS record holds. Each message is acknowledged. */
#define FOLLOW_BATCH	1024

struct follow {
	struct changelog *log;
	struct db_vn *vn;		/* NULL: the log is that of own items */
	struct db_nve *nve;		/* who is not told of himself, or NULL */
	struct interest_set *only;	/* NULL: everything; needs vn */
	uint64_t sent;			/* place on the log */
	uint64_t members;		/* with only: place of the members, not before sent */
	uint64_t told;			/* revision of the last message; 0: none yet */
	uint64_t base;			/* of the log when the snapshot began */
	bool snapshot;			/* in the middle of one */
	bool begun;			/* its begin has been told */
};

/* One message. Valid until the next change of the database. */
struct follow_batch {
	struct db_item *items[FOLLOW_BATCH];
	int n;
	uint64_t revision;		/* that is reached with it */
	bool begin, end;		/* of a snapshot */
	const uint8_t *again;		/* correction: all that is in these buckets */
	size_t n_again;
	bool again_end;
	struct changelog_item *next;	/* what follows; NULL at first */
	struct db_member *next_member;	/* the same with only */
};

/*
 * From @revision on, or with a snapshot: if @resume is false or the log cannot resume there.
 * What he is interested in has been added before.
 */
void follow_start(struct follow *f, uint64_t revision, bool resume);

/*
 * With only: he had been told all, and @revision is new and concerns him. Before it is told, its
 * interest must have been marked.
 */
void follow_wake(struct follow *f, uint64_t revision);

enum follow_more {
	FOLLOW_DONE,	/* nothing to tell */
	FOLLOW_LAST,	/* tell @b, and that is all */
	FOLLOW_MORE,	/* tell @b and ask again */
};

/*
 * Before the first call of a row without changes in between @b->next and @b->next_member are for
 * the caller to zero.
 */
enum follow_more follow_next(struct follow *f, struct follow_batch *b);

/*
 * Those who are told everything and stand at one place of a log are told the same, but of
 * themselves. Is he one of them?
 */
bool follow_shares(const struct follow *f);
/* What is told there: all of it, whosoever. @f stays where he is. */
enum follow_more follow_peek(const struct follow *f, struct follow_batch *b);
/* That came to @more and @revision, and he has been told it. */
void follow_told(struct follow *f, enum follow_more more, uint64_t revision);

/*
 * With only: the next message if he is interested in nothing that has changed, which is that of
 * all who stand where he does, but of themselves; where they stand afterwards is in *@after.
 * FOLLOW_DONE, too, where he has to be told something else first.
 */
enum follow_more follow_peek_members(const struct follow *f, struct follow_batch *b,
				     struct follow *after);
/* Do both stand at the same place? */
bool follow_stand_alike(const struct follow *a, const struct follow *b);
/* Of those from @first on that changed until @to what he has to be told, into @b: its items. */
void follow_members(const struct follow *f, struct db_member *first, uint64_t to,
		    struct follow_batch *b);
/* He has been told that, and is where @after is. */
void follow_told_members(struct follow *f, const struct follow *after);

#endif /* NDIRECTORD_FOLLOW_H */
