// SPDX-License-Identifier: GPL-2.0
/*
 * Consoles of a vServer's guests, between a vCenter and a driver of the test's:
 *
 *	vCenter -- session -- vServer -- a pair of sockets, whose other end is the guest
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "host_bed.h"
#include "lib/console.h"

#define HEARD_MAX (1u << 20)

static struct {
	/* the guest's end */
	int guest[256];			/* by VM; -1 none */
	bool taken, force;		/* by somebody else at the hypervisor; as asked last */
	int opened;
	/* what vCenter heard */
	char heard[HEARD_MAX];
	size_t n_heard, credit;
	uint64_t closed;		/* the channel closed last, */
	int closes;
	uint32_t code;			/* and why */
	char why[200];
} lab;

/* --- the driver */

static int open_console(struct driver *d, const Nvo3__VmProfile *vm, bool force, int *ret_fd,
			struct err *err)
{
	int fds[2];

	lab.force = force;
	if (lab.taken && !force)
		return err_set(err, EBUSY, "VM %s: somebody has it", vm->name);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
			 0);
	lab.opened++;
	*ret_fd = fds[0];
	if (lab.guest[vm->vm.data[0]] >= 0)
		close(lab.guest[vm->vm.data[0]]);
	lab.guest[vm->vm.data[0]] = fds[1];
	return 0;
}

/* --- vCenter */

static void heard_close(const struct msg *msg)
{
	Nvo3__ConsoleClose *m = msg_decode(msg, &nvo3__console_close__descriptor, NULL);

	lab.closes++;
	lab.closed = m->channel;
	lab.code = m->code;
	snprintf(lab.why, sizeof(lab.why), "%s", m->text);
	msg_free(m);
}

static bool hear(struct bed_host *h, const struct msg *msg)
{
	Nvo3__ConsoleCredit *credit;
	Nvo3__ConsoleData *data;

	switch (msg->type) {
	case MSG(CONSOLE_DATA):
		data = msg_decode(msg, &nvo3__console_data__descriptor, NULL);
		assert_true(data->data.len && data->data.len <= CONSOLE_DATA_MAX);
		assert_true(lab.n_heard + data->data.len <= HEARD_MAX);
		memcpy(lab.heard + lab.n_heard, data->data.data, data->data.len);
		lab.n_heard += data->data.len;
		msg_free(data);
		return true;
	case MSG(CONSOLE_CREDIT):
		credit = msg_decode(msg, &nvo3__console_credit__descriptor, NULL);
		lab.credit += credit->bytes;
		msg_free(credit);
		return true;
	case MSG(CONSOLE_CLOSE):
		heard_close(msg);
		return true;
	default:
		return false;
	}
}

static struct reply ask_open(struct bed_host *h, uint8_t vm, uint64_t channel, bool force)
{
	Nvo3__ConsoleOpen req = NVO3__CONSOLE_OPEN__INIT;
	uint8_t id[16] = { vm };

	req.vm = (ProtobufCBinaryData){ 16, id };
	req.channel = channel;
	req.force = force;
	return bed_ask(h->bed, h->vc, MSG(CONSOLE_OPEN), &req.base);
}

static void say(struct bed_host *h, uint64_t channel, const void *data, size_t len)
{
	Nvo3__ConsoleData msg = NVO3__CONSOLE_DATA__INIT;

	msg.channel = channel;
	msg.data = (ProtobufCBinaryData){ len, (uint8_t *)data };
	chan_event(h->vc, MSG(CONSOLE_DATA), &msg.base);
}

static void give(struct bed_host *h, uint64_t channel, uint32_t bytes)
{
	Nvo3__ConsoleCredit msg = NVO3__CONSOLE_CREDIT__INIT;

	msg.channel = channel;
	msg.bytes = bytes;
	chan_event(h->vc, MSG(CONSOLE_CREDIT), &msg.base);
}

static void leave(struct bed_host *h, uint64_t channel)
{
	Nvo3__ConsoleClose msg = NVO3__CONSOLE_CLOSE__INIT;

	msg.channel = channel;
	msg.text = "";
	chan_event(h->vc, MSG(CONSOLE_CLOSE), &msg.base);
}

/* --- */

static void begin(struct bed_host *h, struct bed *bed)
{
	static struct driver_ops ops;

	memset(&lab, 0, sizeof(lab));
	for (int i = 0; i < 256; i++)
		lab.guest[i] = -1;
	ops = fake_driver_ops;
	ops.console = open_console;
	host_prepare(h, bed, "host1");
	h->driver.driver.ops = &ops;
	h->more = hear;
	host_begin(h);
	assert_int_equal(host_create(h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(h, 2, true).code, CODE(OK));
}

static void finish(struct bed_host *h)
{
	host_down(h);
	for (int i = 0; i < 256; i++)
		if (lab.guest[i] >= 0)
			close(lab.guest[i]);
}

static bool guest_reads(uint8_t vm, char *buf, size_t size)
{
	ssize_t n = read(lab.guest[vm], buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Nobody is at its console any more. */
static bool guest_is_left(uint8_t vm)
{
	char c;

	return read(lab.guest[vm], &c, 1) == 0;
}

static void guest_writes(uint8_t vm, const char *text)
{
	assert_int_equal(write(lab.guest[vm], text, strlen(text)), strlen(text));
}

static void test_bytes_go_both_ways(void **state)
{
	struct bed_host h;
	char buf[64];

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	say(&h, 77, "ls\n", 3);
	BED_WAIT(h.bed, guest_reads(1, buf, sizeof(buf)));
	assert_string_equal(buf, "ls\n");
	guest_writes(1, "file");
	BED_WAIT(h.bed, lab.n_heard == 4);
	assert_memory_equal(lab.heard, "file", 4);
	leave(&h, 77);
	BED_WAIT(h.bed, guest_is_left(1));
	assert_int_equal(lab.closes, 0);
	/* what is still on its way is no lie */
	say(&h, 77, "late", 4);
	assert_int_equal(ask_open(&h, 1, 78, false).code, CODE(OK));
	assert_int_equal(lab.closes, 0);
	finish(&h);
}

static void expect(struct reply r, uint32_t code, const char *text)
{
	assert_int_equal(r.code, code);
	assert_string_equal(r.text, text);
}

static void test_refusals_say_why(void **state)
{
	struct bed_host h;

	begin(&h, *state);
	expect(ask_open(&h, 9, 77, false), CODE(NOT_FOUND), "there is no such VM here");
	expect(ask_open(&h, 1, 0, false), CODE(FULL), "channel: is 0");
	assert_int_equal(host_power(&h, 2, false).code, CODE(OK));
	expect(ask_open(&h, 2, 77, false), CODE(BAD_STATE),
	       "VM vm2 is stopped here, and its guest has no console");
	lab.taken = true;
	expect(ask_open(&h, 1, 77, false), CODE(BUSY), "VM vm1: somebody has it");
	assert_int_equal(ask_open(&h, 1, 78, true).code, CODE(OK));
	expect(ask_open(&h, 1, 79, false), CODE(BUSY), "somebody is at the console of VM vm1");
	finish(&h);
}

/* As the driver netns */
static void test_a_driver_without_consoles(void **state)
{
	struct bed_host h;

	begin(&h, *state);
	h.driver.driver.ops = &fake_driver_ops;
	expect(ask_open(&h, 1, 77, false), CODE(BAD_STATE),
	       "VM vm1 has no console: its guest is a process of the driver netns");
	finish(&h);
}

static void test_who_takes_it_has_it(void **state)
{
	struct bed_host h;
	char buf[64];

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	assert_int_equal(ask_open(&h, 1, 78, true).code, CODE(OK));
	assert_true(lab.force);
	assert_int_equal(lab.closed, 77);
	assert_int_equal(lab.code, CODE(BUSY));
	assert_string_equal(lab.why, "somebody else has taken it");
	say(&h, 78, "x", 1);
	BED_WAIT(h.bed, guest_reads(1, buf, sizeof(buf)));
	finish(&h);
}

/* The guest waits for who does not read, in its own socket; nothing is lost. */
static void test_no_credit_no_bytes(void **state)
{
	static char text[32768];
	struct bed_host h;
	size_t sent = 0;
	ssize_t n;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'a' + i % 23;
	for (int i = 0; i < 100; i++) {
		n = write(lab.guest[1], text + sent % sizeof(text),
			  sizeof(text) - sent % sizeof(text));
		sent += n > 0 ? n : 0;
		bed_turn(h.bed);
	}
	BED_WAIT(h.bed, lab.n_heard == CONSOLE_WINDOW);
	assert_true(sent > CONSOLE_WINDOW + 1000);
	/* and others do not */
	assert_int_equal(ask_open(&h, 2, 78, false).code, CODE(OK));
	assert_int_equal(host_act(&h, 2, NVO3__VM_POWER__ACTION__START).code, CODE(OK));
	assert_int_equal(lab.n_heard, CONSOLE_WINDOW);
	give(&h, 77, 1000);
	BED_WAIT(h.bed, lab.n_heard == CONSOLE_WINDOW + 1000);
	for (size_t i = 0; i < lab.n_heard; i++)
		assert_int_equal(lab.heard[i], text[i % sizeof(text)]);
	finish(&h);
}

/* It has what there was credit for, and credit comes as it reads. */
static void test_a_guest_that_does_not_read(void **state)
{
	static char text[CONSOLE_DATA_MAX], back[CONSOLE_WINDOW];
	struct bed_host h;
	size_t sent = 0, got = 0;
	ssize_t n;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	for (int i = 0; i < 500; i++) {
		while (sent + sizeof(text) <= CONSOLE_WINDOW + lab.credit) {
			say(&h, 77, text, sizeof(text));
			sent += sizeof(text);
		}
		bed_turn(h.bed);
	}
	assert_true(sent < 1 << 20);
	while (got < sent) {
		n = read(lab.guest[1], back, sizeof(back));
		got += n > 0 ? n : 0;
		bed_turn(h.bed);
	}
	BED_WAIT(h.bed, sent - lab.credit < CONSOLE_WINDOW / 4);
	assert_int_equal(lab.closes, 0);
	finish(&h);
}

/* Its last words come, too. */
static void test_the_guest_ends(void **state)
{
	struct bed_host h;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	guest_writes(1, "Power down.\n");
	close(lab.guest[1]);
	lab.guest[1] = -1;
	fake_guest_ends(&h.driver, 1);
	BED_WAIT(h.bed, lab.closes);
	assert_int_equal(lab.code, CODE(BAD_STATE));
	assert_string_equal(lab.why, "the guest of VM vm1 has ended");
	assert_memory_equal(lab.heard, "Power down.\n", 12);
	finish(&h);
}

static void test_the_guest_is_stopped(void **state)
{
	struct bed_host h;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	/* the hypervisor says nothing of it */
	BED_WAIT(h.bed, lab.closes);
	assert_int_equal(lab.code, CODE(BAD_STATE));
	BED_WAIT(h.bed, guest_is_left(1));
	finish(&h);
}

static void test_the_hypervisor_ends_it(void **state)
{
	struct bed_host h;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	close(lab.guest[1]);
	lab.guest[1] = -1;
	BED_WAIT(h.bed, lab.closes);
	assert_int_equal(lab.code, CODE(UNAVAILABLE));
	assert_non_null(strstr(lab.why, "the hypervisor has ended it"));
	finish(&h);
}

/* Another session knows nothing of its consoles: who was there is not any more. */
static void test_the_session_ends(void **state)
{
	int registered;
	struct bed_host h;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	registered = h.registered;
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, guest_is_left(1));
	BED_WAIT(h.bed, h.registered > registered);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	finish(&h);
}

/* All of his consoles end, and the session goes on. */
static void lie(void **state, void (*tell)(struct bed_host *h), const char *why)
{
	struct bed_host h;

	begin(&h, *state);
	assert_int_equal(ask_open(&h, 1, 77, false).code, CODE(OK));
	assert_int_equal(ask_open(&h, 2, 78, false).code, CODE(OK));
	tell(&h);
	BED_WAIT(h.bed, lab.closes == 2);
	assert_int_equal(lab.code, CODE(BAD_MESSAGE));
	assert_non_null(strstr(lab.why, why));
	BED_WAIT(h.bed, guest_is_left(2));
	assert_int_equal(h.registered, 1);
	assert_int_equal(ask_open(&h, 1, 79, false).code, CODE(OK));
	finish(&h);
}

static void of_no_channel(struct bed_host *h)
{
	say(h, 4711, "x", 1);
}

static void false_credit(struct bed_host *h)
{
	give(h, 77, UINT32_MAX);
}

/* To a guest that does not read */
static void too_much(struct bed_host *h)
{
	static char text[CONSOLE_DATA_MAX];

	for (size_t sent = 0; sent < 4 << 20; sent += sizeof(text))
		say(h, 77, text, sizeof(text));
}

static void test_bytes_of_no_console(void **state)
{
	lie(state, of_no_channel, "there is none");
}

static void test_credit_for_nothing(void **state)
{
	lie(state, false_credit, "credit for bytes that were never sent");
}

static void test_more_than_there_is_credit_for(void **state)
{
	lie(state, too_much, "more bytes than there was credit for");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_bytes_go_both_ways),
		BED_TEST(test_refusals_say_why),
		BED_TEST(test_a_driver_without_consoles),
		BED_TEST(test_who_takes_it_has_it),
		BED_TEST(test_no_credit_no_bytes),
		BED_TEST(test_a_guest_that_does_not_read),
		BED_TEST(test_the_guest_ends),
		BED_TEST(test_the_guest_is_stopped),
		BED_TEST(test_the_hypervisor_ends_it),
		BED_TEST(test_the_session_ends),
		BED_TEST(test_bytes_of_no_console),
		BED_TEST(test_credit_for_nothing),
		BED_TEST(test_more_than_there_is_credit_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
