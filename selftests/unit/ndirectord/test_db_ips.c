// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"

static const char *const texts[DB_IPS] = {
	"10.0.0.1/0", "fd00::1/128", "10.0.0.2/32", "fd00::2/0", "fd00::3/64", "192.0.2.1/24",
	"fd00::4/127", "10.0.0.3/8",
};

static struct db_ips first(int n)
{
	struct db_ips ips = { };
	struct ip_prefix ip;

	for (int i = 0; i < n; i++) {
		ip = fix_ip(texts[i]);
		db_ips_add(&ips, &ip);
	}
	return ips;
}

static void test_what_goes_in_comes_out(void **state)
{
	char text[IP_PREFIX_STRLEN];
	struct ip_prefix ip;
	struct db_ips ips;
	size_t at, len;
	int n, i;

	for (n = 0; n <= DB_IPS; n++) {
		ips = first(n);
		assert_int_equal(ips.n, n);
		at = 0;
		for (i = 0; db_ips_next(&ips, &at, &ip); i++)
			assert_string_equal(ip_prefix_format(&ip, text), texts[i]);
		assert_int_equal(i, n);
	}
	for (i = 0; i < DB_IPS; i++) {
		ip = fix_ip(texts[i]);
		assert_memory_equal(db_ips_at(&ips, i, &len), ip.addr.b, ip_addr_len(&ip.addr));
		assert_int_equal(len, ip_addr_len(&ip.addr));
	}
	assert_int_equal(db_ips_size(&ips), 1 + 4 * 5 + 4 * 17);
}

/* In a block of its size there is nothing behind the last one: ASan sees a byte too far. */
static void test_only_what_is_used_is_looked_at(void **state)
{
	struct db_ips ips = first(3), *kept = malloc(db_ips_size(&ips));
	struct ip_prefix ip;
	size_t at = 0;
	int n = 0;

	memcpy(kept, &ips, db_ips_size(&ips));
	while (db_ips_next(kept, &at, &ip))
		n++;
	assert_int_equal(n, 3);
	assert_true(db_ips_equal(kept, &ips));
	free(kept);
}

static void test_equal(void **state)
{
	struct db_ips a = first(2), b = first(2), c = first(3), none = { };
	struct ip_prefix ip = fix_ip("10.0.0.2/31");

	assert_true(db_ips_equal(&a, &b));
	assert_false(db_ips_equal(&a, &c));
	db_ips_add(&a, &ip);
	assert_false(db_ips_equal(&a, &c));
	assert_true(db_ips_equal(&none, &none));
	assert_false(db_ips_equal(&none, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_goes_in_comes_out),
		cmocka_unit_test(test_only_what_is_used_is_looked_at),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests_name("db_ips", tests, NULL, NULL);
}
