// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent tells its director of other NVEs: in a network namespace, with a kernel in memory
 * and a director of the test's. We are 192.0.2.1; 192.0.2.9 has BFD, and goes and comes.
 */
#include "bfd.h"
#include "nve_bed.h"

#include <sched.h>

#define NOTHING	NVO3__SEEN__SEEN_NOTHING
#define UP	NVO3__SEEN__SEEN_UP
#define DOWN	NVO3__SEEN__SEEN_DOWN

struct lab {
	struct nve_bed b;
	struct bfd *neighbor;
};

static size_t downs;		/* locators in all NVE_SEENs of this test */
static uint8_t down;		/* the last byte of the last one */

static void heard(const struct msg *msg)
{
	Nvo3__NveSeen *m = msg_decode(msg, &nvo3__nve_seen__descriptor, NULL);

	downs += m->n_locators;
	down = m->locators[m->n_locators - 1].data[3];
	msg_free(m);
}

static void run(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

static int enter(void **state)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	return system("ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 192.0.2.9/32 dev lo");
}

static void ignore_change(struct bfd_session *s, void *arg)
{
}

static void ignore_refused(const struct ip_addr *from, enum bfd_refusal why, void *arg)
{
}

static void begin_neighbor(struct lab *lab)
{
	static const struct bfd_ops ops = { .changed = ignore_change, .refused = ignore_refused };
	struct bfd_config config = { .params = { 100000, 100000, 5 } };
	struct ip_addr us;
	struct err err;

	ip_addr_parse(&us, "192.0.2.1", NULL);
	ip_addr_parse(&config.local4, "192.0.2.9", NULL);
	lab->neighbor = bfd_new(lab->b.bed->loop, &config, &ops, NULL, &err);
	if (!lab->neighbor)
		fail_msg("%s", err.text);
	assert_non_null(bfd_session_add(lab->neighbor, &us, BFD_SAYS_NOTHING, NULL));
}

static void new_director(struct lab *lab, bool old)
{
	end_director(&lab->b);
	lab->b.d.old = old;
	begin_director(&lab->b);
	BED_WAIT(lab->b.bed, lab->b.d.registered == 1);
}

struct answer {
	bool here;
	uint32_t code;
	size_t n;
	uint32_t states[4];
};

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__NveSeenReply *m = msg_decode(body, &nvo3__nve_seen_reply__descriptor, NULL);
	struct answer *a = arg;

	a->here = true;
	a->code = code;
	for (; m && a->n < m->n_states && a->n < 4; a->n++)
		a->states[a->n] = m->states[a->n];
	if (m)
		msg_free(m);
}

static struct answer ask(struct lab *lab, size_t n)
{
	uint8_t addrs[][4] = { { 192, 0, 2, 9 }, { 192, 0, 2, 77 } };
	ProtobufCBinaryData locators[300] = { { 4, addrs[0] }, { 4, addrs[1] }, { 3, addrs[0] } };
	Nvo3__NveSeen m = NVO3__NVE_SEEN__INIT;
	struct answer a = { };

	m.locators = locators;
	m.n_locators = n;
	chan_request(lab->b.d.chan, MSG(NVE_SEEN), &m.base, 0, answered, &a);
	BED_WAIT(lab->b.bed, a.here);
	return a;
}

static uint32_t seen(struct lab *lab)
{
	struct answer a = ask(lab, 3);

	assert_int_equal(a.code, CODE(OK));
	assert_int_equal(a.n, 3);
	assert_int_equal(a.states[1], NOTHING);
	assert_int_equal(a.states[2], NOTHING);
	return a.states[0];
}

/* An interface of ours brings the VN, and its snapshot the mapping to 192.0.2.9. */
static void begin(struct lab *lab, void **state)
{
	struct nve_bed *b = &lab->b;

	downs = 0;
	setup(b, state);
	b->d.seen = heard;
	chan_free(b->vs);
	nve_stop(b->nve);
	b->config.nve.bfd = (struct config_bfd){ .enabled = true, .tx_ms = 100, .rx_ms = 100,
						 .multiplier = 5 };
	begin_nve(b);
	begin_vserver(b);
	begin_neighbor(lab);
	assert_int_equal(associate(b, 1, 3).code, CODE(OK));
	BED_WAIT(b->bed, seen(lab) == UP);
}

static void end(struct lab *lab)
{
	bfd_free(lab->neighbor);
	teardown(&lab->b);
}

static void test_told_when_it_comes_down_and_asked(void **state)
{
	struct lab lab;

	begin(&lab, state);
	assert_int_equal(downs, 0);
	run("ip addr del 192.0.2.9/32 dev lo");
	BED_WAIT(lab.b.bed, downs == 1);
	assert_int_equal(down, 9);
	assert_int_equal(seen(&lab), DOWN);
	/* a director that is new hears of it, too */
	new_director(&lab, false);
	BED_WAIT(lab.b.bed, downs == 2);
	run("ip addr add 192.0.2.9/32 dev lo");
	BED_WAIT(lab.b.bed, seen(&lab) == UP);
	assert_int_equal(downs, 2);
	end(&lab);
}

static void test_switched_off_is_nothing(void **state)
{
	struct lab lab;

	begin(&lab, state);
	bfd_free(lab.neighbor);
	lab.neighbor = NULL;
	BED_WAIT(lab.b.bed, seen(&lab) == NOTHING);
	assert_int_equal(downs, 0);
	end(&lab);
}

static void test_a_question_that_is_too_long(void **state)
{
	struct lab lab;

	begin(&lab, state);
	assert_int_equal(ask(&lab, 300).code, CODE(BAD_MESSAGE));
	assert_int_equal(seen(&lab), UP);
	end(&lab);
}

/* It is not told what it has not asked for, but answered all the same. */
static void test_a_director_of_old(void **state)
{
	struct lab lab;

	begin(&lab, state);
	new_director(&lab, true);
	run("ip addr del 192.0.2.9/32 dev lo");
	BED_WAIT(lab.b.bed, seen(&lab) == DOWN);
	assert_int_equal(downs, 0);
	run("ip addr add 192.0.2.9/32 dev lo");
	end(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_told_when_it_comes_down_and_asked),
		BED_TEST(test_switched_off_is_nothing),
		BED_TEST(test_a_question_that_is_too_long),
		BED_TEST(test_a_director_of_old),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
