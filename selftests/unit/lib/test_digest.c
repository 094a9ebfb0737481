// SPDX-License-Identifier: GPL-2.0
/* SipHash against its authors' vectors, and the hashes of mappings against the kernel's */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/nvo3.h>
#include <string.h>

#include "../../../kernel/selftest/digest_vectors.h"
#include "digest.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(DIGEST_BUCKETS == NVO3_DIGEST_BUCKETS, "the kernel has other buckets");

/* Of the reference implementation: key 00 01 .. 0f, and so many bytes 00 01 02 .. */
static const uint64_t answers[] = {
	0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
	0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
	0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
	0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
	/* This one is in the paper too (appendix A). */
	0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794,
};

static void siphash_known_answers(void **state)
{
	uint8_t key[SIPHASH_KEY_LEN], data[63];
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (i = 0; i < sizeof(data); i++)
		data[i] = i;
	for (i = 0; i < ARRAY_SIZE(answers); i++)
		assert_true(siphash24(key, data, i) == answers[i]);
	/* The longest of its list. */
	assert_true(siphash24(key, data, sizeof(data)) == 0x958a324ceb064572);
}

static size_t addrs_of(const struct digest_vector *v, struct ip_addr *addrs)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };
	size_t i;

	for (i = 0; i < v->count; i++) {
		if (memcmp(v->addr[i], mapped, sizeof(mapped)))
			addrs[i] = ip_addr_from(AF_INET6, v->addr[i]);
		else
			addrs[i] = ip_addr_from(AF_INET, v->addr[i] + sizeof(mapped));
	}
	return v->count;
}

static void as_the_kernel(void **state)
{
	struct ip_addr addrs[4];
	struct mac_addr mac;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(digest_vectors); i++) {
		memcpy(mac.b, digest_vectors[i].mac, 6);
		n = addrs_of(&digest_vectors[i], addrs);
		assert_true(digest_map(&mac, digest_vectors[i].epoch, addrs, n) ==
			    digest_vectors[i].hash);
		assert_int_equal(digest_bucket(&mac), digest_vectors[i].bucket);
	}
}

static void order_of_locators_does_not_count(void **state)
{
	const struct digest_vector *v = &digest_vectors[6];
	struct ip_addr addrs[4], turned[4];
	struct mac_addr mac = {};
	size_t i, by, n = addrs_of(v, addrs);

	memcpy(mac.b, v->mac, 6);
	for (by = 0; by < n; by++) {
		for (i = 0; i < n; i++)
			turned[i] = addrs[(i * 3 + by) % n];
		assert_true(digest_map(&mac, v->epoch, turned, n) == v->hash);
	}
}

static void more_locators_than_a_byte_counts(void **state)
{
	struct ip_addr addrs[DIGEST_ADDRS_MAX + 1] = {};
	struct mac_addr mac = { { 2, 0, 0, 0, 0, 1 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addrs); i++)
		addrs[i] = (struct ip_addr){ AF_INET, { 10, 0, i >> 8, i } };
	assert_true(digest_map(&mac, 1, addrs, DIGEST_ADDRS_MAX + 1) ==
		    digest_map(&mac, 1, addrs, DIGEST_ADDRS_MAX));
	assert_true(digest_map(&mac, 1, addrs, DIGEST_ADDRS_MAX) !=
		    digest_map(&mac, 1, addrs, DIGEST_ADDRS_MAX - 1));
}

static void what_was_added_can_be_taken_away(void **state)
{
	struct digest a = {}, b = {};

	digest_add(&a, UINT64_MAX);
	digest_add(&a, 3);
	assert_true(a.sum == 2 && a.n == 2);
	digest_add(&b, 2);
	/* the same sum over as many is what is equal */
	assert_false(digest_equal(&a, &b));
	digest_add(&b, 0);
	assert_true(digest_equal(&a, &b));
	digest_sub(&a, UINT64_MAX);
	digest_sub(&a, 3);
	assert_true(digest_equal(&a, &(struct digest){}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_known_answers),
		cmocka_unit_test(as_the_kernel),
		cmocka_unit_test(order_of_locators_does_not_count),
		cmocka_unit_test(more_locators_than_a_byte_counts),
		cmocka_unit_test(what_was_added_can_be_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
