// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "nve/tsi.h"

static struct tsi sample(enum tsi_state state, uint64_t epoch)
{
	struct tsi t = { .vid = 7, .epoch = epoch, .state = state, .n_ips = 1 };

	t.id.b[0] = 1;
	t.vn.b[0] = 2;
	strcpy(t.dev, "v1");
	mac_addr_parse(&t.mac, "02:00:00:00:00:01", NULL);
	ip_prefix_parse(&t.ips[0], "10.0.0.1/24", NULL);
	return t;
}

/* Every state meets every event: what is to be done, and what is refused */
static void test_table(void **state)
{
	static const struct {
		enum tsi_state state;
		enum tsi_event event;
		uint32_t code;
		unsigned int actions;
	} table[] = {
		{ TSI_INIT, TSI_ASSOCIATE, CODE(OK), TSI_BIND },
		{ TSI_INIT, TSI_ACTIVATE, CODE(BAD_STATE), 0 },
		{ TSI_INIT, TSI_DEACTIVATE, CODE(OK), 0 },
		{ TSI_INIT, TSI_DEASSOCIATE, CODE(OK), 0 },
		{ TSI_ASSOCIATED, TSI_ASSOCIATE, CODE(OK), 0 },
		{ TSI_ASSOCIATED, TSI_ACTIVATE, CODE(OK), TSI_ENABLE },
		{ TSI_ASSOCIATED, TSI_DEACTIVATE, CODE(OK), 0 },
		{ TSI_ASSOCIATED, TSI_DEASSOCIATE, CODE(OK), TSI_UNBIND },
		{ TSI_ACTIVATED, TSI_ASSOCIATE, CODE(OK), 0 },
		{ TSI_ACTIVATED, TSI_ACTIVATE, CODE(OK), 0 },
		{ TSI_ACTIVATED, TSI_DEACTIVATE, CODE(OK), TSI_DISABLE },
		{ TSI_ACTIVATED, TSI_DEASSOCIATE, CODE(OK), TSI_DISABLE | TSI_UNBIND },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct tsi have = sample(table[i].state, 5), want = sample(TSI_INIT, 5);
		unsigned int actions = 0;
		struct err err;

		assert_int_equal(tsi_decide(&have, table[i].event, &want, &actions, &err),
				 table[i].code);
		assert_int_equal(actions, table[i].actions);
	}
}

static void test_unknown(void **state)
{
	struct tsi want = sample(TSI_INIT, 5);
	unsigned int actions;
	struct err err;

	assert_int_equal(tsi_decide(NULL, TSI_ASSOCIATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, TSI_BIND);
	assert_int_equal(tsi_decide(NULL, TSI_ACTIVATE, &want, &actions, &err), CODE(BAD_STATE));
	assert_int_equal(tsi_decide(NULL, TSI_DEACTIVATE, &want, &actions, &err),
			 CODE(NOT_FOUND));
	assert_int_equal(tsi_decide(NULL, TSI_DEASSOCIATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, 0);
}

static void test_epochs(void **state)
{
	struct tsi have = sample(TSI_ACTIVATED, 5), want = sample(TSI_INIT, 6);
	unsigned int actions;
	struct err err;

	assert_int_equal(tsi_decide(&have, TSI_ACTIVATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, TSI_ENABLE);
	want.epoch = 4;
	assert_int_equal(tsi_decide(&have, TSI_ACTIVATE, &want, &actions, &err), CODE(STALE));
	have.state = TSI_ASSOCIATED;
	assert_int_equal(tsi_decide(&have, TSI_ACTIVATE, &want, &actions, &err), CODE(STALE));
	assert_non_null(strstr(err.text, "older than 5"));
	/* None is no older one: it is claimed by being there, unless it is already */
	want.epoch = 0;
	assert_int_equal(tsi_decide(&have, TSI_ACTIVATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, TSI_ENABLE);
	have.state = TSI_ACTIVATED;
	assert_int_equal(tsi_decide(&have, TSI_ACTIVATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, 0);
	have.state = TSI_ASSOCIATED;
	/* An association may be made anew with any epoch: nothing is in force yet */
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, TSI_UPDATE);
}

static void test_other_place(void **state)
{
	struct tsi have = sample(TSI_ASSOCIATED, 5), want;
	unsigned int actions;
	struct err err;

	want = sample(TSI_INIT, 5);
	strcpy(want.dev, "v2");
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(EXISTS));
	assert_non_null(strstr(err.text, "v1"));
	want = sample(TSI_INIT, 5);
	want.mac.b[5]++;
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(EXISTS));
	want = sample(TSI_INIT, 5);
	want.vid = 0;
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(EXISTS));
	want = sample(TSI_INIT, 5);
	want.vn.b[3]++;
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(EXISTS));
}

static void test_live_addresses(void **state)
{
	struct tsi have = sample(TSI_ACTIVATED, 5), want = sample(TSI_INIT, 5);
	unsigned int actions;
	struct err err;

	want.n_ips = 0;
	assert_int_equal(tsi_decide(&have, TSI_ASSOCIATE, &want, &actions, &err), CODE(OK));
	assert_int_equal(actions, TSI_UPDATE | TSI_ENABLE);
}

static void test_message_round(void **state)
{
	Nvo3__IpPrefix ips[TSI_IPS_MAX], *pointers[TSI_IPS_MAX];
	struct tsi t = sample(TSI_ACTIVATED, 5), back;
	Nvo3__Tsi msg;
	struct err err;

	tsi_to_msg(&t, &msg, ips, pointers);
	assert_int_equal(tsi_from_msg(&msg, &back, &err), CODE(OK));
	assert_memory_equal(&back, &t, sizeof(t));
}

static void refused(const Nvo3__Tsi *msg, const char *field)
{
	struct tsi back;
	struct err err;

	assert_int_equal(tsi_from_msg(msg, &back, &err), CODE(BAD_MESSAGE));
	if (!strstr(err.text, field))
		fail_msg("\"%s\" does not name %s", err.text, field);
}

static void test_bad_messages(void **state)
{
	Nvo3__IpPrefix ips[TSI_IPS_MAX], *pointers[TSI_IPS_MAX];
	struct tsi t = sample(TSI_ACTIVATED, 5);
	Nvo3__Tsi good, msg;

	tsi_to_msg(&t, &good, ips, pointers);
	refused(NULL, "tsi: missing");
	msg = good;
	msg.tsi.len = 15;
	refused(&msg, "tsi.tsi");
	msg = good;
	msg.vn.len = 0;
	refused(&msg, "tsi.vn");
	msg = good;
	msg.dev = "";
	refused(&msg, "tsi.dev");
	msg.dev = "a-name-of-16-chr";
	refused(&msg, "tsi.dev");
	msg.dev = "../v1";
	refused(&msg, "tsi.dev");
	msg = good;
	msg.vid = 4095;
	refused(&msg, "tsi.vid");
	msg = good;
	msg.mac.data = (uint8_t *)"\x01\0\0\0\0\1";
	refused(&msg, "tsi.mac");
	msg = good;
	ips[0].len = 33;
	refused(&msg, "ips[0]");
	msg.n_ips = TSI_IPS_MAX + 1;
	refused(&msg, "ips:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_epochs),
		cmocka_unit_test(test_other_place),
		cmocka_unit_test(test_live_addresses),
		cmocka_unit_test(test_message_round),
		cmocka_unit_test(test_bad_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
