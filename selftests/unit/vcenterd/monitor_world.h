/* SPDX-License-Identifier: GPL-2.0 */
/* Two servers, a and b; a has the VMs web, of group front, and db. It reports what a test wants. */
#ifndef MONITOR_WORLD_H
#define MONITOR_WORLD_H

#include "fixture.h"
#include "monitor.h"

#define WALL		1700000000000ull
#define EVERY_MS	20000u

struct world {
	struct inventory *inv;
	struct monitor *m;
	struct server *a, *b;
	struct vm *web, *db;
	uint64_t now;
	uint64_t cpu_ns[2];
	char said[512];
};

static inline void said(const struct monitor_alarm *alarm, bool raised, void *arg)
{
	struct world *w = arg;

	snprintf(w->said + strlen(w->said), sizeof(w->said) - strlen(w->said), "%c%s %s; ",
		 raised ? '+' : '-', monitor_word(alarm->key.kind), alarm->key.subject);
}

static inline int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));
	struct vn *vn;

	w->inv = inventory_new("dc1");
	vn = fix_vn(w->inv, "blue", 1);
	w->a = fix_server(w->inv, "a", 2);
	w->b = fix_server(w->inv, "b", 8);
	w->web = fix_vm(vn, "web", 1);
	vm_set_group(w->web, "front");
	fix_add(w->inv, w->web, w->a);
	w->db = fix_add(w->inv, fix_vm(vn, "db", 2), w->a);
	w->m = monitor_new(&monitor_defaults, w->inv);
	w->m->said = said;
	w->m->arg = w;
	w->now = WALL;
	*state = w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;

	monitor_free(w->m);
	inventory_free(w->inv);
	free(w);
	return 0;
}

static inline void expect(struct world *w, const char *text)
{
	assert_string_equal(w->said, text);
	w->said[0] = '\0';
}

/* One VM of a report: @permille of one processor since the last, and @mib. */
static inline void use(struct world *w, struct vm *vm, unsigned int permille, unsigned int mib)
{
	uint64_t *cpu_ns = &w->cpu_ns[vm == w->db];
	struct vm_use u = { .time = w->now, .memory_kib = mib * 1024ull };

	*cpu_ns += (uint64_t)permille * EVERY_MS * 1000;
	u.cpu_ns = *cpu_ns;
	monitor_vm(w->m, vm, &u, w->now);
}

/* @n reports of a; of web and db, each as many permille; -1: it is not in them. */
static inline void report(struct world *w, int n, int web, int db)
{
	while (n--) {
		w->now += EVERY_MS;
		monitor_report_begin(w->m, w->a, w->now);
		if (web >= 0)
			use(w, w->web, web, 10);
		if (db >= 0)
			use(w, w->db, db, 10);
		monitor_report_end(w->m, w->a, w->now);
		monitor_tick(w->m, w->now);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

#endif
