// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of a large inventory: what is on them, and that what a page costs has a bound that does
 * not follow the number of VMs. How long it takes is the bench's (make bench B=T25*).
 */
#include "fixture.h"
#include "vm_list.h"

#define MANY	50000u

struct world {
	struct inventory *inv;
	struct server *big, *small;
	struct vn *blue, *red;
	struct vm_page page;
};

/* 50,000 VMs on one server in one VN, of which three are on another one, and in red */
static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));
	char name[24];

	w->inv = inventory_new("dc1");
	w->big = fix_server(w->inv, "big", MANY);
	w->small = fix_server(w->inv, "small", MANY);
	w->blue = fix_vn(w->inv, "blue", 1);
	w->red = fix_vn(w->inv, "red", 2);
	for (uint32_t i = 0; i < MANY; i++) {
		struct vm *vm;

		snprintf(name, sizeof(name), "vm%u", i);
		vm = fix_vm(i % 20000 ? w->blue : w->red, name, i + 1);
		if (i % 20000 == 0)
			vm_set_group(vm, "few");
		fix_add(w->inv, vm, i % 20000 ? w->big : w->small);
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	inventory_free(w->inv);
	free(w);
	return 0;
}

/* All pages; how many there were. */
static unsigned int list(struct world *w, const struct vm_filter *filter, uint32_t limit,
			 unsigned int *pages)
{
	struct uuid last, *after = NULL;
	unsigned int n = 0;

	*pages = 0;
	do {
		vm_list(w->inv, filter, after, limit, &w->page);
		assert_true(w->page.n <= limit);
		for (uint32_t i = 0; i < w->page.n; i++) {
			const struct uuid *uuid = &w->page.vms[i]->uuid;

			if (n++)
				assert_true(memcmp(&last, uuid, sizeof(last)) < 0);
			last = *uuid;
		}
		last = w->page.last;
		after = &last;
		++*pages;
	} while (w->page.more);
	return n;
}

static void test_each_once(void **state)
{
	struct world *w = *state;
	unsigned int pages;

	assert_int_equal(list(w, &(struct vm_filter){ }, 1000, &pages), MANY);
	assert_int_equal(pages, MANY / 1000);
	assert_int_equal(list(w, &(struct vm_filter){ }, 7, &pages), MANY);
	assert_int_equal(pages, (MANY + 6) / 7);
}

/* Who has few is not looked for among all. */
static void test_small_sets(void **state)
{
	struct world *w = *state;
	const struct vm_filter few[] = {
		{ .server = "small" }, { .vn = w->red }, { .tenant = "alice", .group = "few" },
		{ .server = "small", .vn = w->red, .state = "running", .tenant = "alice" },
	}, none[] = {
		{ .server = "nobody" }, { .tenant = "nobody" },
		{ .tenant = "alice", .group = "no" },
		{ .server = "small", .state = "failed" }, { .server = "big", .vn = w->red },
	};
	unsigned int pages;

	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		assert_int_equal(list(w, &few[i], 1000, &pages), 3);
		assert_int_equal(pages, 1);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(list(w, &none[i], 1000, &pages), 0);
		assert_int_equal(pages, 1);
	}
}

/* Where all have to be looked at, a page ends all the same. */
static void test_page_is_bounded(void **state)
{
	const struct vm_filter failed = { .state = "failed" };
	struct world *w = *state;
	unsigned int pages;

	vm_list(w->inv, &failed, NULL, 1000, &w->page);
	assert_int_equal(w->page.n, 0);
	assert_true(w->page.more);
	assert_int_equal(list(w, &failed, 1000, &pages), 0);
	assert_int_equal(pages, (MANY + VM_LIST_LOOKED - 1) / VM_LIST_LOOKED);
	inventory_vm_by_name(w->inv, "vm49999")->state = NVO3__VM_STATE__VM_FAILED;
	assert_int_equal(list(w, &failed, 1000, &pages), 1);
}

/* The one that the next page begins behind is deleted, and others come: who stays comes once. */
static void test_goes_on_behind_who_is_gone(void **state)
{
	struct world *w = *state;
	struct uuid last;
	unsigned int n;

	vm_list(w->inv, &(struct vm_filter){ }, NULL, 1000, &w->page);
	last = w->page.last;
	n = w->page.n;
	inventory_vm_del(w->inv, inventory_vm(w->inv, &last));
	for (;;) {
		vm_list(w->inv, &(struct vm_filter){ }, &last, 1000, &w->page);
		n += w->page.n;
		last = w->page.last;
		if (!w->page.more)
			break;
	}
	/* all but the two of test_not_ours() */
	assert_int_equal(n, MANY - 2);
}

static void test_not_ours(void **state)
{
	struct world *w = *state;
	unsigned int pages;

	inventory_vm_by_name(w->inv, "vm0")->incoming = true;
	inventory_vm_by_name(w->inv, "vm20000")->left = true;
	assert_int_equal(list(w, &(struct vm_filter){ .server = "small" }, 10, &pages), 1);
}

/* Nothing that a million has a million times is large (Documentation/scale.rst). */
static void test_small_records(void **state)
{
	assert_true(sizeof(struct vm) + sizeof(struct nic) <= 1000);
}

int main(void)
{
	/* one world for all of them: those that change it come last */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_small_sets),
		cmocka_unit_test(test_page_is_bounded),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_goes_on_behind_who_is_gone),
		cmocka_unit_test(test_small_records),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
