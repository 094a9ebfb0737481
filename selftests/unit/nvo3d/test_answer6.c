// SPDX-License-Identifier: GPL-2.0
/* What guests are told by DHCPv6 and router advertisements, and what they are not. */
#include "answer_bed.h"

static void head6(struct frame *f, uint8_t next, const char *to)
{
	struct ip_addr from = ip("fe80::ff:fe00:1"), dst = ip(to);
	uint8_t head[54] = { 0x33, 0x33, 0, 1, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60 };

	head[20] = next;
	head[21] = 255;
	memcpy(head + 22, from.b, 16);
	memcpy(head + 38, dst.b, 16);
	memset(f, 0, sizeof(*f));
	put(f, head, sizeof(head));
}

static void end6(struct frame *f)
{
	set16(f->b + 18, f->len - 54);
	if (f->b[20] == 17)
		set16(f->b + 58, f->len - 54);
}

static void option6(struct frame *f, uint16_t code, const void *data, uint16_t len)
{
	uint8_t head[4] = { code >> 8, code, len >> 8, len };

	put(f, head, sizeof(head));
	put(f, data, len);
}

static const uint8_t server_id[18] = { 0, 4, 0xaa }, client_id[10] = { 0, 3, 0, 1, 2, [9] = 1 };

static void message6(struct frame *f, uint8_t type, bool server)
{
	head6(f, 17, "ff02::1:2");
	put(f, (uint8_t[]){ 2, 34, 2, 35, 0, 0, 0, 0, type, 7, 8, 9 }, 12);
	option6(f, 1, client_id, sizeof(client_id));
	if (server)
		option6(f, 2, server_id, sizeof(server_id));
}

/* An association for addresses, with one or none */
static void ia(struct frame *f, uint16_t kind, uint8_t id, const char *addr)
{
	uint8_t data[12 + 28] = { 0, 0, 0, id };

	set16(data + 12, 5);
	set16(data + 14, 24);
	if (addr) {
		struct ip_addr a = ip(addr);

		memcpy(data + 16, a.b, 16);
	}
	option6(f, kind, data, addr ? sizeof(data) : 12);
}

/* The option number @nth of this code, in an answer or within another option */
static const uint8_t *find6(const uint8_t *p, const uint8_t *end, uint16_t code, int nth,
			    size_t *len)
{
	while (end - p >= 4) {
		*len = get16(p + 2);
		assert_true((size_t)(end - p - 4) >= *len);
		if (get16(p) == code && !nth--)
			return p + 4;
		p += 4 + *len;
	}
	assert_ptr_equal(p, end);
	return NULL;
}

static const uint8_t *told6(const struct guest_answer *a, uint16_t code, int nth, size_t *len)
{
	return find6(a->frame + 66, a->frame + a->len, code, nth, len);
}

static bool ask6(struct frame *f, struct guest_answer *a, struct err *why)
{
	end6(f);
	return answer(&guest, f->b, f->len, a, why);
}

static void assert_type6(const struct guest_answer *a, uint8_t type)
{
	const uint8_t *p;
	size_t len;

	check_frame(a);
	assert_memory_equal(a->frame + 54, "\2\x23\2\x22", 4);
	assert_int_equal(a->frame[62], type);
	assert_memory_equal(a->frame + 63, "\7\x08\x09", 3);
	p = told6(a, 2, 0, &len);
	assert_int_equal(len, sizeof(server_id));
	assert_memory_equal(p, server_id, len);
	p = told6(a, 1, 0, &len);
	assert_int_equal(len, sizeof(client_id));
	assert_memory_equal(p, client_id, len);
}

/* Association number @nth has the placed address, and nothing else lives in it. */
static void assert_given(const struct guest_answer *a, int nth)
{
	struct ip_addr placed = ip("fd00:1::5");
	size_t len, addr_len;
	const uint8_t *p = told6(a, 3, nth, &len), *addr;
	bool given = false;

	assert_non_null(p);
	for (int i = 0; (addr = find6(p + 12, p + len, 5, i, &addr_len)); i++) {
		if (!memcmp(addr, placed.b, 16))
			given = get32(addr + 16) == 3600 && get32(addr + 20) == 3600;
		else
			assert_int_equal(get32(addr + 16) | get32(addr + 20), 0);
	}
	assert_true(given);
}

static void assert_status(const uint8_t *p, const uint8_t *end, uint16_t status)
{
	size_t len;

	p = find6(p, end, 13, 0, &len);
	assert_non_null(p);
	assert_int_equal(get16(p), status);
}

static void solicited6(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	const uint8_t *p;
	size_t len;

	message6(&f, 1, false);
	ia(&f, 3, 1, NULL);
	ia(&f, 3, 2, NULL);
	ia(&f, 25, 3, NULL);
	option6(&f, 4, "\0\0\0\4", 4);
	assert_true(ask6(&f, &a, &why));
	assert_type6(&a, 2);
	assert_given(&a, 0);
	p = told6(&a, 3, 1, &len);
	assert_status(p + 12, p + len, 2);
	p = told6(&a, 25, 0, &len);
	assert_status(p + 12, p + len, 6);
	p = told6(&a, 4, 0, &len);
	assert_status(p + 4, p + len, 2);
	p = told6(&a, 23, 0, &len);
	assert_int_equal(len, 16);
	assert_memory_equal(p, ip("fd00:1::2").b, 16);
	p = told6(&a, 24, 0, &len);
	assert_int_equal(len, 14);
	assert_memory_equal(p, "\4blue\7example", 14);
	assert_non_null(told6(&a, 7, 0, &len));
	assert_null(told6(&a, 14, 0, &len));
	message6(&f, 1, false);
	ia(&f, 3, 1, NULL);
	option6(&f, 14, "", 0);
	assert_true(ask6(&f, &a, &why));
	assert_type6(&a, 7);
	assert_given(&a, 0);
	assert_non_null(told6(&a, 14, 0, &len));
}

static void requested6(void **state)
{
	static const uint8_t types[] = { 3, 5, 6 };
	struct guest_answer a;
	struct frame f;
	struct err why;

	for (size_t i = 0; i < sizeof(types); i++) {
		message6(&f, types[i], types[i] != 6);
		ia(&f, 3, 1, i ? "fd00:1::6" : "fd00:1::5");
		assert_true(ask6(&f, &a, &why));
		assert_type6(&a, 7);
		assert_given(&a, 0);
	}
}

static void confirmed6(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;

	message6(&f, 4, false);
	ia(&f, 3, 1, "fd00:1::5");
	assert_true(ask6(&f, &a, &why));
	assert_type6(&a, 7);
	assert_status(a.frame + 66, a.frame + a.len, 0);
	message6(&f, 4, false);
	ia(&f, 3, 1, "fd00:1::6");
	assert_true(ask6(&f, &a, &why));
	assert_status(a.frame + 66, a.frame + a.len, 4);
	message6(&f, 4, false);
	ia(&f, 3, 1, NULL);
	assert_false(ask6(&f, &a, &why));
}

static void others6(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	size_t len;

	message6(&f, 11, false);		/* information */
	assert_true(ask6(&f, &a, &why));
	assert_type6(&a, 7);
	assert_null(told6(&a, 3, 0, &len));
	assert_non_null(told6(&a, 23, 0, &len));
	for (uint8_t type = 8; type <= 9; type++) {	/* release, decline */
		message6(&f, type, true);
		ia(&f, 3, 1, "fd00:1::5");
		assert_true(ask6(&f, &a, &why));
		assert_type6(&a, 7);
		assert_status(a.frame + 66, a.frame + a.len, 0);
	}
	assert_non_null(strstr(why.text, "declines"));
}

static void silent6(struct frame *f, const char *says)
{
	struct guest_answer a;
	struct err why;

	assert_false(ask6(f, &a, &why));
	if (!strstr(why.text, says))
		fail_msg("\"%s\" does not say \"%s\"", why.text, says);
}

static void not_answered6(void **state)
{
	struct frame f;

	message6(&f, 3, false);
	silent6(&f, "another server");
	message6(&f, 1, true);
	silent6(&f, "where none may be");
	message6(&f, 12, false);		/* of a relay */
	silent6(&f, "type 12");
	message6(&f, 2, false);			/* of a server */
	silent6(&f, "type 2");
	message6(&f, 11, false);
	ia(&f, 3, 1, NULL);
	silent6(&f, "information and addresses");
	message6(&f, 1, false);
	option6(&f, 1, client_id, sizeof(client_id));
	silent6(&f, "second DUID");
	message6(&f, 1, false);
	option6(&f, 3, "abc", 3);
	silent6(&f, "cut short");
	message6(&f, 1, false);
	put(&f, "\0\3\xff\xff", 4);
	silent6(&f, "runs over the end");
	message6(&f, 1, false);
	f.b[53] = 3;
	silent6(&f, "to all servers");
	message6(&f, 1, false);
	f.b[22] = 0xfd;
	silent6(&f, "from the link");
	guest.n_ips = 1;			/* IPv4 alone */
	message6(&f, 1, false);
	silent6(&f, "");
}

/* --- router advertisements */

static void solicit(struct frame *f)
{
	head6(f, 58, "ff02::2");
	put(f, "\x85\0\0\0\0\0\0\0\1\1\2\0\0\0\0\1", 16);
}

/* Option of an advertisement; its length in bytes */
static const uint8_t *nd_told(const struct guest_answer *a, uint8_t code, size_t *len)
{
	const uint8_t *p = a->frame + 54 + 16, *end = a->frame + a->len;

	for (; p < end; p += *len) {
		*len = p[1] * 8;
		assert_true(*len && *len <= (size_t)(end - p));
		if (*p == code)
			return p;
	}
	assert_ptr_equal(p, end);
	return NULL;
}

static void advertised(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;
	const uint8_t *p;
	size_t len;

	solicit(&f);
	assert_true(ask6(&f, &a, &why));
	check_frame(&a);
	assert_memory_equal(a.frame + 22, ip("fe80::1").b, 16);
	assert_memory_equal(a.frame + 38, ip("fe80::ff:fe00:1").b, 16);
	assert_int_equal(a.frame[21], 255);
	assert_memory_equal(a.frame + 54, "\x86\0", 2);
	assert_memory_equal(a.frame + 54 + 4, "\x40\xc0\7\x08\0\0\0\0\0\0\0\0", 12);
	p = nd_told(&a, 3, &len);
	assert_memory_equal(p, "\3\4\x40\x80\0\0\x0e\x10\0\0\x0e\x10\0\0\0\0", 16);
	assert_memory_equal(p + 16, subnets.v[1].prefix.addr.b, 16);
	p = nd_told(&a, 5, &len);
	assert_int_equal(get32(p + 4), 1450);
	p = nd_told(&a, 25, &len);
	assert_int_equal(len, 24);
	assert_memory_equal(p + 8, ip("fd00:1::2").b, 16);
	p = nd_told(&a, 31, &len);
	assert_int_equal(len, 24);
	assert_memory_equal(p + 8, "\4blue\7example", 14);
	/* The source link-layer address would be a lie */
	assert_null(nd_told(&a, 1, &len));
}

static void advertised_to_all(void **state)
{
	struct guest_answer a;
	struct frame f;
	struct err why;

	solicit(&f);				/* without an address, and its option */
	memset(f.b + 22, 0, 16);
	f.len -= 8;
	assert_true(ask6(&f, &a, &why));
	check_frame(&a);
	assert_memory_equal(a.frame, "\x33\x33\0\0\0\1", 6);
	assert_memory_equal(a.frame + 38, ip("ff02::1").b, 16);
	assert_true(answer_advertise(&guest, &a));
	check_frame(&a);
	/* No router, so nobody is one */
	subnets.v[1].gateway.family = 0;
	assert_true(answer_advertise(&guest, &a));
	check_frame(&a);
	assert_int_equal(get16(a.frame + 54 + 6), 0);
	assert_memory_equal(a.frame + 22, ip("fe80::6e:76ff:fe6f:3301").b, 16);
	guest.n_ips = 1;
	assert_false(answer_advertise(&guest, &a));
}

static void solicitations_that_are_none(void **state)
{
	struct frame f;

	solicit(&f);
	f.b[21] = 64;
	silent6(&f, "beyond the link");
	solicit(&f);
	f.b[54 + 9] = 0;
	silent6(&f, "malformed option");
	solicit(&f);
	f.b[54 + 9] = 2;
	silent6(&f, "runs over the end");
	solicit(&f);
	memset(f.b + 22, 0, 16);
	silent6(&f, "of nobody");
	solicit(&f);
	f.b[54] = 134;
	silent6(&f, "neither DHCPv6");
	solicit(&f);
	f.len -= 9;
	silent6(&f, "neither DHCPv6");
}

static void cut_and_changed(void **state)
{
	struct frame f;

	message6(&f, 1, false);
	ia(&f, 3, 1, "fd00:1::6");
	end6(&f);
	cut_and_change(&f);
	solicit(&f);
	end6(&f);
	cut_and_change(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(solicited6, set_up),
		cmocka_unit_test_setup(requested6, set_up),
		cmocka_unit_test_setup(confirmed6, set_up),
		cmocka_unit_test_setup(others6, set_up),
		cmocka_unit_test_setup(not_answered6, set_up),
		cmocka_unit_test_setup(advertised, set_up),
		cmocka_unit_test_setup(advertised_to_all, set_up),
		cmocka_unit_test_setup(solicitations_that_are_none, set_up),
		cmocka_unit_test_setup(cut_and_changed, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
