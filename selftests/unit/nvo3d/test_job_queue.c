// SPDX-License-Identifier: GPL-2.0
/* Threads with a queue */
#include "bed.h"

#include <errno.h>
#include <stdatomic.h>

#include "vserver/job.h"

struct work {
	atomic_int *running, *most;
	atomic_bool *go;
	int number;
	int rc;
	struct job *job;
	int *order, *n_done;
};

static int work(const struct job *job, void *arg, struct err *err)
{
	struct work *w = arg;
	int now = atomic_fetch_add(w->running, 1) + 1, most = atomic_load(w->most);

	while (most < now && !atomic_compare_exchange_weak(w->most, &most, now))
		;
	while (!atomic_load(w->go) && !job_is_cancelled(job))
		;
	atomic_fetch_sub(w->running, 1);
	return w->rc ? err_set(err, -w->rc, "work %d failed", w->number) : 0;
}

static void done(int rc, const struct err *err, void *arg)
{
	struct work *w = arg;

	assert_int_equal(rc, w->rc);
	if (rc)
		assert_string_equal(err->text, "work 2 failed");
	w->job = NULL;
	w->order[(*w->n_done)++] = w->number;
}

struct fixture {
	atomic_int running, most;
	atomic_bool go;
	int order[8], n_done;
	struct work works[8];
	struct job_queue *q;
};

static void add(struct bed *bed, struct fixture *f, int n, int threads)
{
	f->q = job_queue_new(threads, NULL);
	assert_non_null(f->q);
	for (int i = 0; i < n; i++) {
		f->works[i] = (struct work){ &f->running, &f->most, &f->go, i, 0, NULL, f->order,
					     &f->n_done };
		f->works[i].rc = i == 2 ? -EIO : 0;
		f->works[i].job = job_queue_add(f->q, bed->loop, work, done, &f->works[i], NULL);
		assert_non_null(f->works[i].job);
	}
}

static void test_in_order(void **state)
{
	struct fixture f = {};

	add(*state, &f, 6, 1);
	bed_settle(*state, 5);
	assert_int_equal(f.n_done, 0);
	atomic_store(&f.go, true);
	BED_WAIT((struct bed *)*state, f.n_done == 6);
	assert_int_equal(atomic_load(&f.most), 1);
	for (int i = 0; i < 6; i++)
		assert_int_equal(f.order[i], i);
	job_queue_free(f.q);
}

static void test_several_at_once(void **state)
{
	struct fixture f = {};

	add(*state, &f, 8, 4);
	BED_WAIT((struct bed *)*state, atomic_load(&f.running) == 4);
	atomic_store(&f.go, true);
	BED_WAIT((struct bed *)*state, f.n_done == 8);
	assert_int_equal(atomic_load(&f.most), 4);
	job_queue_free(f.q);
}

/* One that is being done is waited for, one that waits is not begun, nobody is told */
static void test_abandoned(void **state)
{
	struct fixture f = {};

	add(*state, &f, 3, 1);
	BED_WAIT((struct bed *)*state, atomic_load(&f.running) == 1);
	assert_ptr_equal(job_abandon(f.works[1].job), &f.works[1]);
	assert_int_equal(atomic_load(&f.running), 1);
	assert_ptr_equal(job_abandon(f.works[0].job), &f.works[0]);
	atomic_store(&f.go, true);
	BED_WAIT((struct bed *)*state, f.n_done == 1);
	assert_int_equal(f.order[0], 2);
	job_queue_free(f.q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_in_order),
		BED_TEST(test_several_at_once),
		BED_TEST(test_abandoned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
