// SPDX-License-Identifier: GPL-2.0
/* Guests that are emulated, and QEMUs that may copy these while they run */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vserver/emulator.h"

static void test_the_domain_says_it(void **state)
{
	assert_true(emulator_is("<domain type='qemu' id='3'>\n<name>a</name>"));
	assert_true(emulator_is("<domain id='3' type=\"qemu\">"));
	assert_false(emulator_is("<domain type='kvm' id='3'><disk type='qemu'/>"));
	assert_false(emulator_is("<domain type='qemu-x'>"));
	assert_false(emulator_is("<domain type='test'>"));
	assert_false(emulator_is("<domain id='3'><disk type='qemu'/>"));
	assert_false(emulator_is("<domain type='qemu"));
	assert_false(emulator_is(""));
}

static void test_only_a_version_that_is_known_to(void **state)
{
	assert_false(emulator_marks_pages("7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\r\n"));
	assert_false(emulator_marks_pages("8.2.10\r\n"));
	assert_true(emulator_marks_pages("9.0.0\r\n"));
	assert_true(emulator_marks_pages("10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\r\n"));
	assert_false(emulator_marks_pages("unknown command: 'info version'"));
	assert_false(emulator_marks_pages(""));
	assert_false(emulator_marks_pages(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_domain_says_it),
		cmocka_unit_test(test_only_a_version_that_is_known_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
