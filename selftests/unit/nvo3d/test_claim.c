// SPDX-License-Identifier: GPL-2.0
/* Interfaces without a placement: claimed by being there, with the epoch that the director gives */
#include "nve_bed.h"

static struct nve_bed b;

static uint64_t port_epoch(uint8_t n)
{
	struct nvo3_port port;

	assert_int_equal(b.kern->ops->port_get(b.kern, n, 0, &port, NULL), 0);
	return port.epoch;
}

static void up(void **state)
{
	setup(&b, state);
	b.d.gives = 77;
	assert_int_equal(associate(&b, 1, 0).code, CODE(OK));
}

static void test_the_director_gives_the_epoch(void **state)
{
	up(state);
	assert_int_equal(activate(&b, 1, 0).code, CODE(OK));
	assert_int_equal(b.d.advertised, 1);
	assert_int_equal(b.d.claimed, 0);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(port_epoch(1), 77);
	/* Asked again it is so already */
	assert_int_equal(activate(&b, 1, 0).code, CODE(OK));
	assert_int_equal(sync_one(&b, 1, 0, NVO3__TSI_STATE__TSI_ACTIVATED).code, CODE(OK));
	assert_int_equal(b.d.advertised, 1);
	teardown(&b);
}

static void test_silent_until_it_has_it(void **state)
{
	Nvo3__TsiActivate req = NVO3__TSI_ACTIVATE__INIT;
	struct reply r = {};
	uint8_t id[16] = { 1 };

	up(state);
	b.d.mute = true;
	req.tsi = (ProtobufCBinaryData){ 16, id };
	chan_request(b.vs, MSG(TSI_ACTIVATE), &req.base, BED_DEADLINE_MS, bed_answered, &r);
	BED_WAIT(b.bed, b.d.advertised == 1);
	assert_false(r.here);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	/* The session ends: nobody has decided */
	end_director(&b);
	BED_WAIT(b.bed, r.here);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	b.d.mute = false;
	begin_director(&b);
	assert_int_equal(activate(&b, 1, 0).code, CODE(OK));
	assert_int_equal(port_epoch(1), 77);
	teardown(&b);
}

/* It waits for the session that is being made, and claims in it */
static void test_claims_when_the_session_is_here(void **state)
{
	Nvo3__TsiActivate req = NVO3__TSI_ACTIVATE__INIT;
	struct reply r = {};
	uint8_t id[16] = { 1 };

	up(state);
	end_director(&b);
	bed_settle(b.bed, 5);
	req.tsi = (ProtobufCBinaryData){ 16, id };
	chan_request(b.vs, MSG(TSI_ACTIVATE), &req.base, BED_DEADLINE_MS, bed_answered, &r);
	bed_settle(b.bed, 20);
	assert_false(r.here);
	begin_director(&b);
	BED_WAIT(b.bed, r.here);
	assert_int_equal(r.code, CODE(OK));
	assert_int_equal(port_epoch(1), 77);
	teardown(&b);
}

static void test_refused(void **state)
{
	struct reply r;

	up(state);
	b.d.refuse = CODE(DENIED);
	r = activate(&b, 1, 0);
	assert_int_equal(r.code, CODE(DENIED));
	assert_string_equal(r.text, "it belongs to somebody else");
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	b.d.refuse = CODE(OK);
	b.d.gives = 0;
	r = activate(&b, 1, 0);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_string_equal(r.text, "the director's answer to a claim has no epoch");
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	teardown(&b);
}

/* The kernel knows of somebody newer: what was given is given back */
static void test_given_back(void **state)
{
	up(state);
	assert_int_equal(associate(&b, 9, 0).code, CODE(OK));
	b.d.gives = 4;
	assert_int_equal(activate(&b, 9, 0).code, CODE(STALE));
	assert_int_equal(port_state(&b, 9), NVO3_PORT_STATE_ASSOCIATED);
	assert_true(far_mapped(&b));
	BED_WAIT(b.bed, b.d.withdrawn == 1);
	teardown(&b);
}

static void test_after_a_restart_it_says_its_epoch(void **state)
{
	up(state);
	assert_int_equal(activate(&b, 1, 0).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	b.d.gives = 99;
	begin_nve(&b);
	begin_vserver(&b);
	BED_WAIT(b.bed, b.d.advertised == 2);
	assert_int_equal(b.d.claimed, 77);
	assert_int_equal(port_epoch(1), 77);
	/* It has moved on meanwhile: silent, and may be claimed anew */
	b.d.refuse = CODE(STALE);
	end_director(&b);
	begin_director(&b);
	BED_WAIT(b.bed, port_state(&b, 1) == NVO3_PORT_STATE_ASSOCIATED);
	b.d.refuse = CODE(OK);
	assert_int_equal(activate(&b, 1, 0).code, CODE(OK));
	assert_int_equal(b.d.claimed, 0);
	assert_int_equal(port_epoch(1), 99);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_the_director_gives_the_epoch),
		BED_TEST(test_silent_until_it_has_it),
		BED_TEST(test_claims_when_the_session_is_here),
		BED_TEST(test_refused),
		BED_TEST(test_given_back),
		BED_TEST(test_after_a_restart_it_says_its_epoch),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
