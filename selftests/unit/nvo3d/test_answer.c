// SPDX-License-Identifier: GPL-2.0
/* What guests are told of their IPv4 addresses, and whom they are not told of. */
#include "answer_bed.h"

/* --- questions */

static void head4(struct frame *f)
{
	static const uint8_t head[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255,
		0, 68, 0, 67, 0, 0, 0, 0,
	};

	memset(f, 0, sizeof(*f));
	put(f, head, sizeof(head));
}

static void end4(struct frame *f)
{
	set16(f->b + 16, f->len - 14);
	set16(f->b + 38, f->len - 34);
}

/* A message of this type, and its end is open for more options */
static void bootp(struct frame *f, uint8_t type)
{
	uint8_t head[240] = { 1, 1, 6, 0, 1, 2, 3, 4 };

	memcpy(head + 28, (uint8_t[])MAC, 6);
	memcpy(head + 236, "\x63\x82\x53\x63", 4);
	head4(f);
	put(f, head, sizeof(head));
	put(f, (uint8_t[]){ 53, 1, type }, 3);
}

static void option(struct frame *f, uint8_t code, const void *data, uint8_t len)
{
	put(f, (uint8_t[]){ code, len }, 2);
	put(f, data, len);
}

static void option_ip(struct frame *f, uint8_t code, const char *addr)
{
	struct ip_addr a = ip(addr);

	option(f, code, a.b, 4);
}

static bool ask(struct frame *f, struct guest_answer *ret, struct err *why)
{
	put(f, "\xff", 1);
	end4(f);
	return answer(&guest, f->b, f->len, ret, why);
}

/* --- answers */

/* The option of a DHCPv4 answer, its length in *len; NULL: it has none */
static const uint8_t *told(const struct guest_answer *a, uint8_t code, size_t *len)
{
	const uint8_t *p = a->frame + 42 + 240, *end = a->frame + a->len;

	while (p < end && *p != 255) {
		if (*p == code) {
			*len = p[1];
			return p + 2;
		}
		p += *p ? 2 + p[1] : 1;
	}
	assert_true(p < end);
	return NULL;
}

static void assert_told(const struct guest_answer *a, uint8_t code, const void *data, size_t size)
{
	size_t len = 0;
	const uint8_t *p = told(a, code, &len);

	if (!p)
		fail_msg("option %u is missing", code);
	assert_int_equal(len, size);
	assert_memory_equal(p, data, size);
}

static void assert_type(const struct guest_answer *a, uint8_t type)
{
	check_frame(a);
	assert_true(a->len - 42 >= 300 && a->len - 42 <= 548);
	assert_memory_equal(a->frame + 42, "\2\1\6\0\1\2\3\4", 8);
	assert_told(a, 53, &type, 1);
	assert_told(a, 54, "\x0a\1\0\1", 4);
}

static void offered(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	size_t len;

	bootp(&f, 1);
	option(&f, 61, "\1\2\0\0\0\0\1", 7);
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 2);
	assert_memory_equal(a.frame, ((uint8_t[])MAC), 6);
	assert_memory_equal(a.frame + 30, "\x0a\1\0\5", 4);
	assert_memory_equal(a.frame + 42 + 16, "\x0a\1\0\5", 4);
	assert_told(&a, 1, "\xff\xff\xff\0", 4);
	assert_told(&a, 3, "\x0a\1\0\1", 4);
	assert_told(&a, 6, "\x0a\1\0\2\xc0\0\2\x35", 8);
	assert_told(&a, 15, "blue.example", 12);
	assert_told(&a, 26, "\5\xaa", 2);
	assert_told(&a, 51, "\0\0\x0e\x10", 4);
	assert_told(&a, 58, "\0\0\7\x08", 4);
	assert_told(&a, 59, "\0\0\x0c\x4e", 4);
	assert_told(&a, 61, "\1\2\0\0\0\0\1", 7);
	assert_null(told(&a, 121, &len));
	/* Who cannot be reached yet by its address says so */
	bootp(&f, 1);
	f.b[42 + 10] = 0x80;
	assert_true(ask(&f, &a, &why));
	assert_memory_equal(a.frame, "\xff\xff\xff\xff\xff\xff", 6);
	assert_memory_equal(a.frame + 30, "\xff\xff\xff\xff", 4);
	/* At once */
	bootp(&f, 1);
	option(&f, 80, "", 0);
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 5);
	assert_told(&a, 80, "", 0);
}

static void requested(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;

	bootp(&f, 3);				/* selecting */
	option_ip(&f, 50, "10.1.0.5");
	option_ip(&f, 54, "10.1.0.1");
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 5);
	assert_string_equal(why.text, "");
	bootp(&f, 3);				/* after a reboot */
	option_ip(&f, 50, "10.1.0.5");
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 5);
	bootp(&f, 3);				/* renewing */
	memcpy(f.b + 42 + 12, "\x0a\1\0\5", 4);
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 5);
	assert_memory_equal(a.frame + 30, "\x0a\1\0\5", 4);
}

/* Somebody else's address is refused, to all who may have it. */
static void refused(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	size_t len;

	bootp(&f, 3);
	option_ip(&f, 50, "10.1.0.6");
	option_ip(&f, 54, "10.1.0.1");
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 6);
	assert_string_equal(why.text, "asked for 10.1.0.6, and has 10.1.0.5");
	assert_memory_equal(a.frame + 42 + 16, "\0\0\0\0", 4);
	assert_memory_equal(a.frame, "\xff\xff\xff\xff\xff\xff", 6);
	assert_null(told(&a, 51, &len));
	assert_null(told(&a, 1, &len));
	bootp(&f, 3);				/* renewing */
	memcpy(f.b + 42 + 12, "\x0a\1\0\6", 4);
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 6);
	bootp(&f, 3);				/* its own for itself, with another's */
	memcpy(f.b + 42 + 12, "\x0a\1\0\6", 4);
	option_ip(&f, 50, "10.1.0.5");
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 6);
}

static void silent(struct frame *f, const char *says)
{
	struct guest_answer a;
	struct err why;

	assert_false(ask(f, &a, &why));
	if (!strstr(why.text, says))
		fail_msg("\"%s\" does not say \"%s\"", why.text, says);
}

static void not_answered(void **state)
{
	struct frame f;

	bootp(&f, 3);
	option_ip(&f, 50, "10.1.0.5");
	option_ip(&f, 54, "10.1.0.9");
	silent(&f, "another server");
	bootp(&f, 3);
	silent(&f, "no address");
	bootp(&f, 1);
	f.b[42 + 28 + 5] = 9;
	silent(&f, "another MAC");
	bootp(&f, 1);
	f.b[11] = 9;
	silent(&f, "another MAC");
	bootp(&f, 1);
	f.b[42 + 24] = 10;
	silent(&f, "relay");
	bootp(&f, 4);
	silent(&f, "declines");
	bootp(&f, 7);
	silent(&f, "");
	bootp(&f, 8);
	memcpy(f.b + 42 + 12, "\x0a\1\0\6", 4);
	silent(&f, "not its own");
	bootp(&f, 2);
	silent(&f, "type 2");
	bootp(&f, 9);
	silent(&f, "message type");
	bootp(&f, 1);
	f.b[42] = 2;
	silent(&f, "not a request");
	bootp(&f, 1);
	f.b[42 + 236] = 0;
	silent(&f, "BOOTP");
	bootp(&f, 1);
	option(&f, 50, "\1\2\3", 3);
	silent(&f, "option 50 with 3 bytes");
	bootp(&f, 1);
	put(&f, "\x0c\xff", 2);
	silent(&f, "runs over the end");
	/* Nothing to tell */
	guest.n_ips = 0;
	bootp(&f, 1);
	silent(&f, "");
}

static void informed(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	size_t len;

	bootp(&f, 8);
	memcpy(f.b + 42 + 12, "\x0a\1\0\5", 4);
	assert_true(ask(&f, &a, &why));
	assert_type(&a, 5);
	assert_memory_equal(a.frame + 42 + 16, "\0\0\0\0", 4);
	assert_null(told(&a, 51, &len));
	assert_told(&a, 15, "blue.example", 12);
}

/* The gateway of a host route is beside it: it takes a route to be reached. */
static void host_route(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;

	ip_prefix_parse(&subnets.v[0].prefix, "10.1.0.5/32", NULL);
	subnet_default_range(&subnets.v[0]);
	bootp(&f, 1);
	assert_true(ask(&f, &a, &why));
	assert_told(&a, 1, "\xff\xff\xff\xff", 4);
	assert_told(&a, 121, "\x20\x0a\1\0\1\0\0\0\0\0\x0a\1\0\1", 14);
}

static void no_gateway(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	size_t len;

	subnets.v[0].gateway.family = 0;
	bootp(&f, 1);
	assert_true(ask(&f, &a, &why));
	check_frame(&a);
	assert_null(told(&a, 3, &len));
	assert_told(&a, 54, "\x0a\1\0\xfe", 4);
}

static void cut_and_changed(void **state)
{
	struct frame f;

	bootp(&f, 1);
	option(&f, 61, "\1\2\0\0\0\0\1", 7);
	put(&f, "\xff", 1);
	end4(&f);
	cut_and_change(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(offered, set_up),
		cmocka_unit_test_setup(requested, set_up),
		cmocka_unit_test_setup(refused, set_up),
		cmocka_unit_test_setup(not_answered, set_up),
		cmocka_unit_test_setup(informed, set_up),
		cmocka_unit_test_setup(host_route, set_up),
		cmocka_unit_test_setup(no_gateway, set_up),
		cmocka_unit_test_setup(cut_and_changed, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
