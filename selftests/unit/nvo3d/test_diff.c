// SPDX-License-Identifier: GPL-2.0
/*
 * Random states of model and kernel: after the diff was done, the kernel (the stub, which has
 * the module's rules for epochs) must hold what a naive walk over all addresses says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "nve/diff.h"
#include "nve/kern-stub.h"

#define HOSTS 12
#define ROUNDS 5000
#define VNI 100

static struct mac_addr mac_of(int host)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, host } };
}

static struct ip_addr locator(int family, int n)
{
	uint8_t b[16] = { family == AF_INET ? 10 : 0xfd, 0, 0, n };

	return ip_addr_from(family, b);
}

static struct model_map *add_model_map(struct model_vn *vn, int host, uint64_t epoch,
				       struct ip_addr addr)
{
	struct model_map *map = mem_zalloc(sizeof(*map));

	map->mac = mac_of(host);
	map->epoch = epoch;
	map->locators.v[0] = addr;
	map->locators.n = 1;
	HASH_ADD(hh, vn->maps, mac, sizeof(map->mac), map);
	return map;
}

static void refused(const struct kern_op *op, int code, const char *text, void *arg)
{
	fail_msg("the kernel refuses an operation: %s", text);
}

static void put(struct kern *k, const struct nvo3_map *map)
{
	struct kern_op op = { .verb = KERN_MAP_ADD, .map = *map };

	assert_int_equal(k->ops->apply(k, &op, 1, refused, NULL, NULL), 0);
}

/* What one address must be after the diff, told without looking at the code of diff.c */
static struct nvo3_map expected(const struct model_map *want, const struct nvo3_map *have,
				bool complete)
{
	struct nvo3_map none = {}, mine = {};
	bool usable = want && want->locators.v[0].family == AF_INET;

	if (usable)
		mine = (struct nvo3_map){ .addr = want->locators.v[0], .epoch = want->epoch,
					  .prov = NVO3_PROV_AGENT };
	if (!have)
		return mine;
	if (have->prov == NVO3_PROV_STATIC)
		return *have;
	if (have->prov == NVO3_PROV_PORT)
		return usable && want->epoch > have->epoch ? mine : *have;
	if (!usable)
		return complete ? none : *have;
	return want->epoch >= have->epoch ? mine : *have;
}

static void random_states(struct kern *k, struct model_vn *vn, struct nvo3_map *before)
{
	for (int host = 0; host < HOSTS; host++) {
		int family = rand() % 4 ? AF_INET : AF_INET6;
		struct nvo3_map *map = &before[host];

		memset(map, 0, sizeof(*map));
		if (rand() % 3)
			add_model_map(vn, host, 1 + rand() % 3, locator(family, rand() % 2));
		if (!(rand() % 3))
			continue;
		map->vni = VNI;
		map->mac = mac_of(host);
		map->prov = rand() % 3;
		map->epoch = map->prov == NVO3_PROV_STATIC ? 0 : 1 + rand() % 3;
		if (map->prov == NVO3_PROV_PORT)
			map->dev = 1;
		else
			map->addr = locator(AF_INET, rand() % 2);
		put(k, map);
	}
}

static void check(struct kern *k, const struct model_vn *vn, const struct nvo3_map *before)
{
	for (int host = 0; host < HOSTS; host++) {
		struct mac_addr mac = mac_of(host);
		struct nvo3_map now = {}, want;

		want = expected(model_map_lookup(vn, &mac), before[host].vni ? &before[host] : NULL,
				vn->complete);
		k->ops->map_get(k, VNI, &mac, &now, NULL);
		assert_int_equal(now.epoch, want.epoch);
		assert_int_equal(now.prov, want.prov);
		assert_true(ip_addr_equal(&now.addr, &want.addr));
		assert_int_equal(now.dev, want.dev);
	}
}

static void diff_all(struct diff *d, struct kern *k, const struct model_vn *vn)
{
	struct nvo3_map *actual;
	size_t n;

	assert_int_equal(k->ops->map_list(k, VNI, &actual, &n, NULL), 0);
	diff_maps(d, vn, actual, n);
	free(actual);
}

static void diff_each(struct diff *d, struct kern *k, const struct model_vn *vn)
{
	for (int host = 0; host < HOSTS; host++) {
		struct mac_addr mac = mac_of(host);
		struct nvo3_map actual;
		int rc = k->ops->map_get(k, VNI, &mac, &actual, NULL);

		diff_map(d, vn, &mac, rc ? NULL : &actual);
	}
}

static void run(void (*diff)(struct diff *d, struct kern *k, const struct model_vn *vn))
{
	struct nvo3_map before[HOSTS];
	struct uuid id = { { 1 } };

	for (int round = 0; round < ROUNDS; round++) {
		struct diff d = { .have4 = true }, again = { .have4 = true };
		struct kern *k = kern_stub_new();
		struct model model = {};
		struct model_vn *vn = model_vn_add(&model, &id);

		srand(round);
		vn->vni = VNI;
		vn->complete = rand() % 2;
		random_states(k, vn, before);
		diff(&d, k, vn);
		k->ops->apply(k, d.ops, d.n, refused, NULL, NULL);
		check(k, vn, before);
		/* And then there is nothing left to do */
		diff(&again, k, vn);
		assert_int_equal(again.n, 0);
		diff_uninit(&d);
		diff_uninit(&again);
		model_uninit(&model);
		k->ops->free(k);
	}
}

static void test_random_all(void **state)
{
	run(diff_all);
}

static void test_random_each(void **state)
{
	run(diff_each);
}

static void count_note(const char *text, void *arg)
{
	++*(int *)arg;
}

static void test_notes(void **state)
{
	struct nvo3_map fixed = { .vni = VNI, .mac = mac_of(1), .addr = locator(AF_INET, 1) };
	struct nvo3_map newer = { .vni = VNI, .mac = mac_of(1), .addr = locator(AF_INET, 1),
				  .epoch = 9, .prov = NVO3_PROV_AGENT };
	struct mac_addr mac = mac_of(1);
	struct uuid id = { { 1 } };
	struct model model = {};
	struct model_vn *vn = model_vn_add(&model, &id);
	int notes = 0;
	struct diff d = { .have4 = true, .note = count_note, .arg = &notes };

	vn->vni = VNI;
	add_model_map(vn, 1, 5, locator(AF_INET, 2));
	diff_map(&d, vn, &mac, &fixed);
	assert_int_equal(notes, 1);
	diff_map(&d, vn, &mac, &newer);
	assert_int_equal(notes, 2);
	vn->maps->locators.v[0] = locator(AF_INET6, 1);
	diff_map(&d, vn, &mac, NULL);
	assert_int_equal(notes, 3);
	assert_int_equal(d.n, 0);
	model_uninit(&model);
}

static bool odd(const struct ip_addr *addr, void *arg)
{
	return addr->b[3] & 1;
}

static void test_members(void **state)
{
	struct nvo3_member actual[4];
	struct diff d = { .have4 = true };
	struct model_member *m = mem_zalloc(sizeof(*m));
	struct model model = {};
	struct uuid id = { { 1 } };
	struct model_vn *vn = model_vn_add(&model, &id);

	vn->vni = VNI;
	strcpy(m->nve, "dc1/a");
	m->locators.v[0] = locator(AF_INET6, 9);
	m->locators.v[1] = locator(AF_INET, 9);
	m->locators.n = 2;
	HASH_ADD_STR(vn->members, nve, m);
	for (int i = 0; i < 4; i++)
		actual[i] = (struct nvo3_member){ .vni = VNI, .addr = locator(AF_INET, i) };

	/* Before the first snapshot nothing goes */
	diff_members(&d, vn, actual, 4, odd, NULL);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.ops[0].verb, KERN_MEMBER_ADD);
	assert_int_equal(d.ops[0].member.addr.b[3], 9);
	diff_uninit(&d);
	/* Then what is ours goes, what is an operator's stays */
	vn->complete = true;
	diff_members(&d, vn, actual, 4, odd, NULL);
	assert_int_equal(d.n, 3);
	assert_int_equal(d.ops[0].verb, KERN_MEMBER_DEL);
	assert_int_equal(d.ops[0].member.addr.b[3], 1);
	assert_int_equal(d.ops[1].member.addr.b[3], 3);
	assert_int_equal(d.ops[2].verb, KERN_MEMBER_ADD);
	diff_uninit(&d);
	model_uninit(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_all),
		cmocka_unit_test(test_random_each),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
