// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/map_columns.h"
#include "lib/mem.h"

enum { MAPS = 20 };

/* A mapping with what it points to. */
struct made {
	uint8_t mac[6], ip[4];
	Nvo3__IpPrefix prefix, *prefixes;
	Nvo3__Mapping m;
};

static struct made made[MAPS];
static Nvo3__Member nves[2];
static uint8_t locator[4] = { 192, 0, 2, 1 };
static ProtobufCBinaryData locators = { 4, locator };

static void make(void)
{
	for (int i = 0; i < MAPS; i++) {
		struct made *m = &made[i];

		*m = (struct made){ .mac = { 2, 0, 0, 0, 1, i }, .ip = { 10, 0, 0, i } };
		nvo3__ip_prefix__init(&m->prefix);
		m->prefix.addr = (ProtobufCBinaryData){ 4, m->ip };
		m->prefix.len = 24;
		m->prefixes = &m->prefix;
		nvo3__mapping__init(&m->m);
		m->m.mac = (ProtobufCBinaryData){ 6, m->mac };
		m->m.ips = &m->prefixes;
		m->m.n_ips = 1;
		/* up and down, and around the end of the numbers */
		m->m.epoch = (i % 3 ? 1000 : UINT64_MAX) - i;
	}
	for (int i = 0; i < 2; i++) {
		nvo3__member__init(&nves[i]);
		nves[i].nve = i ? "dc1/two" : "dc1/one";
		nves[i].stale = i;
		nves[i].locators = &locators;
		nves[i].n_locators = 1;
	}
}

/* As it comes out at the other end; @alternate: behind both by turns. */
static Nvo3__MapUpdate *sent(bool alternate)
{
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT, *ret;
	struct map_columns *c = map_columns_new(MAPS);
	uint8_t *data;
	size_t len;

	make();
	assert_int_equal(map_columns_nve(c, &nves[0]), 0);
	assert_int_equal(map_columns_nve(c, &nves[1]), 1);
	for (int i = 0; i < MAPS; i++)
		map_columns_add(c, &made[i].m, alternate && i > 2 ? i % 2 : 0);
	u.columns = &c->m;
	data = mem_check(malloc(nvo3__map_update__get_packed_size(&u)));
	len = nvo3__map_update__pack(&u, data);
	ret = nvo3__map_update__unpack(NULL, len, data);
	assert_non_null(ret);
	free(data);
	map_columns_free(c);
	return ret;
}

static void expect(const Nvo3__Mapping *m, int i, bool second)
{
	assert_int_equal(m->mac.len, 6);
	assert_memory_equal(m->mac.data, made[i].mac, 6);
	assert_int_equal(m->n_ips, 1);
	assert_int_equal(m->ips[0]->len, 24);
	assert_memory_equal(m->ips[0]->addr.data, made[i].ip, 4);
	assert_true(m->epoch == made[i].m.epoch);
	assert_string_equal(m->nve, second ? "dc1/two" : "dc1/one");
	assert_int_equal(m->stale, second);
	assert_int_equal(m->n_locators, 1);
	assert_memory_equal(m->locators[0].data, locator, 4);
}

static void test_what_goes_in_comes_out(void **state)
{
	Nvo3__MapUpdate rows, *u;
	struct err err;
	void *room;

	for (int alternate = 0; alternate < 2; alternate++) {
		u = sent(alternate);
		assert_int_equal(u->columns->n_nve, alternate ? MAPS : 0);
		assert_int_equal(map_columns_spread(u, &rows, &room, &err), 0);
		assert_int_equal(rows.n_set, MAPS);
		assert_null(rows.columns);
		for (int i = 0; i < MAPS; i++)
			expect(rows.set[i], i, alternate && i > 2 && i % 2);
		free(room);
		nvo3__map_update__free_unpacked(u, NULL);
	}
}

static void test_rows_stay_before_columns(void **state)
{
	Nvo3__Mapping row = NVO3__MAPPING__INIT, *set = &row;
	Nvo3__MapUpdate rows, *u = sent(true);
	struct err err;
	void *room;

	u->set = &set;
	u->n_set = 1;
	assert_int_equal(map_columns_spread(u, &rows, &room, &err), 0);
	assert_int_equal(rows.n_set, MAPS + 1);
	assert_ptr_equal(rows.set[0], &row);
	expect(rows.set[1], 0, false);
	free(room);
	u->set = NULL;
	u->n_set = 0;
	nvo3__map_update__free_unpacked(u, NULL);
}

static void test_without_columns_nothing_is_made(void **state)
{
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT, rows;
	struct err err;
	void *room;

	assert_int_equal(map_columns_spread(&u, &rows, &room, &err), 0);
	assert_null(room);
	assert_int_equal(rows.n_set, 0);
}

static void refused(Nvo3__MapUpdate *u, const char *why)
{
	Nvo3__MapUpdate rows;
	struct err err;
	void *room;

	assert_int_equal(map_columns_spread(u, &rows, &room, &err), -EBADMSG);
	assert_null(room);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_columns_that_do_not_agree_are_refused(void **state)
{
	Nvo3__MapUpdate *u = sent(true);
	Nvo3__MapColumns *c = u->columns;

	c->macs.len--;
	refused(u, "119 bytes of MACs");
	c->macs.len++;
	c->ips.len -= 4;
	refused(u, "76 of IPs");
	c->ips.len += 4;
	c->n_nve--;
	refused(u, "19 indexes");
	c->n_nve++;
	c->n_epochs--;
	refused(u, "19 epochs");
	c->n_epochs++;
	c->nve[7] = 2;
	refused(u, "mapping 7 is behind NVE 2 of 2");
	c->nve[7] = 1;
	nvo3__map_update__free_unpacked(u, NULL);

	u = sent(false);
	for (size_t i = 0; i < u->columns->n_nves; i++)
		nvo3__member__free_unpacked(u->columns->nves[i], NULL);
	u->columns->n_nves = 0;
	refused(u, "without an NVE");
	nvo3__map_update__free_unpacked(u, NULL);
}

static void test_what_fits(void **state)
{
	Nvo3__IpPrefix *two[2];
	uint32_t len;

	make();
	assert_true(map_columns_fit(&made[0].m, &len));
	assert_int_equal(len, 24);
	made[0].prefix.len = 32;
	assert_true(map_columns_fit(&made[0].m, &len));
	assert_int_equal(len, 32);
	made[0].prefix.addr.len = 16;
	assert_false(map_columns_fit(&made[0].m, &len));
	made[0].m.n_ips = 0;
	assert_false(map_columns_fit(&made[0].m, &len));
	two[0] = &made[1].prefix;
	two[1] = &made[2].prefix;
	made[1].m.ips = two;
	made[1].m.n_ips = 2;
	assert_false(map_columns_fit(&made[1].m, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_goes_in_comes_out),
		cmocka_unit_test(test_rows_stay_before_columns),
		cmocka_unit_test(test_without_columns_nothing_is_made),
		cmocka_unit_test(test_columns_that_do_not_agree_are_refused),
		cmocka_unit_test(test_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
