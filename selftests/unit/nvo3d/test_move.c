// SPDX-License-Identifier: GPL-2.0
/* Two vServers and a VM that goes from one to the other, or does not */
#include "host_bed.h"
#include "proto/image.pb-c.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static uint8_t move_id[16], token[32];

struct pair {
	struct bed_host from, to;
	uint64_t size;			/* as the source told */
	uint8_t sha256[32];
	bool was_running;
	uint64_t silent, last_out;
};

static void setup(struct pair *p, void **state, bool run)
{
	memset(p, 0, sizeof(*p));
	move_id[0]++;
	memset(token, 7, sizeof(token));
	host_up(&p->from, *state, "host1");
	host_up(&p->to, *state, "host2");
	assert_int_equal(host_create(&p->from, 1, run).code, CODE(OK));
}

static void teardown(struct pair *p)
{
	host_down(&p->from);
	host_down(&p->to);
}

struct source_reply {
	struct reply r;
	struct pair *p;
};

static void source_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__RelocateSourceReply *reply;
	struct source_reply *s = arg;

	bed_answered(code, text, body, &s->r);
	if (code != CODE(OK))
		return;
	reply = msg_decode(body, &nvo3__relocate_source_reply__descriptor, NULL);
	s->p->size = reply->size;
	s->p->was_running = reply->was_running;
	s->p->silent = reply->silent;
	s->p->last_out = reply->last_out;
	assert_int_equal(reply->sha256.len, 32);
	memcpy(s->p->sha256, reply->sha256.data, 32);
	msg_free(reply);
}

static struct reply source(struct pair *p)
{
	Nvo3__RelocateSource req = NVO3__RELOCATE_SOURCE__INIT;
	struct source_reply s = { .p = p };
	struct bed *bed = p->from.bed;
	uint8_t vm[16] = { 1 };

	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.vm = (ProtobufCBinaryData){ 16, vm };
	req.token = (ProtobufCBinaryData){ 32, token };
	req.dest = "dc1/host2";
	chan_request(p->from.vc, MSG(RELOCATE_SOURCE), &req.base, 0, source_answered, &s);
	BED_WAIT(bed, s.r.here);
	return s.r;
}

struct dest_msg {
	struct vm_msg vm;
	Nvo3__RelocateDest req;
};

static Nvo3__RelocateDest *dest_msg(struct dest_msg *m, struct pair *p)
{
	nvo3__relocate_dest__init(&m->req);
	m->req.move = (ProtobufCBinaryData){ 16, move_id };
	m->req.profile = vm_msg(&m->vm, 1);
	m->req.source_addr = p->from.images;
	m->req.source = "dc1/host1";
	m->req.token = (ProtobufCBinaryData){ 32, token };
	m->req.size = p->size;
	m->req.sha256 = (ProtobufCBinaryData){ 32, p->sha256 };
	m->req.hold_s = 900;
	return &m->req;
}

static struct reply dest(struct pair *p)
{
	struct dest_msg m;

	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_DEST), &dest_msg(&m, p)->base);
}

static struct reply commit(struct pair *p, uint64_t epoch, bool start)
{
	Nvo3__RelocateCommit req = NVO3__RELOCATE_COMMIT__INIT;
	struct vm_msg m;

	vm_msg(&m, 1);
	m.nic.epoch = epoch;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.nics = &m.nics;
	req.n_nics = 1;
	req.start = start;
	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_COMMIT), &req.base);
}

static struct reply abort_at(struct bed_host *h)
{
	Nvo3__RelocateAbort req = NVO3__RELOCATE_ABORT__INIT;

	req.move = (ProtobufCBinaryData){ 16, move_id };
	return bed_ask(h->bed, h->vc, MSG(RELOCATE_ABORT), &req.base);
}

static struct reply release(struct pair *p)
{
	Nvo3__RelocateRelease req = NVO3__RELOCATE_RELEASE__INIT;

	req.move = (ProtobufCBinaryData){ 16, move_id };
	return bed_ask(p->from.bed, p->from.vc, MSG(RELOCATE_RELEASE), &req.base);
}

static void image_of(struct bed_host *h, char *path)
{
	struct uuid uuid = { { 1 } };
	char id[UUID_STRLEN];

	sprintf(path, "%s/vms/%s/www/image", h->state, uuid_format(&uuid, id));
}

static void same_images(struct pair *p)
{
	char a[320], b[320], command[700];

	image_of(&p->from, a);
	image_of(&p->to, b);
	snprintf(command, sizeof(command), "cmp -s %s %s", a, b);
	assert_int_equal(system(command), 0);
}

static void gone(struct bed_host *h)
{
	assert_null(host_vm(h, 1));
	assert_false(host_has_files(h, 1));
	assert_false(h->driver.attached[1] || h->driver.alive[1]);
}

/* The whole way, each request twice */
static void test_move(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.was_running);
	assert_int_equal(p.size, 16 << 20);
	assert_int_equal(p.from.told, STATE(MOVING));
	assert_false(p.from.driver.alive[1] || p.from.driver.up[1]);
	assert_int_equal(source(&p).code, CODE(OK));

	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	assert_int_equal(p.to.associated, 1);
	assert_int_equal(p.to.activated, 0);
	assert_true(p.to.progress >= 16);
	assert_false(p.to.driver.alive[1]);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.associated, 1);

	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.epoch, 9);
	assert_true(p.to.driver.alive[1]);
	assert_int_equal(p.to.told, STATE(RUNNING));
	BED_WAIT(p.to.bed, p.to.vm_registered == 1);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.activated, 1);
	/* Committed is committed */
	assert_int_equal(abort_at(&p.to).code, CODE(BAD_STATE));

	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_int_equal(p.from.vm_unregistered, 0);
	assert_int_equal(release(&p).code, CODE(OK));
	/* Also when the programs have been started anew */
	host_end(&p.to);
	host_begin(&p.to);
	assert_int_equal(host_vm(&p.to, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	teardown(&p);
}

static void test_stopped_vm(void **state)
{
	struct pair p;

	setup(&p, state, false);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_false(p.was_running);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, false).code, CODE(OK));
	assert_int_equal(p.to.told, STATE(STOPPED));
	assert_int_equal(p.to.activated, 0);
	assert_int_equal(host_power(&p.to, 1, true).code, CODE(OK));
	assert_int_equal(p.to.epoch, 9);
	teardown(&p);
}

static void test_abort(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(p.to.deassociated, 1);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	assert_true(p.from.driver.alive[1] && p.from.driver.up[1]);
	assert_int_equal(p.from.epoch, 3);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	/* The image is not offered any more, and the move is over for good */
	assert_int_equal(dest(&p).code, CODE(BAD_STATE));
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	/* Another one can be made */
	move_id[0]++;
	memset(token, 8, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

/* The source cannot start it again at once: the abort is not over before it can */
static void test_abort_that_fails(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	p.from.driver.cannot_start = true;
	assert_int_equal(abort_at(&p.from).code, CODE(FAILED));
	assert_int_equal(p.from.told, STATE(FAILED));
	p.from.driver.cannot_start = false;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	teardown(&p);
}

static void test_abort_while_pulling(void **state)
{
	struct bed_host *to;
	struct dest_msg m;
	struct reply r = {};
	struct pair p;

	setup(&p, state, true);
	to = &p.to;
	assert_int_equal(source(&p).code, CODE(OK));
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(to->bed, to->progress > 1);
	assert_int_equal(abort_at(to).code, CODE(OK));
	assert_true(r.here);
	assert_int_not_equal(r.code, CODE(OK));
	gone(to);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_true(p.from.driver.alive[1]);
	teardown(&p);
}

/* What was used goes with the image, and the interface is held for a time until the commit. */
static void test_what_goes_with_it(void **state)
{
	struct pair p;

	setup(&p, state, true);
	p.from.used = 3;
	p.from.times.silent = 1700000000111111111ull;
	p.from.times.last_out = 1700000000100000000ull;
	assert_int_equal(p.from.hold_s, 0);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(p.from.prepared, 1);
	assert_int_equal(p.silent, 1700000000111111111ull);
	assert_int_equal(p.last_out, 1700000000100000000ull);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.wanted, 3);
	assert_int_equal(p.to.wanted_last, 42);
	assert_int_equal(p.to.hold_s, 900);
	assert_int_equal(p.to.active, 0);
	/* the same told again, also by the next process */
	host_end(&p.from);
	host_begin(&p.from);
	p.silent = 0;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(p.silent, 1700000000111111111ull);

	p.to.times.active = 1700000002000000000ull;
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.hold_s, 0);
	BED_WAIT(p.to.bed, p.to.active == 1700000002000000000ull);
	assert_int_equal(p.to.first_in, 0);
	/* nobody has spoken to it yet */
	p.to.times.first_in = 1700000003000000000ull;
	BED_WAIT(p.to.bed, p.to.first_in == 1700000003000000000ull);
	BED_WAIT(p.to.bed, !p.to.vs->watches);
	/* a new session hears of it, too */
	p.to.first_in = 0;
	host_end(&p.to);
	host_begin(&p.to);
	BED_WAIT(p.to.bed, p.to.first_in == 1700000003000000000ull);
	teardown(&p);
}

static void tell_late(struct bed_host *h, uint64_t frames)
{
	Nvo3__TsiLate late = NVO3__TSI_LATE__INIT;
	uint8_t tsi[16] = { 1 };

	late.tsi = (ProtobufCBinaryData){ 16, tsi };
	late.move = (ProtobufCBinaryData){ 16, move_id };
	late.redirected = frames;
	chan_event(h->nve, MSG(TSI_LATE), &late.base);
}

static void test_late_frames_are_told(void **state)
{
	struct pair p;

	setup(&p, state, true);
	source(&p);
	dest(&p);
	commit(&p, 9, true);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_false(p.from.late_known);
	tell_late(&p.from, 0);
	BED_WAIT(p.from.bed, p.from.late_known);
	tell_late(&p.from, 5);
	BED_WAIT(p.from.bed, p.from.late == 5);
	teardown(&p);
}

/* It moves all the same; of the times only our own is known. */
static void test_nves_that_know_nothing_of_moves(void **state)
{
	struct pair p;

	setup(&p, state, true);
	p.from.old_nve = true;
	p.to.old_nve = true;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.silent && !p.last_out);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.wanted, 0);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	teardown(&p);
}

/* The NVE has released what was not committed in time; a commit takes it again. */
static void test_commit_after_the_hold_timer(void **state)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	struct pair p;
	int before;

	setup(&p, state, true);
	source(&p);
	dest(&p);
	alert.kind = "hold-over";
	alert.subject = "01000000-0000-0000-0000-000000000000";
	alert.text = "as the test wishes";
	chan_event(p.to.nve, MSG(ALERT), &alert.base);
	BED_WAIT(p.to.bed, p.to.alerts);
	/* it is not asked for by the way */
	before = p.to.synced;
	assert_int_equal(before, 0);
	host_end(&p.to);
	host_begin(&p.to);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.associated, 2);
	assert_int_equal(p.to.epoch, 9);
	assert_true(p.to.driver.alive[1]);
	teardown(&p);
}

enum abort_step { AT_NOTHING, AT_STOPPED, AT_PULLED, AT_REFUSED };

/* Whatever had been done until then: all is as it was. */
static void abort_at_step(void **state, enum abort_step step, bool run)
{
	bool stopped = step >= AT_STOPPED;
	struct pair p;

	setup(&p, state, run);
	if (stopped)
		assert_int_equal(source(&p).code, CODE(OK));
	if (step == AT_PULLED)
		assert_int_equal(dest(&p).code, CODE(OK));
	p.to.refuse = MSG(TSI_ASSOCIATE);
	if (step == AT_REFUSED)
		assert_int_equal(dest(&p).code, CODE(DENIED));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, run ? STATE(RUNNING) : STATE(STOPPED));
	assert_int_equal(p.from.driver.alive[1], run);
	assert_int_equal(p.from.epoch, run ? 3 : 0);
	/* its NVE knows that it stays: by the activation, or by a word */
	assert_int_equal(p.from.stayed, stopped && !run);
	assert_int_equal(p.from.activated, run ? 1 + stopped : 0);
	assert_int_equal(p.from.deassociated, 0);
	/* it may be started, stopped and moved as ever */
	assert_int_equal(host_power(&p.from, 1, !run).code, CODE(OK));
	move_id[0]++;
	memset(token, 9, sizeof(token));
	p.to.refuse = 0;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

#define ABORT_TEST(name, step)							\
	static void test_abort_##name(void **state)				\
	{									\
		abort_at_step(state, step, true);				\
	}									\
										\
	static void test_abort_##name##_of_a_stopped_vm(void **state)		\
	{									\
		abort_at_step(state, step, false);				\
	}

ABORT_TEST(before_the_stop, AT_NOTHING)
ABORT_TEST(after_the_stop, AT_STOPPED)
ABORT_TEST(after_the_pull, AT_PULLED)
ABORT_TEST(after_a_refusal, AT_REFUSED)

static void test_refused_before_anything(void **state)
{
	struct dest_msg m;
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	/* No room, an address that is taken, nonsense */
	assert_int_equal(host_create(&p.to, 2, false).code, CODE(OK));
	dest_msg(&m, &p)->profile->cpus = 4;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(FULL));
	dest_msg(&m, &p);
	m.vm.ip[3] = 2;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(EXISTS));
	dest_msg(&m, &p)->token.len = 16;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	dest_msg(&m, &p)->source_addr = "nowhere";
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_int_equal(commit(&p, 9, true).code, CODE(NOT_FOUND));
	gone(&p.to);
	/* None of that has used the token */
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

static void test_wrong_source(void **state)
{
	struct dest_msg m;
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	dest_msg(&m, &p)->source = "dc1/host7";
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(DENIED));
	assert_non_null(strstr(r.text, "is vServer dc1/host1, not dc1/host7"));
	gone(&p.to);
	/* Another file than the one that was announced */
	p.sha256[0] ^= 1;
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "SHA-256"));
	gone(&p.to);
	/* By then the token has been shown, and dies with the session */
	p.sha256[0] ^= 1;
	BED_WAIT(p.to.bed, p.from.vs->moves->token.spent);
	r = dest(&p);
	assert_int_equal(r.code, CODE(DENIED));
	assert_non_null(strstr(r.text, "used up"));
	/* A new token is a new try */
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

static void test_source_is_away(void **state)
{
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	host_end(&p.from);
	r = dest(&p);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	assert_non_null(strstr(r.text, "dc1/host1 does not answer"));
	gone(&p.to);
	/* It comes back with its offer, for nobody has used it */
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(MOVING));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* And once more with the offer used */
	host_end(&p.from);
	host_begin(&p.from);
	assert_true(p.from.vs->moves->token.spent);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	teardown(&p);
}

static void test_destination_restarts(void **state)
{
	struct bed_host *to;
	struct dest_msg m;
	struct reply r = {};
	struct pair p;

	setup(&p, state, true);
	to = &p.to;
	assert_int_equal(source(&p).code, CODE(OK));
	/* While pulling: nothing is left of it */
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(to->bed, to->progress > 1);
	host_end(to);
	assert_true(host_has_files(to, 1));
	host_begin(to);
	BED_WAIT(to->bed, !host_vm(to, 1));
	gone(to);
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* While it waits for the commit: it still does */
	host_end(to);
	host_begin(to);
	assert_int_equal(to->synced, 1);
	assert_int_equal(host_vm(to, 1)->fsm.state, STATE(MOVING));
	/* In the middle of the commit: it goes on by itself */
	to->driver.cannot_start = true;
	assert_int_equal(commit(&p, 9, true).code, CODE(FAILED));
	assert_int_equal(abort_at(to).code, CODE(BAD_STATE));
	host_end(to);
	to->driver.cannot_start = false;
	host_begin(to);
	BED_WAIT(to->bed, to->told == STATE(RUNNING));
	assert_int_equal(to->epoch, 9);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	teardown(&p);
}

/* While it moves it can neither be started nor deleted, and only by its own move be touched */
static void test_busy_while_moving(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(host_power(&p.from, 1, true).code, CODE(BAD_STATE));
	assert_int_equal(host_delete(&p.from, 1).code, CODE(BAD_STATE));
	move_id[0]++;
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(MOVING));
	move_id[0]--;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	assert_int_equal(release(&p).code, CODE(BAD_STATE));
	teardown(&p);
}

struct thief {
	struct reply r;
	struct chan *chan;
};

static void thief_up(struct chan *chan, void *arg)
{
	((struct thief *)arg)->chan = chan;
}

/* A third vServer with the right token, and the right one in a second session */
static void test_stolen_token(void **state)
{
	static const struct chan_ops ops = { .up = thief_up };
	Nvo3__ImageRead req = NVO3__IMAGE_READ__INIT;
	struct bed *bed = *state;
	struct thief thief = {};
	const char *addr;
	struct bed_host third;
	struct chan *chan;
	struct pair p;

	setup(&p, state, true);
	host_up(&third, bed, "host3");
	assert_int_equal(source(&p).code, CODE(OK));
	addr = p.from.images;
	req.token = (ProtobufCBinaryData){ 32, token };
	req.length = 1;
	chan = chan_connect(bed->loop, third.tls, &addr, 1, ROLE_BIT(ROLE_VSERVER), &ops, &thief,
			    NULL);
	BED_WAIT(bed, thief.chan);
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_int_equal(thief.r.code, CODE(DENIED));
	assert_non_null(strstr(thief.r.text, "for dc1/host2, not for dc1/host3"));
	req.token.len = 31;
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_non_null(strstr(thief.r.text, "opens no image"));
	chan_free(chan);
	/* The right vServer, but beside the session that the token belongs to */
	thief.chan = NULL;
	chan = chan_connect(bed->loop, p.to.tls, &addr, 1, ROLE_BIT(ROLE_VSERVER), &ops, &thief,
			    NULL);
	BED_WAIT(bed, thief.chan);
	req.token.len = 32;
	req.length = 0;
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_int_equal(thief.r.code, CODE(BAD_MESSAGE));
	assert_int_equal(dest(&p).code, CODE(DENIED));
	chan_free(chan);
	host_down(&third);
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_move),
		BED_TEST(test_stopped_vm),
		BED_TEST(test_abort),
		BED_TEST(test_abort_that_fails),
		BED_TEST(test_abort_while_pulling),
		BED_TEST(test_what_goes_with_it),
		BED_TEST(test_late_frames_are_told),
		BED_TEST(test_nves_that_know_nothing_of_moves),
		BED_TEST(test_commit_after_the_hold_timer),
		BED_TEST(test_abort_before_the_stop),
		BED_TEST(test_abort_before_the_stop_of_a_stopped_vm),
		BED_TEST(test_abort_after_the_stop),
		BED_TEST(test_abort_after_the_stop_of_a_stopped_vm),
		BED_TEST(test_abort_after_the_pull),
		BED_TEST(test_abort_after_the_pull_of_a_stopped_vm),
		BED_TEST(test_abort_after_a_refusal),
		BED_TEST(test_abort_after_a_refusal_of_a_stopped_vm),
		BED_TEST(test_refused_before_anything),
		BED_TEST(test_wrong_source),
		BED_TEST(test_source_is_away),
		BED_TEST(test_destination_restarts),
		BED_TEST(test_busy_while_moving),
		BED_TEST(test_stolen_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
