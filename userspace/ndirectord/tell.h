/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling followers what has changed.
 *
 * A follower is a session's place on a log: the log of a VN for an NVE, the log of own items for
 * a peer. Followers hang off their log. Once per turn of the loop those of the logs that have
 * changed are sent what lies behind their place (follow.h). A follower whose channel is slow
 * waits, and then gets each item once, as it is by then; he costs nobody else anything. What many
 * at one place are told is encoded once (encode).
 *
 * Who follows an interest only (f->at.only) is found by the address that has changed: a change
 * costs as much as there are followers who are told of it.
 */
#ifndef NDIRECTORD_TELL_H
#define NDIRECTORD_TELL_H

#include "follow.h"
#include "lib/chan_shared.h"

/* A log that somebody follows. */
struct tell_log {
	struct follower *followers;	/* list: of everything */
	struct follower *choosy;	/* list: of their interest */
	struct interest_index interests;
	bool changed;			/* is on tell->changed */
	unsigned int held;		/* tell_hold() */
	bool all_wait;			/* all of the choosy ones do: none has to be woken */
	struct tell_log *prev, *next;
};

/*
 * What all at one place of a log who understand the same are told alike; of one turn. Those with
 * an interest are told of members alike.
 */
struct tell_batch {
	const struct changelog *log;
	uint64_t from, to;
	bool of_members;		/* then they stand at before, and afterwards at after */
	struct follow before, after;
	struct db_member *first;
	bool begin, end;
	enum follow_more more;
	struct chan_shared *(*encode)(struct follower *f, const struct follow_batch *b);
	struct chan_shared *event;	/* what that made */
	struct tell_batch *next;
};

struct tell {
	struct loop *loop;
	uint64_t turn;
	struct tell_batch *batches, *newest;	/* list, of both sorts */
	unsigned int n_batches;
	struct loop_timer *retry;	/* for channels that were full */
	struct loop_timer *fade;
	struct interest_fading fading;
	unsigned int lifetime_ms;	/* of an interest in what is not there */
	bool scheduled;
	struct tell_log own;		/* followers of the log of own items */
	struct tell_log *changed;	/* list */
	struct follower *waiting;	/* list: those who have something to be told */
};

struct follower {
	struct follow at;
	struct chan *chan;
	struct tell_log *log;
	struct interest_set interest;	/* what at.only points to, if it does */
	bool waiting;			/* is on tell->waiting */
	uint64_t acked;			/* revision that he says he has applied */
	struct digest held;		/* that he says he has */
	uint64_t messages;		/* that he was sent */
	void (*send)(struct follower *f, const struct follow_batch *b);
	/* What send sends, if it is the same for all of this log; NULL: it is not. */
	struct chan_shared *(*encode)(struct follower *f, const struct follow_batch *b);
	void *arg;
	struct follower *prev, *next;
	struct follower *prev_waiting, *next_waiting;
};

void tell_init(struct tell *tell, struct loop *loop, unsigned int lifetime_ms);
void tell_uninit(struct tell *tell);
/* To follow the log of @f->at.vn by interest: before interests are added. @total as there. */
void tell_choose(struct tell *tell, struct follower *f, unsigned int *total);
/* @f->at says which log; it is to have been started (follow_start()). */
void tell_add(struct tell *tell, struct follower *f);
void tell_del(struct tell *tell, struct follower *f);
/* @item has changed; cheap, any number of times. */
void tell_changed(struct tell *tell, const struct db_item *item);
/* What changes in @vn until tell_go() is told together: it is in the middle of a long message */
void tell_hold(struct db_vn *vn);
void tell_go(struct tell *tell, struct db_vn *vn);
/*
 * At once, and whether it has changed or not: @item, after all that had to be told before; @item
 * may be NULL. False: the channel is full, and all is told later but @item.
 */
bool tell_now(struct tell *tell, struct follower *f, struct db_item *item);
/* He follows an interest, and this becomes a part of it. Or the one that is there. */
struct interest *tell_interest(struct follower *f, const struct mac_addr *mac);
/*
 * @map will not be its NVE's any more: which has an interest in it from now on, whatever the
 * limit. Of what it has itself it needs none.
 */
void tell_leaves(const struct db_map *map);
/* The NVE of @map has other locators. */
void tell_moved(struct tell *tell, const struct db_map *map);

/* What he should hold when he has been told all: O(1). By buckets, with a walk through that. */
struct digest tell_digest(const struct follower *f);
void tell_buckets(const struct follower *f, uint64_t ret[DIGEST_BUCKETS]);
/* A snapshot. */
void tell_anew(struct tell *tell, struct follower *f);
/*
 * All in these buckets at once, after all that had to be told before, or, if it is much, a
 * snapshot. False: the channel is full, and nothing of it is told.
 */
bool tell_again(struct tell *tell, struct follower *f, const uint8_t *buckets, size_t n);
/* @i is in an address that nobody has: it ends with its lifetime if that stays so. */
void tell_fade(struct tell *tell, struct interest *i);

#endif /* NDIRECTORD_TELL_H */
