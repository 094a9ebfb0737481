// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#define ASKERS	(NVO3_HOLD_NVE_ADDRS / NVO3_HOLD_PORT_ADDRS + 1)

static struct test {
	struct nvo3_pendings pendings;
	struct nvo3_waiting vns[6];
	struct nvo3_asker askers[ASKERS];
	unsigned long now;	/* of the rates: it stands still */
	u32 asked;		/* questions that listeners were told of */
	u32 suppressed;		/* by the last one */
} test __initdata;

static void test_expired(struct nvo3_pendings *pendings, struct sk_buff_head *frames)
{
	__skb_queue_purge(frames);
}

/* Frames are told apart by their mark. */
static enum nvo3_drop __init send(u32 asker, u32 vn, u32 dst, u32 mark, u32 truesize)
{
	u8 mac[ETH_ALEN] = { 2, 0, dst >> 24, dst >> 16, dst >> 8, dst };
	struct nvo3_question q = {
		.wanted = nvo3_wanted_mac(vn + 1, mac), .ifindex = 1, .now = test.now,
		.vn = &test.vns[vn], .asker = &test.askers[asker],
	};
	struct sk_buff *skb = mark ? alloc_skb(64, GFP_KERNEL) : NULL;
	enum nvo3_drop reason;
	u32 suppressed = 0;
	bool asked;

	if (skb) {
		skb->mark = mark;
		skb->truesize = truesize ?: skb->truesize;
	}
	rcu_read_lock();
	reason = nvo3_pending_hold(&test.pendings, &q, skb, &asked, &suppressed);
	rcu_read_unlock();
	if (reason)
		kfree_skb(skb);
	test.asked += asked;
	if (asked)
		test.suppressed = suppressed;
	return reason;
}

/* Does just this come out: @count frames from @mark on, in order? */
static bool __init out(struct sk_buff_head *frames, u32 mark, u32 count)
{
	bool ok = skb_queue_len(frames) == count;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(frames))) {
		ok &= skb->mark == mark++ && !skb->dev;
		kfree_skb(skb);
	}
	return ok;
}

static bool __init end(u32 vn, u32 dst, bool released, u32 mark, u32 count)
{
	u8 mac[ETH_ALEN] = { 2, 0, dst >> 24, dst >> 16, dst >> 8, dst };
	struct nvo3_wanted wanted = nvo3_wanted_mac(vn + 1, mac);
	struct sk_buff_head frames;

	__skb_queue_head_init(&frames);
	return nvo3_pending_end(&test.pendings, &wanted, released, &frames) &&
	       out(&frames, mark, count);
}

static bool __init absent(u32 vn, u32 dst, u32 lifetime, u32 mark, u32 count)
{
	u8 mac[ETH_ALEN] = { 2, 0, dst >> 24, dst >> 16, dst >> 8, dst };
	struct nvo3_wanted wanted = nvo3_wanted_mac(vn + 1, mac);
	struct sk_buff_head frames;

	__skb_queue_head_init(&frames);
	return !nvo3_pending_set_absent(&test.pendings, &wanted, &test.vns[vn], lifetime,
					&frames) && out(&frames, mark, count);
}

static bool __init counts(u32 vn, u32 pending, u32 held, u32 absent, u64 released)
{
	struct nvo3_waits now = nvo3_pendings_read(&test.pendings, &test.vns[vn]);

	return now.pending == pending && now.held == held && now.absent == absent &&
	       now.released == released;
}

static bool __init empty(void)
{
	bool ok = !nvo3_pendings_any(&test.pendings) && !test.pendings.bytes &&
		  list_empty(&test.pendings.all) && !first(&test.pendings);
	u32 i;

	for (i = 0; i < ASKERS; i++)
		ok &= !test.askers[i].bytes && !test.askers[i].questions;
	return ok;
}

static void __init begin(void)
{
	u32 i;

	test.asked = 0;
	for (i = 0; i < ARRAY_SIZE(test.vns); i++) {
		nvo3_waiting_init(&test.vns[i]);
		test.vns[i].hold = NVO3_HOLD_MAX;
	}
	for (i = 0; i < ASKERS; i++)
		nvo3_asker_init(&test.askers[i]);
	test.now = jiffies;
}

/* In order, asked for once, one too many; then absent, and asked for again. */
static bool __init answers(void)
{
	bool ok = true;
	u32 i;

	begin();
	for (i = 1; i <= NVO3_HOLD_FRAMES; i++)
		ok &= send(i % 2, 0, 7, i, 0) == NVO3_DROP_NONE;
	ok &= send(0, 0, 7, 9, 0) == NVO3_DROP_HOLD_FULL && test.asked == 1;
	ok &= send(0, 1, 7, 20, 0) == NVO3_DROP_NONE && test.asked == 2;
	ok &= counts(0, 1, 8, 0, 0) && counts(1, 1, 1, 0, 0);
	ok &= end(0, 7, true, 1, 8) && !end(0, 7, true, 0, 0) && counts(0, 0, 0, 0, 8);
	ok &= end(1, 7, false, 20, 1) && counts(1, 0, 0, 0, 0) && empty();

	ok &= !send(0, 0, 7, 1, 0) && !send(1, 0, 7, 2, 0) && absent(0, 7, 60000, 1, 2);
	ok &= counts(0, 0, 0, 1, 8) && !test.askers[0].questions;
	ok &= send(0, 0, 7, 3, 0) == NVO3_DROP_UNKNOWN_DST && test.asked == 3;
	ok &= absent(0, 7, 50000, 0, 0) && counts(0, 0, 0, 1, 8) && end(0, 7, true, 0, 0);
	ok &= absent(0, 8, 60000, 0, 0) && end(0, 8, false, 0, 0) && empty();

	/* Only asked for, as with a relay; then a frame waits all the same. */
	ok &= !send(0, 0, 7, 0, 0) && !send(0, 0, 7, 0, 0) && test.asked == 4;
	ok &= !send(1, 0, 7, 5, 0) && test.asked == 4 && end(0, 7, true, 5, 1);
	return ok && empty();
}

/* Addresses of a port and of all, bytes of a port. */
static bool __init bounds(void)
{
	const u32 large = NVO3_HOLD_PORT_BYTES / 4;
	bool ok = true;
	u32 i, dst;

	begin();
	for (i = 1; i <= 4; i++)
		ok &= send(0, 0, 0, i, large) == NVO3_DROP_NONE;
	ok &= send(0, 0, 1, 9, 0) == NVO3_DROP_HOLD_FULL && test.asked == 1;
	ok &= send(1, 0, 0, 5, large) == NVO3_DROP_NONE && end(0, 0, true, 1, 5) && empty();

	begin();
	for (i = 0, dst = 0; i < ASKERS - 1; i++) {
		for (; dst < (i + 1) * NVO3_HOLD_PORT_ADDRS; dst++)
			ok &= send(i, dst % 5, dst, 0, 0) == NVO3_DROP_NONE;
		ok &= send(i, 5, dst, 0, 0) == NVO3_DROP_HOLD_FULL;
	}
	ok &= test.asked == NVO3_HOLD_NVE_ADDRS;
	ok &= send(i, 5, dst, 0, 0) == NVO3_DROP_HOLD_FULL;
	ok &= absent(0, 0, 60000, 0, 0) && send(i, 5, dst, 0, 0) == NVO3_DROP_NONE;
	ok &= end(5, dst, true, 0, 0);
	while (dst--)
		ok &= end(dst % 5, dst, true, 0, 0);
	ok &= empty();

	/* What is absent gives way, the one first whose time is over first. */
	for (i = 0; i < NVO3_ABSENT_MAX; i++)
		ok &= absent(0, i, i ? 60000 : 50000, 0, 0);
	ok &= absent(0, 1, 60000, 0, 0) && counts(0, 0, 0, NVO3_ABSENT_MAX, 0);
	ok &= absent(0, i, 60000, 0, 0) && counts(0, 0, 0, NVO3_ABSENT_MAX, 0);
	ok &= !end(0, 0, false, 0, 0) && end(0, i, false, 0, 0);
	nvo3_pendings_forget_vn(&test.pendings, &test.vns[0]);
	return ok && counts(0, 0, 0, 0, 0) && empty();
}

/* A port's rate, then its VN's, and that each held back is told of and counted. */
static bool __init rates(void)
{
	u32 i, dst, denied = 0, granted = 0;
	bool ok = true;

	begin();
	for (dst = 0; dst < 3 * NVO3_ASK_PORT_RATE; dst++) {
		if (send(0, 0, dst, 0, 0) == NVO3_DROP_MISS_RATE)
			denied++;
		else
			ok &= end(0, dst, false, 0, 0);
	}
	ok &= denied == 2 * NVO3_ASK_PORT_RATE &&
	      nvo3_budget_denied(&test.askers[0].budget) == denied;
	/* A neighbour's turn comes all the same. */
	ok &= send(1, 0, dst, 0, 0) == NVO3_DROP_NONE && end(0, dst, false, 0, 0);

	for (i = 2; i < 30; i++) {
		for (; dst < i * 1000; dst++) {
			if (send(i, 0, dst, 0, 0) != NVO3_DROP_NONE)
				break;
			granted += end(0, dst, false, 0, 0);
		}
	}
	/* All but those of the first two. */
	ok &= granted == NVO3_ASK_VN_RATE - NVO3_ASK_PORT_RATE - 1;
	/* Its own budget is whole but for one, and its VN's is used up. */
	ok &= nvo3_budget_denied(&test.askers[29].budget) == 1;
	nvo3_waiting_init(&test.vns[0]);
	ok &= send(29, 0, 1, 0, 0) == NVO3_DROP_NONE && test.suppressed == 1;
	return ok && end(0, 1, false, 0, 0) && empty();
}

static bool __init due(unsigned long now, u32 mark, u32 count)
{
	struct sk_buff_head frames;

	__skb_queue_head_init(&frames);
	spin_lock_bh(&test.pendings.lock);
	while (end_due(&test.pendings, now, &frames))
		;
	spin_unlock_bh(&test.pendings.lock);
	return out(&frames, mark, count);
}

static bool __init times(void)
{
	unsigned long now = jiffies;
	bool ok = true;

	begin();
	test.vns[1].hold = NVO3_HOLD_MAX / 2;
	ok &= !send(0, 0, 1, 3, 0) && !send(0, 1, 2, 1, 0) && !send(0, 1, 2, 2, 0);
	ok &= absent(2, 3, NVO3_HOLD_MAX / 4, 0, 0);
	ok &= due(now + NVO3_HOLD_MAX / 8 * HZ / 1000, 0, 0) && counts(2, 0, 0, 1, 0);
	ok &= due(now + 5 * (NVO3_HOLD_MAX / 16) * HZ / 1000, 0, 0) && counts(2, 0, 0, 0, 0);
	ok &= due(now + 3 * (NVO3_HOLD_MAX / 4) * HZ / 1000, 1, 2) && counts(1, 0, 0, 0, 0);
	ok &= counts(0, 1, 1, 0, 0) && due(now + 2 * (NVO3_HOLD_MAX / 1000) * HZ, 3, 1);
	return ok && empty();
}

/* Of a port that goes nothing is left, and all of the others'. */
static bool __init closes(void)
{
	struct sk_buff_head frames;
	bool ok = true;

	begin();
	ok &= !send(0, 0, 1, 1, 0) && !send(1, 0, 1, 4, 0) && !send(0, 0, 1, 2, 0);
	ok &= !send(0, 0, 2, 3, 0) && !send(0, 0, 3, 0, 0) && !send(1, 0, 4, 0, 0);
	__skb_queue_head_init(&frames);
	nvo3_pendings_close(&test.pendings, &test.askers[0], &frames);
	ok &= out(&frames, 1, 3) && counts(0, 2, 1, 0, 0) && !test.askers[0].bytes;
	ok &= send(0, 0, 1, 5, 0) == NVO3_DROP_PORT_UNBOUND;
	ok &= send(0, 0, 9, 5, 0) == NVO3_DROP_PORT_UNBOUND;
	ok &= !send(1, 0, 1, 5, 0) && end(0, 1, true, 4, 2);
	nvo3_pendings_close(&test.pendings, &test.askers[1], &frames);
	return ok && out(&frames, 0, 0) && empty();
}

/* The same bytes as a MAC, as an IPv4 and as an IPv6 address are three addresses. */
static bool __init families(void)
{
	static const struct in6_addr v6 = { .s6_addr = { 2, 0, 0, 1 } };
	const struct nvo3_addr addrs[] = {
		nvo3_addr_from4(v6.s6_addr32[0]), nvo3_addr_from6(&v6),
	};
	struct nvo3_question q = {
		.ifindex = 1, .now = test.now, .vn = &test.vns[0], .asker = &test.askers[0],
	};
	struct sk_buff_head frames;
	bool ok = true, asked;
	u32 i, suppressed;

	begin();
	__skb_queue_head_init(&frames);
	ok &= !send(0, 0, 1 << 24, 0, 0);
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		q.wanted = nvo3_wanted_ip(1, &addrs[i]);
		rcu_read_lock();
		ok &= !nvo3_pending_hold(&test.pendings, &q, NULL, &asked, &suppressed) && asked;
		rcu_read_unlock();
		ok &= !nvo3_pending_set_absent(&test.pendings, &q.wanted, q.vn, 60000, &frames);
		rcu_read_lock();
		ok &= nvo3_pending_hold(&test.pendings, &q, NULL, &asked, &suppressed) ==
		      NVO3_DROP_ARP_UNKNOWN;
		rcu_read_unlock();
	}
	ok &= counts(0, 1, 0, 2, 0) && end(0, 1 << 24, false, 0, 0);
	nvo3_pendings_forget_vn(&test.pendings, &test.vns[0]);
	return ok && empty();
}

bool __init nvo3_pending_selftest(void)
{
	static bool (*const tests[])(void) __initconst = {
		answers, bounds, rates, times, closes, families,
	};
	bool ok = true, passed;
	u32 i;

	nvo3_pendings_init(&test.pendings, test_expired);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		passed = tests[i]();
		if (!passed)
			pr_err("pending selftest %u failed\n", i);
		ok &= passed;
	}
	/* All have gone, and nothing says that they are there. */
	if (memchr_inv(test.pendings.has, 0, sizeof(test.pendings.has))) {
		pr_err("pending selftest: bits are left of entries that are gone\n");
		ok = false;
	}
	nvo3_pendings_uninit(&test.pendings);
	return ok;
}
