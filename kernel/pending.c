// SPDX-License-Identifier: GPL-2.0
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "pending.h"

/* What a frame that waits is told apart by. Its own device it must forget. */
struct held_cb {
	struct nvo3_asker *asker;
};

static struct held_cb *held_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct held_cb) > sizeof(skb->cb));
	return (struct held_cb *)skb->cb;
}

struct nvo3_asker *nvo3_pending_asker(const struct sk_buff *skb)
{
	return held_cb(skb)->asker;
}

/* Of a MAC its own words alone. Who sends chooses them, but not the seed. */
static u32 hash_of(const struct nvo3_pendings *pendings, const struct nvo3_wanted *wanted)
{
	const size_t words = wanted->addr.family ? sizeof(*wanted) / sizeof(u32) : 3;

	BUILD_BUG_ON(offsetof(struct nvo3_wanted, addr) != 3 * sizeof(u32));
	return jhash2((const u32 *)wanted, words, pendings->seed);
}

/* Which bit of its bucket an entry has: by other bits of the hash than those of the bucket. */
static u32 part_of(u32 hash)
{
	BUILD_BUG_ON(ilog2(NVO3_PENDING_BUCKETS) + ilog2(32) > 32);
	return BIT(hash >> 27);
}

struct nvo3_pending *nvo3_pending_lookup(struct nvo3_pendings *pendings,
					 const struct nvo3_wanted *wanted)
{
	u32 hash = hash_of(pendings, wanted), nr = hash % NVO3_PENDING_BUCKETS;
	struct nvo3_pending *entry;

	if (likely(!(READ_ONCE(pendings->has[nr]) & part_of(hash))))
		return NULL;
	hlist_for_each_entry_rcu(entry, &pendings->bucket[nr], node,
				 lockdep_is_held(&pendings->lock))
		if (entry->hash == hash && !memcmp(&entry->key, wanted, sizeof(*wanted)))
			return entry;
	return NULL;
}

static void index_add(struct nvo3_pendings *pendings, struct nvo3_pending *entry)
{
	u32 nr = entry->hash % NVO3_PENDING_BUCKETS;

	hlist_add_head_rcu(&entry->node, &pendings->bucket[nr]);
	WRITE_ONCE(pendings->has[nr], pendings->has[nr] | part_of(entry->hash));
}

static void index_del(struct nvo3_pendings *pendings, struct nvo3_pending *entry)
{
	u32 nr = entry->hash % NVO3_PENDING_BUCKETS, has = 0;

	hlist_del_rcu(&entry->node);
	hlist_for_each_entry(entry, &pendings->bucket[nr], node)
		has |= part_of(entry->hash);
	WRITE_ONCE(pendings->has[nr], has);
}

static bool ends_before(struct rb_node *a, const struct rb_node *b)
{
	return time_before(rb_entry(a, struct nvo3_pending, by_end)->end,
			   rb_entry(b, struct nvo3_pending, by_end)->end);
}

static struct nvo3_pending *first_of(struct nvo3_pendings *pendings, u8 state)
{
	struct rb_node *node = rb_first_cached(&pendings->by_end[state]);

	return node ? rb_entry(node, struct nvo3_pending, by_end) : NULL;
}

/* The one whose time is over first. */
static struct nvo3_pending *first(struct nvo3_pendings *pendings)
{
	struct nvo3_pending *asked = first_of(pendings, NVO3_MISS_STATE_ASKED);
	struct nvo3_pending *absent = first_of(pendings, NVO3_MISS_STATE_ABSENT);

	if (!asked || !absent)
		return asked ?: absent;
	return time_before(absent->end, asked->end) ? absent : asked;
}

/* Once for the earliest; it is no harm if that has ended before. */
static void arm(struct nvo3_pendings *pendings)
{
	struct nvo3_pending *next = first(pendings);
	unsigned long now = jiffies;

	if (next)
		mod_delayed_work(system_wq, &pendings->work,
				 time_after(next->end, now) ? next->end - now : 0);
}

static u32 *count_of(struct nvo3_pending *entry, u8 state)
{
	struct nvo3_waits *now = &entry->vn->now;

	return state == NVO3_MISS_STATE_ASKED ? &now->pending : &now->absent;
}

static void time_start(struct nvo3_pendings *pendings, struct nvo3_pending *entry, u8 state, u32 ms)
{
	u32 *count = count_of(entry, state);

	WRITE_ONCE(entry->end, jiffies + max(1UL, msecs_to_jiffies(ms)));
	WRITE_ONCE(entry->state, state);
	WRITE_ONCE(pendings->count[state], pendings->count[state] + 1);
	++*count;
	if (rb_add_cached(&entry->by_end, &pendings->by_end[state], ends_before))
		arm(pendings);
}

static void time_stop(struct nvo3_pendings *pendings, struct nvo3_pending *entry)
{
	u8 state = entry->state;
	u32 *count = count_of(entry, state);

	rb_erase_cached(&entry->by_end, &pendings->by_end[state]);
	WRITE_ONCE(pendings->count[state], pendings->count[state] - 1);
	--*count;
	if (entry->asker)
		WRITE_ONCE(entry->asker->questions, entry->asker->questions - 1);
	entry->asker = NULL;
}

static void charge(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
		   struct sk_buff *skb, int by)
{
	struct nvo3_asker *asker = held_cb(skb)->asker;

	WRITE_ONCE(asker->bytes, asker->bytes + by * (int)skb->truesize);
	WRITE_ONCE(pendings->bytes, pendings->bytes + by * (int)skb->truesize);
	entry->vn->now.held += by;
}

static void frames_out(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
		       struct sk_buff_head *frames)
{
	struct sk_buff *skb;

	skb_queue_walk(&entry->frames, skb)
		charge(pendings, entry, skb, -1);
	skb_queue_splice_tail_init(&entry->frames, frames);
}

static struct nvo3_pending *entry_new(const struct nvo3_wanted *wanted, struct nvo3_waiting *vn,
				      gfp_t gfp)
{
	struct nvo3_pending *entry = kzalloc(sizeof(*entry), gfp | __GFP_NOWARN);

	if (!entry)
		return NULL;
	entry->key = *wanted;
	entry->vn = vn;
	__skb_queue_head_init(&entry->frames);
	return entry;
}

static void entry_add(struct nvo3_pendings *pendings, struct nvo3_pending *entry, u8 state, u32 ms)
{
	entry->hash = hash_of(pendings, &entry->key);
	index_add(pendings, entry);
	entry->serial = ++pendings->serial;
	list_add_tail_rcu(&entry->all, &pendings->all);
	time_start(pendings, entry, state, ms);
}

static void entry_del(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
		      struct sk_buff_head *frames)
{
	lockdep_assert_held(&pendings->lock);
	time_stop(pendings, entry);
	frames_out(pendings, entry, frames);
	list_del_rcu(&entry->all);
	index_del(pendings, entry);
	kfree_rcu(entry, rcu);
}

/* Those whose time is over at @now, some at once; true if there may be more. */
static bool end_due(struct nvo3_pendings *pendings, unsigned long now,
		    struct sk_buff_head *frames)
{
	struct nvo3_pending *entry;
	int some = 64;

	while ((entry = first(pendings)) && time_after_eq(now, entry->end)) {
		if (!some--)
			return true;
		entry_del(pendings, entry, frames);
	}
	return false;
}

static void expire(struct work_struct *work)
{
	struct nvo3_pendings *pendings = container_of(to_delayed_work(work),
						      struct nvo3_pendings, work);
	struct sk_buff_head frames;
	bool more;

	do {
		__skb_queue_head_init(&frames);
		/* Askers that frames have been taken out for stay until these are gone. */
		rcu_read_lock();
		spin_lock_bh(&pendings->lock);
		more = end_due(pendings, jiffies, &frames);
		if (!more)
			arm(pendings);
		spin_unlock_bh(&pendings->lock);
		pendings->expired(pendings, &frames);
		rcu_read_unlock();
		cond_resched();
	} while (more);
}

void nvo3_pendings_init(struct nvo3_pendings *pendings,
			void (*expired)(struct nvo3_pendings *pendings,
					struct sk_buff_head *frames))
{
	/* Empty lists and trees are zero. */
	memset(pendings, 0, sizeof(*pendings));
	pendings->expired = expired;
	pendings->seed = get_random_u32();
	spin_lock_init(&pendings->lock);
	INIT_LIST_HEAD(&pendings->all);
	INIT_DELAYED_WORK(&pendings->work, expire);
}

void nvo3_pendings_uninit(struct nvo3_pendings *pendings)
{
	cancel_delayed_work_sync(&pendings->work);
	WARN_ON_ONCE(!list_empty(&pendings->all));
}

/* May this one open a question more? If so it tells how many might not before. */
static enum nvo3_drop may_ask(struct nvo3_pendings *pendings, const struct nvo3_question *q,
			      u32 *suppressed)
{
	u32 own, others;

	if (READ_ONCE(q->asker->questions) >= NVO3_HOLD_PORT_ADDRS ||
	    READ_ONCE(pendings->count[NVO3_MISS_STATE_ASKED]) >= NVO3_HOLD_NVE_ADDRS)
		return NVO3_DROP_HOLD_FULL;
	if (!nvo3_budget_take(&q->asker->budget, q->now, &own))
		return NVO3_DROP_MISS_RATE;
	if (!nvo3_budget_take(&q->vn->budget, q->now, &others)) {
		nvo3_budget_return(&q->asker->budget, own, true);
		return NVO3_DROP_MISS_RATE;
	}
	/* What the VN held back, its ports have counted as theirs. */
	*suppressed = own;
	return NVO3_DROP_NONE;
}

/*
 * What a frame may not take along where it waits: memory that its sender wants back (a guest's,
 * or what a socket is charged for), and references on what may go meanwhile. The rest, as a
 * mark, stays: it leaves as if it came then. Without the lock, since there may be much to copy.
 */
static bool detach(struct sk_buff *skb, struct nvo3_asker *asker)
{
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
		return false;
	skb_orphan(skb);
	skb_scrub_packet(skb, false);
	skb->dev = NULL;
	held_cb(skb)->asker = asker;
	return true;
}

/* Is there no room for the frame? May be asked without the lock, for a first answer. */
static bool is_full(const struct nvo3_pendings *pendings, const struct nvo3_pending *entry,
		    const struct nvo3_asker *asker, const struct sk_buff *skb)
{
	return (entry && READ_ONCE(entry->frames.qlen) >= NVO3_HOLD_FRAMES) ||
	       READ_ONCE(asker->bytes) + skb->truesize > NVO3_HOLD_PORT_BYTES ||
	       READ_ONCE(pendings->bytes) + skb->truesize > NVO3_HOLD_NVE_BYTES;
}

static enum nvo3_drop frame_in(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
			       struct nvo3_asker *asker, struct sk_buff *skb)
{
	if (!skb)
		return NVO3_DROP_NONE;
	if (is_full(pendings, entry, asker, skb))
		return NVO3_DROP_HOLD_FULL;
	charge(pendings, entry, skb, 1);
	__skb_queue_tail(&entry->frames, skb);
	return NVO3_DROP_NONE;
}

static enum nvo3_drop question_new(struct nvo3_pendings *pendings, const struct nvo3_question *q,
				   struct nvo3_pending **ret, u32 *suppressed)
{
	enum nvo3_drop reason = may_ask(pendings, q, suppressed);
	struct nvo3_pending *entry;

	if (reason)
		return reason;
	entry = entry_new(&q->wanted, q->vn, GFP_ATOMIC);
	if (!entry) {
		nvo3_budget_return(&q->asker->budget, *suppressed, false);
		return NVO3_DROP_NOMEM;
	}
	ether_addr_copy(entry->src, q->src);
	entry->ifindex = q->ifindex;
	*ret = entry;
	return NVO3_DROP_NONE;
}

/*
 * With the lock, what was found without it once more. @fresh becomes NULL when it is used. False:
 * one is needed, for the address has been answered since.
 */
static bool hold(struct nvo3_pendings *pendings, const struct nvo3_question *q,
		 struct sk_buff *skb, struct nvo3_pending **fresh, enum nvo3_drop *reason)
{
	struct nvo3_pending *entry = nvo3_pending_lookup(pendings, &q->wanted);

	lockdep_assert_held(&pendings->lock);
	*reason = NVO3_DROP_PORT_UNBOUND;
	if (q->asker->closed)
		return true;
	*reason = nvo3_wanted_reason(&q->wanted);
	if (entry && entry->state == NVO3_MISS_STATE_ABSENT)
		return true;
	if (!entry && !*fresh)
		return false;
	if (!entry) {
		entry = *fresh;
		*fresh = NULL;
		entry_add(pendings, entry, NVO3_MISS_STATE_ASKED, READ_ONCE(q->vn->hold));
		entry->asker = q->asker;
		WRITE_ONCE(q->asker->questions, q->asker->questions + 1);
	}
	*reason = frame_in(pendings, entry, q->asker, skb);
	return true;
}

/* Without the lock: NONE, or why the frame is to be dropped, as most of a flood are. */
static enum nvo3_drop judge(struct nvo3_pendings *pendings, const struct nvo3_question *q,
			    const struct nvo3_pending *entry, const struct sk_buff *skb)
{
	if (entry && READ_ONCE(entry->state) == NVO3_MISS_STATE_ABSENT)
		return nvo3_wanted_reason(&q->wanted);
	if (skb && is_full(pendings, entry, q->asker, skb))
		return NVO3_DROP_HOLD_FULL;
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_pending_hold(struct nvo3_pendings *pendings, const struct nvo3_question *q,
				 struct sk_buff *skb, bool *ret_asked, u32 *ret_suppressed)
{
	struct nvo3_pending *entry, *fresh = NULL;
	enum nvo3_drop reason;
	bool may, done;

	*ret_asked = false;
	do {
		entry = nvo3_pending_lookup(pendings, &q->wanted);
		reason = judge(pendings, q, entry, skb);
		if (!reason && !entry && !fresh)
			reason = question_new(pendings, q, &fresh, ret_suppressed);
		if (!reason && skb && !detach(skb, q->asker))
			reason = NVO3_DROP_NOMEM;
		if (reason)
			break;
		may = fresh;
		spin_lock_bh(&pendings->lock);
		done = hold(pendings, q, skb, &fresh, &reason);
		spin_unlock_bh(&pendings->lock);
		*ret_asked = may && !fresh;
	} while (!done);
	if (fresh) {
		/* It was not needed. */
		nvo3_budget_return(&q->asker->budget, *ret_suppressed, false);
		kfree(fresh);
	}
	return reason;
}

bool nvo3_pending_end(struct nvo3_pendings *pendings, const struct nvo3_wanted *wanted,
		      bool released, struct sk_buff_head *frames)
{
	struct nvo3_pending *entry;

	rcu_read_lock();
	spin_lock_bh(&pendings->lock);
	entry = nvo3_pending_lookup(pendings, wanted);
	if (entry) {
		if (released)
			entry->vn->now.released += entry->frames.qlen;
		entry_del(pendings, entry, frames);
	}
	spin_unlock_bh(&pendings->lock);
	rcu_read_unlock();
	return entry;
}

/* With the lock: what is there becomes absent, or else @fresh, which is NULL then. */
static void become_absent(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
			  struct nvo3_pending **fresh, u32 lifetime, struct sk_buff_head *frames)
{
	if (pendings->count[NVO3_MISS_STATE_ABSENT] >= NVO3_ABSENT_MAX &&
	    !(entry && entry->state == NVO3_MISS_STATE_ABSENT))
		entry_del(pendings, first_of(pendings, NVO3_MISS_STATE_ABSENT), frames);
	if (!entry) {
		entry_add(pendings, *fresh, NVO3_MISS_STATE_ABSENT, lifetime);
		*fresh = NULL;
		return;
	}
	time_stop(pendings, entry);
	frames_out(pendings, entry, frames);
	time_start(pendings, entry, NVO3_MISS_STATE_ABSENT, lifetime);
}

int nvo3_pending_set_absent(struct nvo3_pendings *pendings, const struct nvo3_wanted *wanted,
			    struct nvo3_waiting *vn, u32 lifetime, struct sk_buff_head *frames)
{
	struct nvo3_pending *fresh = entry_new(wanted, vn, GFP_KERNEL_ACCOUNT);

	if (!fresh)
		return -ENOMEM;
	rcu_read_lock();
	spin_lock_bh(&pendings->lock);
	become_absent(pendings, nvo3_pending_lookup(pendings, wanted), &fresh, lifetime, frames);
	spin_unlock_bh(&pendings->lock);
	rcu_read_unlock();
	kfree(fresh);
	return 0;
}

/* What is left of an entry without the asker; with nobody left it has no reason to be. */
static void leave(struct nvo3_pendings *pendings, struct nvo3_pending *entry,
		  struct nvo3_asker *asker, struct sk_buff_head *frames)
{
	struct sk_buff *skb, *next;

	skb_queue_walk_safe(&entry->frames, skb, next) {
		if (held_cb(skb)->asker != asker)
			continue;
		charge(pendings, entry, skb, -1);
		__skb_unlink(skb, &entry->frames);
		__skb_queue_tail(frames, skb);
	}
	if (entry->asker == asker) {
		WRITE_ONCE(asker->questions, asker->questions - 1);
		entry->asker = NULL;
	}
	if (entry->state == NVO3_MISS_STATE_ASKED && !entry->asker && !entry->frames.qlen)
		entry_del(pendings, entry, frames);
}

void nvo3_pendings_close(struct nvo3_pendings *pendings, struct nvo3_asker *asker,
			 struct sk_buff_head *frames)
{
	struct nvo3_pending *entry, *next;

	spin_lock_bh(&pendings->lock);
	asker->closed = true;
	if (asker->questions || asker->bytes)
		list_for_each_entry_safe(entry, next, &pendings->all, all)
			leave(pendings, entry, asker, frames);
	spin_unlock_bh(&pendings->lock);
}

void nvo3_pendings_forget_vn(struct nvo3_pendings *pendings, struct nvo3_waiting *vn)
{
	struct nvo3_pending *entry, *next;
	struct sk_buff_head none;

	__skb_queue_head_init(&none);
	spin_lock_bh(&pendings->lock);
	if (vn->now.pending || vn->now.absent)
		list_for_each_entry_safe(entry, next, &pendings->all, all)
			if (entry->vn == vn)
				entry_del(pendings, entry, &none);
	spin_unlock_bh(&pendings->lock);
	WARN_ON_ONCE(!skb_queue_empty(&none));
}

struct nvo3_waits nvo3_pendings_read(struct nvo3_pendings *pendings, const struct nvo3_waiting *vn)
{
	struct nvo3_waits now;

	spin_lock_bh(&pendings->lock);
	now = vn->now;
	spin_unlock_bh(&pendings->lock);
	return now;
}

struct nvo3_pending *nvo3_pending_next(struct nvo3_pendings *pendings, struct nvo3_pending *entry)
{
	return list_next_or_null_rcu(&pendings->all, entry ? &entry->all : &pendings->all,
				     struct nvo3_pending, all);
}

#ifdef DEBUG
#include "selftest/pending.c"
#endif
