// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "vserver/token.h"

static const uint8_t value[TOKEN_LEN] = "thirty-two bytes that nobody els";
static int one, other;		/* sessions */

static struct token offered(void)
{
	struct token t;

	token_offer(&t, value, "dc2/host3");
	return t;
}

static void denied(struct token *t, const char *peer, const void *session, const char *why)
{
	struct err err;

	assert_int_equal(token_show(t, peer, session, &err), CODE(DENIED));
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_match(void **state)
{
	struct token t = offered();
	uint8_t wrong[TOKEN_LEN];

	assert_true(token_matches(&t, value, TOKEN_LEN));
	assert_false(token_matches(&t, value, TOKEN_LEN - 1));
	assert_false(token_matches(&t, value, 0));
	for (int i = 0; i < TOKEN_LEN; i++) {
		memcpy(wrong, value, sizeof(wrong));
		wrong[i] ^= 1;
		assert_false(token_matches(&t, wrong, TOKEN_LEN));
	}
}

static void test_first_session_owns_it(void **state)
{
	struct token t = offered();
	struct err err;

	assert_int_equal(token_show(&t, "dc2/host3", &one, &err), CODE(OK));
	assert_int_equal(token_show(&t, "dc2/host3", &one, &err), CODE(OK));
	denied(&t, "dc2/host3", &other, "another session");
}

static void test_only_for_the_named_one(void **state)
{
	struct token t = offered();
	struct err err;

	denied(&t, "dc2/host4", &one, "for dc2/host3, not for dc2/host4");
	/* And that was no showing */
	assert_int_equal(token_show(&t, "dc2/host3", &other, &err), CODE(OK));
}

static void test_spent(void **state)
{
	struct token t = offered();
	struct err err;

	assert_int_equal(token_show(&t, "dc2/host3", &one, &err), CODE(OK));
	token_spend(&t);
	denied(&t, "dc2/host3", &one, "used up");
	t = offered();
	token_spend(&t);
	denied(&t, "dc2/host3", &one, "used up");
}

static void test_dies_with_its_session(void **state)
{
	struct token t = offered();
	struct err err;

	/* Somebody else's session, or one before it was shown, is no matter */
	token_session_ended(&t, &other);
	token_session_ended(&t, NULL);
	assert_int_equal(token_show(&t, "dc2/host3", &one, &err), CODE(OK));
	token_session_ended(&t, &other);
	assert_int_equal(token_show(&t, "dc2/host3", &one, &err), CODE(OK));
	token_session_ended(&t, &one);
	denied(&t, "dc2/host3", &one, "used up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_first_session_owns_it),
		cmocka_unit_test(test_only_for_the_named_one),
		cmocka_unit_test(test_spent),
		cmocka_unit_test(test_dies_with_its_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
