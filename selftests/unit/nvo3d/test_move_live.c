// SPDX-License-Identifier: GPL-2.0
/*
 * Both sides of a live move, with drivers in memory. A guest is in one of three places: running at
 * the source, standing still at the destination, running at the destination.
 */
#include "move_pair.h"

#include <stdatomic.h>

#include "vserver/driver_moves.h"

#define VM 1

static struct {
	struct fake_driver *from, *to;
	bool still;			/* it stands still at the destination */
	const char *refuse;		/* why the hypervisor cannot migrate */
	bool hang;			/* until it is cancelled */
	bool slow;			/* its end: the guest is there, what is left not gone */
	bool fails_late;		/* then, and the guest goes on where it was */
	bool unknown;			/* how far it is */
	atomic_bool hangs, cancelled, lingers, go_on;
	/* What both hypervisors say of it */
	atomic_bool still_here, still_there;
	int asked;			/* the source's */
	const struct driver_watcher *watcher[2];
	void *watching[2];
	char uri[64], there[256];
	int begun;
} lab;

static int live_migrate(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			const char *uri, const char *there, struct err *err)
{
	lab.begun++;
	snprintf(lab.uri, sizeof(lab.uri), "%s", uri);
	snprintf(lab.there, sizeof(lab.there), "%s", there);
	while (lab.hang && !atomic_load(&lab.cancelled))
		atomic_store(&lab.hangs, true);
	if (lab.hang)
		return err_set(err, ECANCELED, "it was cancelled");
	if (lab.refuse)
		return err_set(err, EIO, "%s", lab.refuse);
	atomic_store(&lab.still_here, true);
	lab.to->guest[VM] = eventfd(0, EFD_CLOEXEC);
	lab.to->alive[VM] = true;
	lab.still = true;
	atomic_store(&lab.still_there, true);
	while (lab.slow && !atomic_load(&lab.go_on))
		atomic_store(&lab.lingers, true);
	if (lab.fails_late) {
		atomic_store(&lab.still_here, false);
		return err_set(err, EIO, "the connection broke");
	}
	if (lab.from->alive[VM])
		fake_guest_ends(lab.from, VM);
	return 0;
}

static void live_status(struct driver *d, const struct uuid *id, struct driver_status *ret)
{
	bool here = fake(d) == lab.from;

	lab.asked += here;
	*ret = (struct driver_status){ .known = true, .defined = true, .ours = true };
	ret->active = fake(d)->alive[VM];
	ret->paused = ret->active && atomic_load(here ? &lab.still_here : &lab.still_there);
}

static int live_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		      struct err *err)
{
	atomic_store(&lab.still_here, false);
	return fd_start(d, vm, dir, ret_fd, err);
}

static int live_watch(struct driver *d, struct loop *loop, const struct driver_watcher *watcher,
		      void *arg, struct err *err)
{
	lab.watcher[fake(d) == lab.to] = watcher;
	lab.watching[fake(d) == lab.to] = arg;
	return 0;
}

/* An event of its hypervisor */
static void look_at(struct fake_driver *d)
{
	static const struct uuid id = { { VM } };
	bool to = d == lab.to;

	lab.watcher[to]->look(&id, lab.watching[to]);
}

static int live_cancel(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	atomic_store(&lab.cancelled, true);
	return 0;
}

static int live_arrived(struct driver *d, const Nvo3__VmProfile *vm, int *ret_fd, struct err *err)
{
	return lab.still ? fd_find(d, vm, NULL, ret_fd, err) : err_set(err, ESRCH, "not here");
}

static int live_suspend(struct driver *d, const Nvo3__VmProfile *vm, bool on, struct err *err)
{
	if (!fake(d)->alive[VM])
		return err_set(err, ESRCH, "there is none");
	lab.still = on;
	atomic_store(&lab.still_there, on);
	return 0;
}

/* Of 16 MiB of disk and 32 of memory three quarters, each time that it is asked */
static int live_progress(struct driver *d, const Nvo3__VmProfile *vm, uint64_t *ret_done,
			 uint64_t *ret_total, struct err *err)
{
	if (lab.unknown)
		return 0;
	*ret_done = 36 << 20;
	*ret_total = 48 << 20;
	return 0;
}

static const struct driver_moves live_moves = { .progress = live_progress };

static struct driver_ops live_ops;

static void live_setup(struct pair *p, void **state)
{
	memset(&lab, 0, sizeof(lab));
	setup(p, state, true);
	live_ops = fake_driver_ops;
	live_ops.migrate = live_migrate;
	live_ops.cancel = live_cancel;
	live_ops.arrived = live_arrived;
	live_ops.suspend = live_suspend;
	lab.from = &p->from.driver;
	lab.to = &p->to.driver;
	lab.from->driver.ops = &live_ops;
	lab.to->driver.ops = &live_ops;
	p->to.config.libvirt.migrate = "qemu+tls://host2/system";
}

static struct reply live_source(struct pair *p)
{
	Nvo3__RelocateSource req = NVO3__RELOCATE_SOURCE__INIT;
	uint8_t vm[16] = { VM };

	p->size = 16 << 20;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.vm = (ProtobufCBinaryData){ 16, vm };
	req.token = (ProtobufCBinaryData){ 32, token };
	req.dest = "dc1/host2";
	req.live = true;
	return bed_ask(p->from.bed, p->from.vc, MSG(RELOCATE_SOURCE), &req.base);
}

static Nvo3__RelocateDest *live_dest_msg(struct dest_msg *m, struct pair *p)
{
	dest_msg(m, p)->live = true;
	m->req.sha256 = (ProtobufCBinaryData){};
	return &m->req;
}

static struct reply live_dest(struct pair *p)
{
	struct dest_msg m;

	return bed_ask(p->to.bed, p->to.vc, MSG(RELOCATE_DEST), &live_dest_msg(&m, p)->base);
}

/* Until the hypervisor is where @when says; @dest: the answer comes */
static void begin_move(struct pair *p, struct dest_msg *m, struct reply *dest, atomic_bool *when)
{
	assert_int_equal(live_source(p).code, CODE(OK));
	chan_request(p->to.vc, MSG(RELOCATE_DEST), &live_dest_msg(m, p)->base, 0, bed_answered,
		     dest);
	BED_WAIT(p->to.bed, atomic_load(when));
}

static void runs_at_source(struct pair *p)
{
	assert_true(lab.from->alive[VM] && lab.from->up[VM] && !lab.to->alive[VM]);
}

/* As before, and it has never stopped: its guest is the same */
static void goes_on_at_source(struct pair *p)
{
	int guest = lab.from->guest[VM];

	runs_at_source(p);
	assert_int_equal(abort_at(&p->from).code, CODE(OK));
	assert_int_equal(host_vm(&p->from, VM)->fsm.state, STATE(RUNNING));
	runs_at_source(p);
	assert_int_equal(lab.from->guest[VM], guest);
	assert_int_equal(p->from.deactivated, 0);
}

static void test_it_moves(void **state)
{
	struct pair p;

	live_setup(&p, state);
	p.from.used = 3;
	assert_int_equal(live_source(&p).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(MOVING));
	assert_int_equal(p.from.prepared, 1);
	runs_at_source(&p);
	assert_int_equal(live_source(&p).code, CODE(OK));

	assert_int_equal(live_dest(&p).code, CODE(OK));
	/* Its interfaces were there, silent, before it came */
	assert_true(lab.still && !lab.from->alive[VM] && !lab.from->up[VM]);
	assert_true(lab.to->attached[VM] && !lab.to->up[VM]);
	assert_int_equal(p.to.associated, 1);
	assert_int_equal(p.to.wanted, 3);
	assert_int_equal(p.to.activated, 0);
	assert_string_equal(lab.uri, "qemu+tls://host2/system");
	assert_non_null(strstr(lab.there, "/host2/vms/01000000-"));
	assert_int_equal(host_image_size(&p.to, VM), 16 << 20);
	assert_int_equal(live_dest(&p).code, CODE(OK));
	assert_int_equal(lab.begun, 1);

	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.epoch, 9);
	assert_int_equal(p.to.told, STATE(RUNNING));
	assert_true(lab.to->alive[VM] && lab.to->up[VM] && !lab.still);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_true(lab.to->alive[VM]);
	teardown(&p);
}

/* The gate: as long as its NVE does not say that frames pass, it stands still, and is not lost */
static void test_nve_is_not_ready(void **state)
{
	struct pair p;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	assert_int_equal(live_dest(&p).code, CODE(OK));
	p.to.refuse = MSG(TSI_ACTIVATE);
	assert_int_equal(commit(&p, 9, true).code, CODE(DENIED));
	assert_true(lab.still && lab.to->alive[VM]);
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(MOVING));
	p.to.refuse = 0;
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_false(lab.still);
	teardown(&p);
}

static void test_nve_refuses(void **state)
{
	struct pair p;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	p.to.refuse = MSG(TSI_ASSOCIATE);
	assert_int_equal(live_dest(&p).code, CODE(DENIED));
	assert_int_equal(lab.begun, 0);
	gone(&p.to);
	goes_on_at_source(&p);
	assert_int_equal(p.from.stayed, 1);
	teardown(&p);
}

static void test_hypervisor_refuses(void **state)
{
	struct pair p;
	struct reply r;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	lab.refuse = "cannot migrate VM nvo3-vm1: no route to host";
	r = live_dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "vServer dc1/host1 does not hand the VM over: cannot migrate VM nvo3-vm1: no route to host");
	gone(&p.to);
	goes_on_at_source(&p);
	teardown(&p);
}

static void test_given_up_on_its_way(void **state)
{
	struct dest_msg m;
	struct pair p;
	struct reply r = {};

	live_setup(&p, state);
	lab.hang = true;
	begin_move(&p, &m, &r, &lab.hangs);
	goes_on_at_source(&p);
	BED_WAIT(p.to.bed, r.here);
	assert_int_not_equal(r.code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	teardown(&p);
}

/* The destination is not there any more: nobody waits, the migration ends, the VM stays */
static void test_destination_ends(void **state)
{
	struct dest_msg m;
	struct pair p;
	struct reply r = {};

	live_setup(&p, state);
	lab.hang = true;
	begin_move(&p, &m, &r, &lab.hangs);
	host_end(&p.to);
	BED_WAIT(p.to.bed, atomic_load(&lab.cancelled));
	BED_WAIT(p.to.bed, !host_vm(&p.from, VM)->task);
	goes_on_at_source(&p);
	host_begin(&p.to);
	BED_WAIT(p.to.bed, !host_vm(&p.to, VM));
	gone(&p.to);
	teardown(&p);
}

/* Its memory is at the destination: there it ends, and here it begins anew, one after the other */
static void test_given_up_after_the_hand_over(void **state)
{
	struct pair p;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	assert_int_equal(live_dest(&p).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	runs_at_source(&p);
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(RUNNING));
	assert_int_equal(commit(&p, 9, true).code, CODE(BAD_STATE));
	teardown(&p);
}

/* --- the destination has it, and the source's hypervisor is not done with what is left */

/* Both are watched from their beginning */
static void watched_setup(struct pair *p, void **state)
{
	live_setup(p, state);
	live_ops.status = live_status;
	live_ops.watch = live_watch;
	live_ops.start = live_start;
	lab.from->driver.moves = &live_moves;
	host_end(&p->from);
	host_begin(&p->from);
	host_end(&p->to);
	host_begin(&p->to);
}

/* It stands there, and the call of the source has not come back */
static void lingering(struct pair *p, struct dest_msg *m, struct reply *dest)
{
	lab.slow = true;
	begin_move(p, m, dest, &lab.lingers);
	assert_false(dest->here);
}

static void over_there(struct pair *p, struct reply *dest)
{
	look_at(lab.to);
	BED_WAIT(p->to.bed, dest->here);
	assert_int_equal(dest->code, CODE(OK));
	assert_false(atomic_load(&lab.go_on));
	assert_false(lab.from->up[VM]);
	assert_int_equal(p->from.deactivated, 1);
	assert_int_equal(host_vm(&p->from, VM)->guest, -1);
}

/* It is over there, and what is left here ends well, or @fails_late */
static void left_behind(struct pair *p, void **state, bool fails_late)
{
	struct reply dest = {};
	struct dest_msg m;

	watched_setup(p, state);
	lab.fails_late = fails_late;
	lingering(p, &m, &dest);
	over_there(p, &dest);
}

static void let_go(struct pair *p)
{
	atomic_store(&lab.go_on, true);
	BED_WAIT(p->from.bed, !p->from.vs->left);
}

/* Its source is asked for how far it is as long as it is on its way; at the end it is all of it */
static void test_how_far_it_is(void **state)
{
	struct dest_msg m;
	struct pair p;
	struct reply r = {};

	watched_setup(&p, state);
	lab.slow = true;
	begin_move(&p, &m, &r, &lab.lingers);
	BED_WAIT(p.from.bed, p.from.progress >= 2);
	assert_int_equal(p.from.done, 36 << 20);
	assert_int_equal(p.from.total, 48 << 20);
	look_at(lab.to);
	BED_WAIT(p.to.bed, r.here);
	BED_WAIT(p.from.bed, p.from.done == 48 << 20);
	assert_int_equal(p.from.total, 48 << 20);
	let_go(&p);
	teardown(&p);
}

/* One that is over before anybody could say, or that cannot: what is known is its disk */
static void test_how_far_it_is_is_not_known(void **state)
{
	struct pair p;

	watched_setup(&p, state);
	lab.unknown = true;
	assert_int_equal(live_source(&p).code, CODE(OK));
	assert_int_equal(live_dest(&p).code, CODE(OK));
	BED_WAIT(p.from.bed, p.from.done == 16 << 20);
	assert_int_equal(p.from.total, 16 << 20);
	teardown(&p);
}

static void test_nobody_waits_for_what_is_left(void **state)
{
	struct pair p;

	left_behind(&p, state, false);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(lab.to->alive[VM] && lab.to->up[VM] && !lab.still);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	let_go(&p);
	assert_true(lab.to->alive[VM]);
	teardown(&p);
}

/* The source sees it run: it waits for its hypervisor to say that it has left */
static void test_source_sees_it_run(void **state)
{
	struct reply r = {};
	struct dest_msg m;
	struct pair p;

	watched_setup(&p, state);
	lingering(&p, &m, &r);
	atomic_store(&lab.still_here, false);
	lab.asked = 0;
	look_at(lab.to);
	BED_WAIT(p.to.bed, lab.asked);
	assert_false(r.here);
	assert_int_equal(p.from.deactivated, 0);
	atomic_store(&lab.go_on, true);
	BED_WAIT(p.to.bed, r.here);
	assert_int_equal(r.code, CODE(OK));
	assert_false(lab.from->alive[VM] || lab.from->up[VM]);
	teardown(&p);
}

/* It goes on at the source after all: there are two now, and this one is ended */
static void test_it_goes_on_at_the_source_after_all(void **state)
{
	struct pair p;

	left_behind(&p, state, true);
	let_go(&p);
	BED_WAIT(p.from.bed, !lab.from->alive[VM]);
	assert_false(lab.from->up[VM]);
	BED_WAIT(p.from.bed, p.from.alerts);
	assert_int_equal(p.from.alerts, 1);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(lab.to->alive[VM]);
	BED_WAIT(p.from.bed, !host_vm(&p.from, VM)->task);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	teardown(&p);
}

/* Given up then: what is left goes first, and it begins anew */
static void test_given_up_with_something_left(void **state)
{
	struct pair p;
	int guest;

	left_behind(&p, state, false);
	guest = lab.from->guest[VM];
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	/* what is left ends by itself meanwhile */
	let_go(&p);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	runs_at_source(&p);
	assert_int_not_equal(lab.from->guest[VM], guest);
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(RUNNING));
	teardown(&p);
}

/* The source's program ends, and finds its guest standing still: it is not ours any more */
static void test_source_restarts_with_something_left(void **state)
{
	struct pair p;

	left_behind(&p, state, true);
	atomic_store(&lab.go_on, true);
	host_end(&p.from);
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(MOVING));
	assert_int_not_equal(host_vm(&p.from, VM)->tsi, NVO3__TSI_STATE__TSI_ACTIVATED);
	look_at(lab.from);
	BED_WAIT(p.from.bed, !lab.from->alive[VM]);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(lab.to->alive[VM]);
	teardown(&p);
}

static void test_source_restarts(void **state)
{
	struct pair p;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	host_end(&p.from);
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, VM)->tsi, NVO3__TSI_STATE__TSI_ACTIVATED);
	goes_on_at_source(&p);
	teardown(&p);
}

static void test_destination_restarts_before_the_commit(void **state)
{
	struct pair p;

	live_setup(&p, state);
	assert_int_equal(live_source(&p).code, CODE(OK));
	assert_int_equal(live_dest(&p).code, CODE(OK));
	host_end(&p.to);
	host_begin(&p.to);
	assert_true(lab.still);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_false(lab.still);
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(RUNNING));
	teardown(&p);
}

static void test_refused(void **state)
{
	struct pair p;
	struct reply r;

	live_setup(&p, state);
	lab.from->driver.ops = &fake_driver_ops;
	r = live_source(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "the driver of vServer dc1/host1 cannot move a VM that runs");
	lab.from->driver.ops = &live_ops;
	assert_int_equal(host_power(&p.from, VM, false).code, CODE(OK));
	r = live_source(&p);
	assert_int_equal(r.code, CODE(BAD_STATE));
	assert_string_equal(r.text, "VM vm1 does not run: it cannot be moved live");
	assert_int_equal(host_power(&p.from, VM, true).code, CODE(OK));
	assert_int_equal(live_source(&p).code, CODE(OK));
	p.to.config.libvirt.migrate = "";
	r = live_dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "vServer dc1/host2 takes in no VM that runs: vserver.libvirt.migrate is not set");
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_it_moves),
		BED_TEST(test_nve_is_not_ready),
		BED_TEST(test_nve_refuses),
		BED_TEST(test_hypervisor_refuses),
		BED_TEST(test_how_far_it_is),
		BED_TEST(test_how_far_it_is_is_not_known),
		BED_TEST(test_given_up_on_its_way),
		BED_TEST(test_destination_ends),
		BED_TEST(test_given_up_after_the_hand_over),
		BED_TEST(test_nobody_waits_for_what_is_left),
		BED_TEST(test_source_sees_it_run),
		BED_TEST(test_it_goes_on_at_the_source_after_all),
		BED_TEST(test_given_up_with_something_left),
		BED_TEST(test_source_restarts_with_something_left),
		BED_TEST(test_source_restarts),
		BED_TEST(test_destination_restarts_before_the_commit),
		BED_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
