// SPDX-License-Identifier: GPL-2.0
/*
 * A vServer that is a gateway measures for its vCenter, and one that is none does not. In a network
 * namespace of the test's, whose kernel answers:
 *
 *	lo  10.77.0.1/24
 */
#include "../lib/sandbox.h"
#include "host_bed.h"
#include "vserver/rtt_run.h"

struct measured {
	struct reply r;
	uint64_t us;
};

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__RttMeasureReply *reply;
	struct measured *m = arg;

	bed_answered(code, text, body, &m->r);
	if (code != CODE(OK))
		return;
	reply = msg_decode(body, &nvo3__rtt_measure_reply__descriptor, NULL);
	assert_non_null(reply);
	m->us = reply->us;
	msg_free(reply);
}

static void ask(struct bed_host *h, const char *addr, struct measured *m)
{
	Nvo3__RttMeasure req = NVO3__RTT_MEASURE__INIT;
	struct ip_addr a;

	*m = (struct measured){ 0 };
	assert_int_equal(ip_addr_parse(&a, addr, NULL), 0);
	req.addr = msg_put_ip(&a);
	chan_request(h->vc, MSG(RTT_MEASURE), &req.base, BED_DEADLINE_MS, answered, m);
}

static struct measured measure(struct bed_host *h, const char *addr)
{
	struct measured m;

	ask(h, addr, &m);
	BED_WAIT(h->bed, m.r.here);
	return m;
}

static void up(struct bed_host *h, void **state, bool gateway)
{
	host_prepare(h, *state, "host1");
	h->config.vserver.gateway = gateway;
	host_begin(h);
	assert_int_equal(h->gateway, gateway);
}

static void test_a_gateway_measures(void **state)
{
	Nvo3__RttMeasure none = NVO3__RTT_MEASURE__INIT;
	struct measured m;
	struct bed_host h;
	struct reply r;

	up(&h, state, true);
	m = measure(&h, "10.77.0.1");
	assert_int_equal(m.r.code, CODE(OK));
	assert_true(m.us > 0);
	m = measure(&h, "127.0.0.1");
	assert_int_equal(m.r.code, CODE(BAD_MESSAGE));
	assert_string_equal(m.r.text, "127.0.0.1 is a loopback address");
	r = bed_ask(h.bed, h.vc, MSG(RTT_MEASURE), &none.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_string_equal(r.text, "addr: not an address");
	host_down(&h);
}

static void test_another_does_not(void **state)
{
	struct measured m;
	struct bed_host h;

	up(&h, state, false);
	m = measure(&h, "10.77.0.1");
	assert_int_equal(m.r.code, CODE(BAD_STATE));
	assert_string_equal(m.r.text, "this vServer is no gateway");
	host_down(&h);
}

/* Who has asked is gone before it ends, and then the vServer. */
static void test_nobody_waits_for_it(void **state)
{
	struct bed_host h;
	struct measured m;
	int registered;

	up(&h, state, true);
	ask(&h, "10.77.0.1", &m);
	bed_settle(h.bed, 5);
	registered = h.registered;
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, m.r.here && h.registered > registered);
	assert_int_equal(m.r.code, CODE(UNAVAILABLE));
	m = measure(&h, "10.77.0.1");
	assert_int_equal(m.r.code, CODE(OK));
	ask(&h, "10.77.0.1", &m);
	bed_settle(h.bed, 5);
	host_end(&h);
	BED_WAIT(h.bed, m.r.here);
	assert_int_equal(m.r.code, CODE(UNAVAILABLE));
	host_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_a_gateway_measures),
		BED_TEST(test_another_does_not),
		BED_TEST(test_nobody_waits_for_it),
	};

	if (sandbox_enter(NULL) || system("ip link set lo up && ip addr add 10.77.0.1/24 dev lo"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
