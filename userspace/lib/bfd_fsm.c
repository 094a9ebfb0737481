// SPDX-License-Identifier: GPL-2.0
#include "bfd_fsm.h"

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint32_t bfd_fsm_interval(const struct bfd_fsm *f)
{
	return max_u32(f->min_tx, f->remote_min_rx);
}

uint64_t bfd_fsm_detection(const struct bfd_fsm *f)
{
	return (uint64_t)f->remote_mult * max_u32(f->params.min_rx, f->remote_min_tx);
}

static uint64_t next_random(struct bfd_fsm *f)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed;
}

/*
 * Up to a quarter less, so that sessions do not fall into step. With a multiplier of 1 at least a
 * tenth: the neighbor's time would be over with the interval (section 6.8.7).
 */
static uint64_t jittered(struct bfd_fsm *f)
{
	uint64_t interval = bfd_fsm_interval(f);
	uint64_t least = interval - interval / 4;
	uint64_t most = f->params.mult == 1 ? interval * 9 / 10 : interval;

	return least + next_random(f) % (most - least + 1);
}

static void set_interval(struct bfd_fsm *f)
{
	f->next_tx = f->last_tx + jittered(f);
}

static void set_state(struct bfd_fsm *f, enum bfd_state state, uint8_t diag)
{
	uint32_t min_tx = f->params.min_tx;

	f->state = state;
	f->diag = diag;
	f->urgent = true;
	f->patience = BFD_NEVER;
	if (state == BFD_UP)
		f->verdict = BFD_SAYS_UP;
	else
		min_tx = max_u32(min_tx, BFD_SLOW_US);
	/* A neighbor that is not up takes our values from each packet, unasked */
	f->polling = state == BFD_UP && min_tx != f->min_tx;
	f->min_tx = min_tx;
}

void bfd_fsm_init(struct bfd_fsm *f, const struct bfd_params *params, enum bfd_verdict verdict,
		  uint32_t my, uint64_t seed, uint64_t now)
{
	*f = (struct bfd_fsm){
		.params = *params,
		.seed = seed,
		.my = my,
		.verdict = verdict,
		.remote_state = BFD_DOWN,
		.remote_min_rx = 1,
		.last_tx = now,
		.expires = BFD_NEVER,
	};
	set_state(f, BFD_DOWN, BFD_DIAG_NONE);
	/* Many sessions that begin together do not speak together */
	f->urgent = false;
	f->next_tx = now + next_random(f) % BFD_SLOW_US;
}

/*
 * It begins anew, under another discriminator and without a complaint about us: its program was
 * started again, and its forwarding may never have stopped. It has as long as a session that is
 * not up takes to fail.
 */
static bool has_restarted(const struct bfd_fsm *f, const struct bfd_packet *p)
{
	return f->state == BFD_UP && p->my != f->your && !p->your && p->state == BFD_DOWN &&
	       p->diag == BFD_DIAG_NONE;
}

static void neighbor_down(struct bfd_fsm *f, bool restarted, uint64_t now)
{
	set_state(f, BFD_DOWN, BFD_DIAG_NEIGHBOR);
	if (restarted)
		f->patience = now + (uint64_t)f->remote_mult * BFD_SLOW_US;
	else
		f->verdict = BFD_SAYS_DOWN;
}

/* The figure in section 6.2 */
static void take_state(struct bfd_fsm *f, uint8_t theirs, bool restarted, uint64_t now)
{
	if (theirs == BFD_ADMIN_DOWN) {
		f->verdict = BFD_SAYS_NOTHING;
		f->patience = BFD_NEVER;
		if (f->state != BFD_DOWN)
			set_state(f, BFD_DOWN, BFD_DIAG_NEIGHBOR);
		return;
	}
	switch ((enum bfd_state)f->state) {
	case BFD_ADMIN_DOWN:
		break;
	case BFD_DOWN:
		if (theirs == BFD_DOWN) {
			uint64_t patience = f->patience;

			set_state(f, BFD_INIT, f->diag);
			f->patience = patience;
		} else if (theirs == BFD_INIT) {
			set_state(f, BFD_UP, BFD_DIAG_NONE);
		}
		break;
	case BFD_INIT:
		if (theirs != BFD_DOWN)
			set_state(f, BFD_UP, BFD_DIAG_NONE);
		break;
	case BFD_UP:
		if (theirs == BFD_DOWN)
			neighbor_down(f, restarted, now);
		break;
	}
}

enum bfd_refusal bfd_fsm_receive(struct bfd_fsm *f, const struct bfd_packet *p, uint64_t now)
{
	bool restarted = has_restarted(f, p);
	uint32_t interval = bfd_fsm_interval(f);

	if (p->auth)
		return BFD_AUTH;
	f->your = p->my;
	f->remote_state = p->state;
	f->remote_diag = p->diag;
	f->remote_demand = p->demand;
	f->remote_min_rx = p->min_rx;
	f->remote_min_tx = p->min_tx;
	f->remote_mult = p->mult;
	if (p->final)
		f->polling = false;
	if (p->poll)
		f->answer = true;
	f->expires = now + bfd_fsm_detection(f);
	if (f->state != BFD_ADMIN_DOWN)
		take_state(f, p->state, restarted, now);
	/* A shorter interval is honoured at once, counted from the last packet */
	if (bfd_fsm_interval(f) != interval)
		set_interval(f);
	return BFD_TAKEN;
}

static void detection_over(struct bfd_fsm *f)
{
	uint32_t interval = bfd_fsm_interval(f);

	if (f->state == BFD_UP || f->patience != BFD_NEVER)
		f->verdict = BFD_SAYS_DOWN;
	if (f->state == BFD_UP || f->state == BFD_INIT)
		set_state(f, BFD_DOWN, BFD_DIAG_EXPIRED);
	f->patience = BFD_NEVER;
	/* What it wanted ended with it: a neighbor that wanted no packets would never be found */
	f->your = 0;
	f->remote_state = BFD_DOWN;
	f->remote_diag = BFD_DIAG_NONE;
	f->remote_demand = false;
	f->remote_min_rx = 1;
	f->expires = BFD_NEVER;
	if (bfd_fsm_interval(f) != interval)
		set_interval(f);
}

void bfd_fsm_run(struct bfd_fsm *f, uint64_t now)
{
	if (now >= f->expires)
		detection_over(f);
	if (now >= f->patience) {
		f->patience = BFD_NEVER;
		f->verdict = BFD_SAYS_DOWN;
	}
}

void bfd_fsm_admin(struct bfd_fsm *f, bool down, uint64_t now)
{
	bool is_down = f->state == BFD_ADMIN_DOWN;

	if (down == is_down)
		return;
	f->verdict = BFD_SAYS_NOTHING;
	set_state(f, down ? BFD_ADMIN_DOWN : BFD_DOWN, down ? BFD_DIAG_ADMIN : BFD_DIAG_NONE);
	f->last_tx = now;
	set_interval(f);
}

static bool speaks(const struct bfd_fsm *f)
{
	if (!f->remote_min_rx)
		return false;
	return !f->remote_demand || f->polling || f->state != BFD_UP || f->remote_state != BFD_UP;
}

bool bfd_fsm_send(struct bfd_fsm *f, uint64_t now, struct bfd_packet *ret)
{
	bool final = f->answer;

	if (!final && !(speaks(f) && (f->urgent || now >= f->next_tx)))
		return false;
	f->answer = false;
	/* An answer is no periodic one: else a neighbor that asks often would never be asked */
	if (!final) {
		f->urgent = false;
		f->last_tx = now;
		set_interval(f);
	}
	*ret = (struct bfd_packet){
		.diag = f->diag,
		.state = f->state,
		.poll = f->polling && !final,
		.final = final,
		.mult = f->params.mult,
		.my = f->my,
		.your = f->your,
		.min_tx = f->min_tx,
		.min_rx = f->params.min_rx,
	};
	return true;
}

uint64_t bfd_fsm_next(const struct bfd_fsm *f)
{
	uint64_t next = min_u64(f->expires, f->patience);

	return speaks(f) ? min_u64(next, f->next_tx) : next;
}
