// SPDX-License-Identifier: GPL-2.0
/* What was seen of domains, and who is told that one has ended */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "vserver/virt_table.h"

static const struct uuid a = { { 1 } }, b = { { 2 } };

static struct virt_domain dom(const struct uuid *id, bool active)
{
	return (struct virt_domain){ .id = *id, .ours = true, .defined = true, .active = active,
				     .end = active ? VIRT_END_NONE : VIRT_END_KILLED };
}

static bool is_told(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void see(struct virt_table *t, const struct virt_domain *d)
{
	assert_true(virt_table_seen(t, d, virt_table_turn(t, &d->id)));
}

static void test_end(void **state)
{
	struct virt_table *t = virt_table_new();
	struct virt_domain d = dom(&a, true), got;
	int fd = virt_table_watch(t, &a, NULL);

	assert_false(virt_table_get(t, &a, &got));
	see(t, &d);
	assert_false(is_told(fd));
	d = dom(&a, false);
	see(t, &d);
	assert_true(is_told(fd));
	assert_true(virt_table_get(t, &a, &got));
	assert_int_equal(got.end, VIRT_END_KILLED);
	close(fd);
	/* Its definition goes, and then nothing is known of it */
	d.defined = false;
	see(t, &d);
	assert_false(virt_table_get(t, &a, &got));
	virt_table_free(t);
}

/* What was seen before the start says nothing about what runs since */
static void test_overtaken(void **state)
{
	struct virt_table *t = virt_table_new();
	struct virt_domain d = dom(&a, false);
	uint64_t turn;
	int fd;

	see(t, &d);
	turn = virt_table_turn(t, &a);
	fd = virt_table_watch(t, &a, NULL);
	assert_false(virt_table_seen(t, &d, turn));
	assert_false(is_told(fd));
	see(t, &d);
	assert_true(is_told(fd));
	close(fd);
	virt_table_free(t);
}

static void test_others(void **state)
{
	struct virt_table *t = virt_table_new();
	struct virt_domain d = dom(&a, true), got;

	d.ours = false;
	see(t, &d);
	assert_false(virt_table_get(t, &a, &got));
	virt_table_free(t);
}

static struct uuid looked_at;
static int looks;

static void look(const struct uuid *id, void *arg)
{
	looked_at = *id;
	looks++;
}

static void test_sweep(void **state)
{
	struct virt_table *t = virt_table_new();
	struct virt_domain d = dom(&a, true), e = dom(&b, true);

	see(t, &d);
	see(t, &e);
	virt_table_sweep(t, &a, 1, look, NULL);
	assert_int_equal(looks, 1);
	assert_true(uuid_equal(&looked_at, &b));
	virt_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
