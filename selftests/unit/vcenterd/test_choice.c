// SPDX-License-Identifier: GPL-2.0
/* hierarchy.c: which data centre takes a VM. */
#include "fixture.h"
#include "hierarchy.h"

#define T0 1000u

static struct choice c;

static void begin(enum choice_policy policy, uint32_t w1, uint32_t w2, uint32_t w3)
{
	const struct choice_dc dcs[] = { { "dc1", w1 }, { "dc2", w2 }, { "dc3", w3 } };

	choice_free(&c);
	choice_init(&c, dcs, 3, policy, T0);
}

static struct dc_offer offer(uint64_t used, uint64_t total)
{
	struct dc_offer o = { .code = CODE(OK), .server = "host1" };

	o.figures.entitled.memory_mib = used;
	o.figures.total.memory_mib = total;
	return o;
}

static void takes(int i, uint64_t used, uint64_t total)
{
	struct dc_offer o = offer(used, total);

	choice_offer(&c, i, &o);
}

static void refuses(int i, uint32_t code, const char *text)
{
	struct dc_offer o = offer(0, 100);

	o.code = code;
	snprintf(o.text, sizeof(o.text), "%s", text);
	choice_offer(&c, i, &o);
}

static void knows(int i, enum dc_known known)
{
	struct dc_offer o = offer(0, 100);

	o.known = known;
	choice_offer(&c, i, &o);
}

static void expect_at(uint64_t now, enum choice_act act, int i)
{
	int at;

	assert_int_equal(choice_next(&c, now, &at), act);
	if (act == CHOICE_MAKE)
		assert_int_equal(at, i);
}

static void expect_in(int i)
{
	expect_at(T0 + 1, CHOICE_MAKE, i);
}

static void expect_refusal(uint32_t code, const char *text)
{
	char *got;

	expect_at(T0 + CHOICE_ASK_MS, CHOICE_REFUSE, 0);
	assert_int_equal(choice_refusal(&c, "web", &got), code);
	assert_string_equal(got, text);
	free(got);
}

static void test_policies(void **state)
{
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 50, 100);
	takes(1, 400, 1000);
	expect_at(T0 + 1, CHOICE_WAIT, 0);
	takes(2, 90, 100);
	expect_in(1);
	/* the weight counts, too */
	begin(CHOICE_EMPTIEST, 100, 100, 700);
	takes(0, 50, 100);
	takes(1, 40, 100);
	takes(2, 90, 100);
	expect_in(2);
	/* as empty: the first of the configuration */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 50, 100);
	takes(1, 50, 100);
	takes(2, 5, 10);
	expect_in(0);
	begin(CHOICE_FIRST, 100, 200, 200);
	takes(0, 0, 100);
	takes(1, 99, 100);
	takes(2, 0, 100);
	expect_in(1);
	/* of weight 0 none is taken, and of those that are full still one, if it says so */
	begin(CHOICE_EMPTIEST, 0, 0, 100);
	takes(0, 0, 100);
	takes(1, 0, 100);
	takes(2, 200, 100);
	expect_in(2);
}

static void test_wishes(void **state)
{
	struct dc_offer o = offer(90, 100);

	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 0, 100);
	o.together = true;
	choice_offer(&c, 1, &o);
	takes(2, 0, 100);
	expect_in(0);
	c.together = true;
	expect_in(1);
	/* where those are that it is to be near to */
	o.near = true;
	o.together = false;
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	c.together = true;
	takes(0, 0, 100);
	o.together = false;
	choice_offer(&c, 1, &o);
	o.near = false;
	o.together = true;
	choice_offer(&c, 2, &o);
	expect_in(1);
}

static void test_a_location_in_a_dc(void **state)
{
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	assert_string_equal(choice_location(&c, "row1/rack2"), "row1/rack2");
	assert_string_equal(choice_location(&c, "dc22/row1"), "dc22/row1");
	assert_string_equal(choice_location(&c, ""), "");
	assert_string_equal(choice_location(&c, "dc2/row1"), "row1");
	assert_int_equal(c.v[1].state, DC_ASKED);
	refuses(1, CODE(FULL), "no server there");
	expect_refusal(CODE(FULL), "no data centre takes VM web: dc1: dc2/row1 is in dc2; "
		       "dc2: no server there; dc3: dc2/row1 is in dc2");
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	assert_string_equal(choice_location(&c, "dc3"), "");
	takes(2, 0, 100);
	expect_in(2);
	/* it is named: whatever its weight */
	begin(CHOICE_EMPTIEST, 100, 0, 100);
	assert_string_equal(choice_location(&c, "dc2"), "");
	takes(1, 0, 100);
	expect_in(1);
}

static void test_who_is_silent_is_left_out(void **state)
{
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 90, 100);
	choice_out(&c, 1, CODE(UNAVAILABLE), "its vCenter is down");
	expect_at(T0 + CHOICE_ASK_MS - 1, CHOICE_WAIT, 0);
	expect_at(T0 + CHOICE_ASK_MS, CHOICE_MAKE, 0);
	/* its answer comes too late */
	takes(2, 0, 100);
	expect_at(T0 + CHOICE_ASK_MS, CHOICE_MAKE, 0);
	/* and if the only one refuses after all */
	choice_out(&c, 0, CODE(FULL), "host1 is full");
	expect_refusal(CODE(FULL), "no data centre takes VM web: dc1: host1 is full; "
		       "dc2: its vCenter is down; dc3: its vCenter does not answer");
}

static void test_one_after_another(void **state)
{
	char *text;

	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 10, 100);
	takes(1, 20, 100);
	takes(2, 30, 100);
	expect_in(0);
	choice_out(&c, 0, CODE(FULL), "full");
	expect_in(1);
	choice_out(&c, 1, CODE(FULL), "full");
	/* not without end */
	expect_at(T0 + CHOICE_LIMIT_MS, CHOICE_REFUSE, 0);
	assert_int_equal(choice_refusal(&c, "web", &text), CODE(FULL));
	assert_string_equal(text, "no data centre takes VM web: dc1: full; dc2: full; "
			    "dc3: there was no time left for it");
	free(text);
	expect_in(2);
	choice_out(&c, 2, CODE(FULL), "full");
	expect_refusal(CODE(FULL),
		       "no data centre takes VM web: dc1: full; dc2: full; dc3: full");
}

static void test_refusals(void **state)
{
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	refuses(0, CODE(NOT_FOUND), "no VN");
	refuses(1, CODE(UNAVAILABLE), "no nDirector");
	refuses(2, CODE(NOT_FOUND), "no VN");
	expect_refusal(CODE(UNAVAILABLE), "no data centre takes VM web: dc1: no VN; "
		       "dc2: no nDirector; dc3: no VN");
	begin(CHOICE_EMPTIEST, 100, 100, 0);
	refuses(0, CODE(NOT_FOUND), "no VN");
	refuses(1, CODE(NOT_FOUND), "no VN");
	takes(2, 0, 100);
	expect_refusal(CODE(FULL), "no data centre takes VM web: dc1: no VN; dc2: no VN; "
		       "dc3: its weight is 0");
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	refuses(0, CODE(NOT_FOUND), "a");
	refuses(1, CODE(NOT_FOUND), "b");
	refuses(2, CODE(NOT_FOUND), "c");
	expect_refusal(CODE(NOT_FOUND), "no data centre takes VM web: dc1: a; dc2: b; dc3: c");
	/* a name that one of them has is taken */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 0, 100);
	refuses(1, CODE(EXISTS), "VM web exists");
	takes(2, 0, 100);
	expect_refusal(CODE(EXISTS), "dc2: VM web exists");
}

static void test_asked_again(void **state)
{
	/* it is found where it is, whoever is silent, and though it has its own name */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	strcpy(c.placed, "dc2");
	knows(2, DC_HAS);
	expect_in(2);
	/* who had it says so, but for those who have it */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	takes(0, 0, 100);
	knows(1, DC_HAD);
	expect_at(T0 + 1, CHOICE_WAIT, 0);
	takes(2, 0, 100);
	expect_in(1);
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	knows(0, DC_HAD);
	knows(1, DC_HAS);
	expect_in(1);
	/* where it may be it is not known: nowhere else */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	strcpy(c.placed, "dc2");
	takes(0, 0, 100);
	choice_out(&c, 1, CODE(UNAVAILABLE), "its vCenter is down");
	takes(2, 0, 100);
	expect_refusal(CODE(UNAVAILABLE),
		       "VM web may have been made in dc2 before: its vCenter is down");
	/* it was not */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	strcpy(c.placed, "dc2");
	takes(0, 0, 100);
	refuses(1, CODE(FULL), "full");
	takes(2, 50, 100);
	expect_in(0);
	/* nobody can say so any more */
	begin(CHOICE_EMPTIEST, 100, 100, 100);
	strcpy(c.placed, "dc9");
	takes(0, 0, 100);
	takes(1, 0, 100);
	takes(2, 0, 100);
	expect_refusal(CODE(UNAVAILABLE),
		       "VM web may have been made in dc9 before: it is not among the children any more");
}

static void test_figures_that_cannot_be(void **state)
{
	struct dc_figures f = { .servers = 2, .servers_up = 1 };

	assert_true(dc_figures_check(&f));
	f.servers_up = 3;
	assert_false(dc_figures_check(&f));
	f.servers_up = 2;
	f.total.memory_mib = 1ull << 40;
	assert_true(dc_figures_check(&f));
	f.total.memory_mib++;
	assert_false(dc_figures_check(&f));
	f.total.memory_mib = 0;
	f.entitled.cpus = UINT64_MAX;
	assert_false(dc_figures_check(&f));
	f.entitled.cpus = 0;
	f.vms = UINT64_MAX;
	assert_false(dc_figures_check(&f));
	/* the largest ones do not overflow */
	begin(CHOICE_EMPTIEST, CHOICE_WEIGHT_MAX, CHOICE_WEIGHT_MAX, 1);
	takes(0, 1ull << 39, 1ull << 40);
	takes(1, 0, 1ull << 40);
	takes(2, 0, 0);
	expect_in(1);
}

static void test_words_of_policies(void **state)
{
	enum choice_policy policy;

	assert_true(choice_policy_parse("first", &policy) && policy == CHOICE_FIRST);
	assert_true(choice_policy_parse("emptiest", &policy) && policy == CHOICE_EMPTIEST);
	assert_false(choice_policy_parse("last", &policy));
}

static int end(void **state)
{
	choice_free(&c);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_a_location_in_a_dc),
		cmocka_unit_test(test_who_is_silent_is_left_out),
		cmocka_unit_test(test_one_after_another),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_asked_again),
		cmocka_unit_test(test_figures_that_cannot_be),
		cmocka_unit_test(test_words_of_policies),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
