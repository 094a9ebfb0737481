// SPDX-License-Identifier: GPL-2.0
/* Who is dead, after what the others see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "ndirectord/verdict.h"

/* One letter for each witness: d(own), u(p), - (nothing) */
static struct verdict after(const char *words)
{
	struct verdict v = { };
	char name[16];
	int i;

	for (i = 0; words[i]; i++) {
		snprintf(name, sizeof(name), "dc1/n%d", i);
		verdict_hear(&v, name, words[i] == 'd' ? VERDICT_DOWN :
			     words[i] == 'u' ? VERDICT_UP : VERDICT_NOTHING);
	}
	return v;
}

static void check(const char *words, bool dead, const char *says)
{
	struct verdict v = after(words);
	char text[400];

	verdict_text(&v, text, sizeof(text));
	if (verdict_is_dead(&v) != dead || strcmp(text, says))
		fail_msg("%s: %d, %s", words, !dead, text);
}

static void test_two_who_see_it_down_and_nobody_up(void **state)
{
	check("", false, "seen down by 0 and up by 0");
	check("---", false, "seen down by 0 and up by 0");
	check("d", false, "seen down by 1 (dc1/n0) and up by 0");
	check("-d-", false, "seen down by 1 (dc1/n1) and up by 0");
	check("dd", true, "seen down by 2 (dc1/n0, dc1/n1) and up by 0");
	check("d-dd", true, "seen down by 3 (dc1/n0, dc1/n2, ...) and up by 0");
}

static void test_one_who_sees_it_up_outvotes_all(void **state)
{
	check("u", false, "seen down by 0 and up by 1 (dc1/n0)");
	check("ddduu", false, "seen down by 3 (dc1/n0, dc1/n1, ...) and up by 2 (dc1/n3, ...)");
	check("ud", false, "seen down by 1 (dc1/n1) and up by 1 (dc1/n0)");
}

static void test_the_longest_names_fit(void **state)
{
	char name[DB_NAME], text[4 * DB_NAME];
	struct verdict v = { };

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	verdict_hear(&v, name, VERDICT_DOWN);
	verdict_hear(&v, name, VERDICT_DOWN);
	verdict_text(&v, text, sizeof(text));
	assert_non_null(strstr(text, " and up by 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_who_see_it_down_and_nobody_up),
		cmocka_unit_test(test_one_who_sees_it_up_outvotes_all),
		cmocka_unit_test(test_the_longest_names_fit),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
