// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bfd_packet.h"

/* Up, Poll; every field another number. From the picture in RFC 5880, section 4.1 */
static const uint8_t good[BFD_PACKET_LEN] = {
	0x23, 0xe0, 0x05, 24, 0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14,
	0x21, 0x22, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x43, 0x44,
};

static void test_fields(void **state)
{
	struct bfd_packet p;

	assert_int_equal(bfd_packet_decode(&p, good, sizeof(good)), BFD_TAKEN);
	assert_int_equal(p.diag, BFD_DIAG_NEIGHBOR);
	assert_int_equal(p.state, BFD_UP);
	assert_true(p.poll);
	assert_false(p.final || p.independent || p.auth || p.demand || p.multipoint);
	assert_int_equal(p.mult, 5);
	assert_int_equal(p.my, 0x01020304);
	assert_int_equal(p.your, 0x11121314);
	assert_int_equal(p.min_tx, 0x21222324);
	assert_int_equal(p.min_rx, 0x31323334);
	assert_int_equal(p.min_echo, 0x41424344);
}

static void test_encodes_what_it_decodes(void **state)
{
	uint8_t b[BFD_PACKET_LEN], again[BFD_PACKET_LEN];
	struct bfd_packet p;

	memcpy(b, good, sizeof(b));
	/* All states and flags but authentication and multipoint, all reasons */
	for (unsigned int flags = 0; flags < 256; flags++) {
		for (unsigned int diag = 0; diag < 32; diag++) {
			if (flags & 5)
				continue;
			b[0] = 0x20 | diag;
			b[1] = flags;
			assert_int_equal(bfd_packet_decode(&p, b, sizeof(b)), BFD_TAKEN);
			bfd_packet_encode(&p, again);
			assert_memory_equal(b, again, sizeof(b));
		}
	}
}

static const struct refused {
	const char *what;
	size_t len;
	struct {
		uint8_t at, value;
	} change[4];
	enum bfd_refusal why;
} table[] = {
	{ "nothing", 0, {}, BFD_TRUNCATED },
	{ "version 0", 24, { { 0, 0x03 } }, BFD_VERSION },
	{ "version 2", 24, { { 0, 0x43 } }, BFD_VERSION },
	{ "version 7", 24, { { 0, 0xe3 } }, BFD_VERSION },
	{ "another version of one byte", 1, { { 0, 0x43 } }, BFD_VERSION },
	{ "one byte", 1, {}, BFD_TRUNCATED },
	{ "no length field", 3, {}, BFD_TRUNCATED },
	{ "length 0", 24, { { 3, 0 } }, BFD_SHORT },
	{ "length 23", 24, { { 3, 23 } }, BFD_SHORT },
	{ "length 25 and authentication", 26, { { 1, 0xe4 }, { 3, 25 } }, BFD_SHORT },
	{ "length 24 of 23 bytes", 23, {}, BFD_TRUNCATED },
	{ "length 25 of 24 bytes", 24, { { 3, 25 } }, BFD_TRUNCATED },
	{ "length 255", 24, { { 3, 255 } }, BFD_TRUNCATED },
	{ "multiplier 0", 24, { { 2, 0 } }, BFD_NO_MULT },
	{ "multipoint", 24, { { 1, 0xe1 } }, BFD_MULTIPOINT },
	{ "my discriminator 0", 24, { { 4, 0 }, { 5, 0 }, { 6, 0 }, { 7, 0 } }, BFD_NO_MY },
	/* Of several faults the RFC's first one is told */
	{ "version before length", 24, { { 0, 0x43 }, { 3, 0 } }, BFD_VERSION },
	{ "too short before truncated", 20, { { 3, 22 } }, BFD_SHORT },
	{ "truncated before multiplier", 24, { { 3, 25 }, { 2, 0 } }, BFD_TRUNCATED },
	{ "multiplier before multipoint", 24, { { 2, 0 }, { 1, 0xe1 } }, BFD_NO_MULT },
};

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct refused *r = &table[i];
		struct bfd_packet p, before;
		/* No byte beyond the datagram may be read: valgrind and ASan see the end */
		uint8_t *b = malloc(r->len ? r->len : 1);
		uint8_t full[32] = {};

		memcpy(full, good, sizeof(good));
		for (size_t c = 0; c < 4; c++)
			if (r->change[c].at || r->change[c].value)
				full[r->change[c].at] = r->change[c].value;
		memcpy(b, full, r->len);
		memset(&p, 0x5a, sizeof(p));
		before = p;
		if (bfd_packet_decode(&p, b, r->len) != r->why)
			fail_msg("%s: %s", r->what,
				 bfd_refusal_name(bfd_packet_decode(&p, b, r->len)));
		assert_memory_equal(&p, &before, sizeof(p));
		free(b);
	}
}

/* What each single byte does, whatever is put there */
static void test_every_byte(void **state)
{
	for (unsigned int at = 0; at < BFD_PACKET_LEN; at++) {
		for (unsigned int v = 0; v < 256; v++) {
			enum bfd_refusal want = BFD_TAKEN;
			uint8_t b[BFD_PACKET_LEN];
			struct bfd_packet p;

			memcpy(b, good, sizeof(b));
			b[at] = v;
			if (at == 0 && v >> 5 != 1)
				want = BFD_VERSION;
			else if (at == 1 && v & 4)
				want = BFD_SHORT;
			else if (at == 1 && v & 1)
				want = BFD_MULTIPOINT;
			else if (at == 2 && !v)
				want = BFD_NO_MULT;
			else if (at == 3 && v != 24)
				want = v < 24 ? BFD_SHORT : BFD_TRUNCATED;
			if (bfd_packet_decode(&p, b, sizeof(b)) != want)
				fail_msg("byte %u is %u: not %s", at, v, bfd_refusal_name(want));
		}
	}
}

static void test_every_length(void **state)
{
	struct bfd_packet p;

	for (size_t len = 0; len < BFD_PACKET_LEN; len++)
		assert_int_equal(bfd_packet_decode(&p, good, len), BFD_TRUNCATED);
	/* More than the length says is nobody's business */
	for (size_t len = BFD_PACKET_LEN; len < 100; len++) {
		uint8_t b[100] = {};

		memcpy(b, good, sizeof(good));
		assert_int_equal(bfd_packet_decode(&p, b, len), BFD_TAKEN);
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/*
 * A million mutants of length 0 to 40: what is taken holds what the RFC promises, and encodes to
 * the same bytes but for what this end never sends.
 */
static void test_mutants(void **state)
{
	uint64_t seed = 0x1234567890abcdef;
	unsigned int taken = 0;

	for (unsigned int i = 0; i < 1000000; i++) {
		uint8_t b[40] = {}, again[BFD_PACKET_LEN];
		uint64_t r = next_random(&seed);
		size_t len = r & 15 ? BFD_PACKET_LEN + (r >> 4) % 17 : (r >> 4) % 41;
		struct bfd_packet p;

		memcpy(b, good, sizeof(good));
		for (unsigned int n = 1 + (r >> 16) % 3; n; n--) {
			uint64_t m = next_random(&seed);

			b[m % sizeof(b)] = m >> 32;
		}
		if (bfd_packet_decode(&p, b, len) != BFD_TAKEN)
			continue;
		taken++;
		assert_true(p.mult && p.my && !p.multipoint && b[3] <= len);
		bfd_packet_encode(&p, again);
		if (!p.auth && b[3] == BFD_PACKET_LEN)
			assert_memory_equal(b, again, sizeof(again));
	}
	/* Else nothing was tried */
	assert_in_range(taken, 100000, 999999);
}

static void test_words(void **state)
{
	for (unsigned int i = 0; i < 256; i++) {
		assert_non_null(bfd_state_name(i));
		assert_non_null(bfd_diag_name(i));
	}
	for (int i = 0; i < __BFD_REFUSAL_MAX; i++)
		assert_non_null(bfd_refusal_name(i));
	assert_string_equal(bfd_diag_name(BFD_DIAG_EXPIRED), "nothing heard in the detection time");
	assert_string_equal(bfd_state_name(BFD_UP), "up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_encodes_what_it_decodes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
