// SPDX-License-Identifier: GPL-2.0
/*
 * Both sides of a replication: the image is copied while the VM runs, then it is stopped, and what
 * has changed follows. The guest's part is to write to its image.
 */
#include "move_pair.h"

#include <fcntl.h>

#define IMAGE	(16u << 20)

static struct reply offer(struct pair *p)
{
	Nvo3__RelocateSource req = NVO3__RELOCATE_SOURCE__INIT;
	uint8_t vm[16] = { 1 };

	p->size = IMAGE;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.vm = (ProtobufCBinaryData){ 16, vm };
	req.token = (ProtobufCBinaryData){ 32, token };
	req.dest = "dc1/host2";
	return bed_ask(p->from.bed, p->from.vc, MSG(RELOCATE_OFFER), &req.base);
}

static Nvo3__RelocateDest *copy_msg(struct dest_msg *m, struct pair *p)
{
	dest_msg(m, p)->sha256 = (ProtobufCBinaryData){};
	return &m->req;
}

static struct reply copy(struct pair *p)
{
	struct dest_msg m;

	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_COPY), &copy_msg(&m, p)->base);
}

/* Stopped, with a token of its own */
static struct reply stop(struct pair *p)
{
	memset(token, 9, sizeof(token));
	return source(p);
}

/* The guest writes one byte into its image */
static void write_byte(struct bed_host *h, off_t at, char byte)
{
	char path[320];
	int fd;

	image_of(h, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void runs_at_source(struct pair *p)
{
	assert_true(p->from.driver.alive[1] && p->from.driver.up[1] && !p->to.driver.alive[1]);
	assert_int_equal(p->from.deactivated, 0);
}

/* As before, and it has never stopped: its guest is the same */
static void goes_on_at_source(struct pair *p)
{
	int guest = p->from.driver.guest[1];

	runs_at_source(p);
	assert_int_equal(abort_at(&p->from).code, CODE(OK));
	assert_int_equal(host_vm(&p->from, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(p->from.told, STATE(RUNNING));
	runs_at_source(p);
	assert_int_equal(p->from.driver.guest[1], guest);
}

static void begin(struct pair *p, void **state)
{
	setup(p, state, true);
	assert_int_equal(offer(p).code, CODE(OK));
}

/* The whole way, each request twice */
static void test_replication(void **state)
{
	struct pair p;

	begin(&p, state);
	p.from.used = 3;
	assert_int_equal(p.from.told, STATE(MOVING));
	runs_at_source(&p);
	assert_int_equal(offer(&p).code, CODE(OK));
	assert_int_equal(copy(&p).code, CODE(OK));
	assert_int_equal(copy(&p).code, CODE(OK));
	runs_at_source(&p);
	/* nothing of it is there for the network, or for a guest */
	assert_int_equal(p.to.associated, 0);
	assert_false(p.to.driver.attached[1]);
	assert_int_equal(p.from.prepared, 0);

	write_byte(&p.from, 5, 'x');
	write_byte(&p.from, IMAGE - 1, 'y');
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_true(p.was_running);
	assert_false(p.from.driver.alive[1] || p.from.driver.up[1]);
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	assert_int_equal(p.to.associated, 1);
	assert_int_equal(p.to.wanted, 3);
	assert_int_equal(p.to.activated, 0);
	assert_false(p.to.driver.alive[1]);
	assert_int_equal(dest(&p).code, CODE(OK));

	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(p.to.driver.alive[1] && p.to.driver.up[1]);
	assert_int_equal(p.to.epoch, 9);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	teardown(&p);
}

static uint64_t sent(struct pair *p)
{
	struct uuid id;

	memcpy(id.b, move_id, sizeof(id.b));
	return move_lookup(p->to.vs, &id)->sent;
}

/* Of what is the same only sums go */
static void test_only_what_changed_is_sent(void **state)
{
	struct pair p;

	begin(&p, state);
	assert_int_equal(copy(&p).code, CODE(OK));
	assert_int_equal(sent(&p), IMAGE);
	write_byte(&p.from, 300000, 'x');
	write_byte(&p.from, 300001, 'y');
	write_byte(&p.from, IMAGE - 1, 'z');
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* two pieces of 256 KiB, or of none if that was there already */
	assert_true(sent(&p) && sent(&p) <= 512 << 10);
	same_images(&p);
	teardown(&p);
}

enum given_up { OFFERED, COPIED, STOPPED, READY };

static void given_up(void **state, enum given_up step)
{
	struct pair p;

	begin(&p, state);
	if (step >= COPIED)
		assert_int_equal(copy(&p).code, CODE(OK));
	if (step >= STOPPED)
		assert_int_equal(stop(&p).code, CODE(OK));
	if (step == READY)
		assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	if (step < STOPPED)
		goes_on_at_source(&p);
	else
		assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_true(p.from.driver.alive[1] && p.from.driver.up[1]);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(RUNNING));
	assert_int_not_equal(copy(&p).code, CODE(OK));
	teardown(&p);
}

static void test_given_up_when_offered(void **state)
{
	given_up(state, OFFERED);
}

static void test_given_up_when_copied(void **state)
{
	given_up(state, COPIED);
}

static void test_given_up_when_stopped(void **state)
{
	given_up(state, STOPPED);
}

static void test_given_up_when_ready(void **state)
{
	given_up(state, READY);
}

/* Started again while it is read: it goes on, and the image is offered anew with another token */
static void test_source_restarts(void **state)
{
	struct pair p;

	begin(&p, state);
	assert_int_equal(copy(&p).code, CODE(OK));
	host_end(&p.from);
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, 1)->tsi, NVO3__TSI_STATE__TSI_ACTIVATED);
	runs_at_source(&p);
	memset(token, 8, sizeof(token));
	assert_int_equal(offer(&p).code, CODE(OK));
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	teardown(&p);
}

static void test_source_restarts_and_it_is_given_up(void **state)
{
	struct pair p;

	begin(&p, state);
	host_end(&p.from);
	host_begin(&p.from);
	goes_on_at_source(&p);
	teardown(&p);
}

/* The destination has shown its token */
static bool is_shown(struct pair *p)
{
	struct vm *vm = host_vm(&p->from, 1);

	return move_lookup_vm(vm->vs, &vm->id)->token.session;
}

/* A copy that is there stays; one that was on its way is removed, and made again */
static void test_destination_restarts(void **state)
{
	struct dest_msg m;
	struct pair p;
	struct reply r = {};

	begin(&p, state);
	chan_request(p.to.vc, MSG(RELOCATE_COPY), &copy_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(p.to.bed, host_vm(&p.to, 1) && is_shown(&p));
	host_end(&p.to);
	host_begin(&p.to);
	BED_WAIT(p.to.bed, !host_vm(&p.to, 1));
	gone(&p.to);
	runs_at_source(&p);
	/* its session has ended: the token is not worth another one */
	assert_int_equal(copy(&p).code, CODE(DENIED));
	memset(token, 8, sizeof(token));
	assert_int_equal(offer(&p).code, CODE(OK));
	assert_int_equal(copy(&p).code, CODE(OK));

	host_end(&p.to);
	host_begin(&p.to);
	assert_int_equal(host_vm(&p.to, 1)->fsm.state, STATE(MOVING));
	assert_int_equal(copy(&p).code, CODE(OK));
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	teardown(&p);
}

/* Its host lost its power while it was copied: it goes over as it is on the disk */
static void test_guest_ends_in_the_copy(void **state)
{
	struct pair p;

	begin(&p, state);
	fake_guest_ends(&p.from.driver, 1);
	BED_WAIT(p.from.bed, host_vm(&p.from, 1)->guest < 0);
	assert_int_equal(copy(&p).code, CODE(OK));
	assert_int_equal(stop(&p).code, CODE(OK));
	assert_true(p.was_running);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(p.to.driver.alive[1]);
	teardown(&p);
}

static void test_source_cannot_be_stopped(void **state)
{
	struct pair p;

	begin(&p, state);
	assert_int_equal(copy(&p).code, CODE(OK));
	p.from.refuse = MSG(TSI_DEACTIVATE);
	assert_int_equal(stop(&p).code, CODE(DENIED));
	p.from.refuse = 0;
	assert_true(p.from.driver.alive[1] && p.from.driver.up[1]);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	teardown(&p);
}

static void test_refused(void **state)
{
	struct pair p;
	struct reply r;

	setup(&p, state, false);
	r = offer(&p);
	assert_int_equal(r.code, CODE(BAD_STATE));
	assert_string_equal(r.text, "VM vm1 does not run: it cannot be replicated");
	/* there is no such offer */
	assert_int_equal(copy(&p).code, CODE(DENIED));
	gone(&p.to);
	assert_int_equal(host_power(&p.from, 1, true).code, CODE(OK));
	assert_int_equal(offer(&p).code, CODE(OK));
	/* what is not stopped is not to be had as a whole */
	memset(p.sha256, 1, sizeof(p.sha256));
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "the image that arrived has another SHA-256 than the one sent");
	gone(&p.to);
	goes_on_at_source(&p);
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_replication),
		BED_TEST(test_only_what_changed_is_sent),
		BED_TEST(test_given_up_when_offered),
		BED_TEST(test_given_up_when_copied),
		BED_TEST(test_given_up_when_stopped),
		BED_TEST(test_given_up_when_ready),
		BED_TEST(test_source_restarts),
		BED_TEST(test_source_restarts_and_it_is_given_up),
		BED_TEST(test_destination_restarts),
		BED_TEST(test_guest_ends_in_the_copy),
		BED_TEST(test_source_cannot_be_stopped),
		BED_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
