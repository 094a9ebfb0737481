// SPDX-License-Identifier: GPL-2.0
/* Where a store in etcd is: what is taken, and the sentence for what is not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etcd_url.h"

static void test_all_of_it(void **state)
{
	struct etcd_url url;

	assert_int_equal(etcd_url_parse(&url, "http://127.0.0.1:2379?prefix=/a", NULL), 0);
	assert_int_equal(url.n_endpoints, 1);
	assert_string_equal(url.endpoints[0], "http://127.0.0.1:2379");
	assert_string_equal(url.prefix, "/a");
	assert_int_equal(url.lease_s, 10);
	assert_int_equal(url.keep, 10000);
	assert_int_equal(url.quota_mib, 2048);
	assert_null(url.ca);
	etcd_url_uninit(&url);

	assert_int_equal(etcd_url_parse(&url, "https://a:1,https://[fd00::1]:2379?ca=/c&cert=/d.pem&key=/e=f&prefix=/nvo3/dc1&lease=3600&keep=0&quota=0", NULL), 0);
	assert_int_equal(url.n_endpoints, 2);
	assert_string_equal(url.endpoints[1], "https://[fd00::1]:2379");
	assert_string_equal(url.ca, "/c");
	assert_string_equal(url.cert, "/d.pem");
	assert_string_equal(url.key, "/e=f");
	assert_int_equal(url.lease_s, 3600);
	assert_int_equal(url.keep, 0);
	assert_int_equal(url.quota_mib, 0);
	etcd_url_uninit(&url);
}

static void refuse(const char *text, const char *sentence)
{
	struct etcd_url url;
	struct err err;

	assert_int_equal(etcd_url_parse(&url, text, &err), -EINVAL);
	assert_string_equal(err.text, sentence);
	assert_null(url.text);
}

static void test_refused(void **state)
{
	refuse("", "etcd: \"\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("127.0.0.1:2379?prefix=/a",
	       "etcd: \"127.0.0.1:2379\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a?prefix=/a", "etcd: \"http://a\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a:0?prefix=/a",
	       "etcd: \"http://a:0\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a:1x?prefix=/a",
	       "etcd: \"http://a:1x\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a:1,?prefix=/a", "etcd: \"\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a:1/v3?prefix=/a",
	       "etcd: \"http://a:1/v3\": must be http://HOST:PORT or https://HOST:PORT");
	refuse("http://a:1", "etcd: prefix=/NAME is missing");
	refuse("http://a:1?prefix=a", "etcd: prefix=a: must be a slash and 1 to 127 bytes, without one at the end");
	refuse("http://a:1?prefix=/a/", "etcd: prefix=/a/: must be a slash and 1 to 127 bytes, without one at the end");
	refuse("http://a:1?prefix", "etcd: \"prefix\": must be KEY=VALUE");
	refuse("http://a:1?prefix=/a&lease=1", "etcd: lease=1: must be a number from 2 to 3600");
	refuse("http://a:1?prefix=/a&lease=0", "etcd: lease=0: too short");
	refuse("http://a:1?prefix=/a&quota=9", "etcd: quota=9: must be a number from 32 to 1000000");
	refuse("http://a:1?prefix=/a&keep=9x", "etcd: keep=9x: must be a number from 100 to 1000000000");
	refuse("http://a:1?prefix=/a&user=b",
	       "etcd: \"user\": must be prefix, lease, keep, quota, ca, cert or key");
	refuse("https://a:1?prefix=/a&cert=b", "etcd: cert= and key= come together");
	refuse("https://a:1,http://b:1?prefix=/a&ca=c",
	       "etcd: http://b:1: certificates are for https");
	refuse("http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1,http://a:1?prefix=/a", "etcd: more than 16 endpoints");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
