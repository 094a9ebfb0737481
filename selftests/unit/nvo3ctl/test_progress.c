// SPDX-License-Identifier: GPL-2.0
/* The bar: what is in it, and who gets to see one. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

#define FIRST	"\r[###############...............]  1 of 2\033[K"
#define SECOND	"\r[##############################]  2 of 2  1 failed\033[K"

static void test_text(void **state)
{
	char text[PROGRESS_LEN];

	assert_string_equal(progress_text(text, 0, 0, 4),
			    "[..............................]  0 of 4");
	assert_string_equal(progress_text(text, 1, 0, 2),
			    "[###############...............]  1 of 2");
	assert_string_equal(progress_text(text, 4, 3, 4),
			    "[##############################]  4 of 4  3 failed");
	/* whatever a server says */
	assert_string_equal(progress_text(text, 9, 0, 4),
			    "[##############################]  9 of 4");
	assert_string_equal(progress_text(text, -9, 0, 4),
			    "[..............................]  -9 of 4");
	assert_string_equal(progress_text(text, 0, 0, 0),
			    "[..............................]  0 of 0");
}

static void test_nothing_but_on_a_terminal(void **state)
{
	struct progress p = { 0 };
	size_t len;
	char *out;

	p.out = open_memstream(&out, &len);
	progress_show(&p, 1, 0, 4);
	progress_end(&p);
	fclose(p.out);
	assert_string_equal(out, "");
	free(out);
}

static void test_on_a_terminal(void **state)
{
	struct progress p = { 0 };
	char text[512] = "";
	int master, slave;
	ssize_t n;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master) || unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	p.out = fdopen(slave, "w");
	progress_show(&p, 1, 0, 2);
	/* the same is not drawn again */
	progress_show(&p, 1, 0, 2);
	progress_show(&p, 2, 1, 2);
	progress_end(&p);
	fflush(p.out);
	/* it may come in pieces */
	while (!strchr(text, '\n')) {
		n = read(master, text + strlen(text), sizeof(text) - 1 - strlen(text));
		assert_true(n > 0);
	}
	assert_string_equal(text, FIRST SECOND "\r\n");
	fclose(p.out);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_nothing_but_on_a_terminal),
		cmocka_unit_test(test_on_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
