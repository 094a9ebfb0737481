/* SPDX-License-Identifier: GPL-2.0 */
/* A guest with an address of each family, its questions, and what is true of every answer */
#ifndef NVO3D_UNIT_ANSWER_BED_H
#define NVO3D_UNIT_ANSWER_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errs.h"
#include "nve/answer.h"

#define MAC { 2, 0, 0, 0, 0, 1 }

static struct subnets subnets;
static struct ip_prefix ips[2];
static struct answer_guest guest = { .vn = { { 0xaa } }, .mac = { MAC }, .ips = ips, .n_ips = 2,
				     .subnets = &subnets, .mtu = 1450 };

static inline struct ip_addr ip(const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_addr_parse(&a, text, NULL), 0);
	return a;
}

static inline int set_up(void **state)
{
	memset(&subnets, 0, sizeof(subnets));
	subnets.n = 2;
	ip_prefix_parse(&subnets.v[0].prefix, "10.1.0.0/24", NULL);
	subnets.v[0].gateway = ip("10.1.0.1");
	subnets.v[0].dns[0] = ip("10.1.0.2");
	subnets.v[0].dns[1] = ip("192.0.2.53");
	subnets.v[0].n_dns = 2;
	ip_prefix_parse(&subnets.v[1].prefix, "fd00:1::/64", NULL);
	subnets.v[1].gateway = ip("fe80::1");
	subnets.v[1].dns[0] = ip("fd00:1::2");
	subnets.v[1].n_dns = 1;
	for (int i = 0; i < 2; i++) {
		strcpy(subnets.v[i].domain, "blue.example");
		subnets.v[i].lease_s = 3600;
		subnet_default_range(&subnets.v[i]);
	}
	assert_int_equal(subnets_check(&subnets, NULL), 0);
	ip_prefix_parse(&ips[0], "10.1.0.5/24", NULL);
	ip_prefix_parse(&ips[1], "fd00:1::5/64", NULL);
	guest.n_ips = 2;
	return 0;
}

/* --- questions */

struct frame {
	uint8_t b[1600];
	size_t len;
};

static inline void set16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void put(struct frame *f, const void *data, size_t len)
{
	memcpy(f->b + f->len, data, len);
	f->len += len;
}

/* --- answers */

static inline uint16_t sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	sum += len ? *p << 8 : 0;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A frame that a guest takes: its lengths and checksums are right, and it is for this guest. */
static inline void check_frame(const struct guest_answer *a)
{
	const uint8_t *ip = a->frame + 14;
	size_t head = 20;

	assert_true((a->frame[0] & 1) || !memcmp(a->frame, (uint8_t[])MAC, 6));
	if (get16(a->frame + 12) == 0x0800) {
		assert_int_equal(get16(ip + 2), a->len - 14);
		assert_int_equal(sum(ip, 20, 0), 0xffff);
		assert_int_equal(sum(ip + 12, 8, 17 + a->len - 34 +
				     sum(ip + 20, a->len - 34, 0)), 0xffff);
	} else {
		head = 40;
		assert_int_equal(get16(ip + 4), a->len - 54);
		assert_int_equal(sum(ip + 8, 32, ip[6] + a->len - 54 +
				     sum(ip + 40, a->len - 54, 0)), 0xffff);
	}
	if (ip[head == 20 ? 9 : 6] == 17)
		assert_int_equal(get16(ip + head + 4), a->len - 14 - head);
}

/*
 * Any prefix of a question is one or none, and with each single byte changed too: nothing breaks,
 * and what is answered is a good frame for this guest.
 */
static inline void cut_and_change(const struct frame *q)
{
	struct guest_answer a;
	struct frame f;
	struct err why;

	for (size_t len = 0; len <= q->len; len++)
		answer(&guest, q->b, len, &a, &why);
	for (size_t at = 0; at < q->len; at++) {
		for (int v = 0; v < 256; v++) {
			f = *q;
			f.b[at] = v;
			if (answer(&guest, f.b, f.len, &a, &why))
				check_frame(&a);
		}
	}
}

#endif
