// SPDX-License-Identifier: GPL-2.0
/* Self test of the index; part of index.c under DEBUG. */

#define TEST_MAX	1000

static DEFINE_MUTEX(test_lock);

/* The object with number @nr is the address of its own byte. */
static u8 test_object[TEST_MAX];

static bool test_shows(struct nvo3_index *index, u32 nr, void *ptr)
{
	void *seen;

	rcu_read_lock();
	seen = nvo3_index_lookup(index, nr);
	rcu_read_unlock();
	if (seen == ptr)
		return true;
	pr_err("selftest index: number %u gives %p instead of %p\n", nr, seen, ptr);
	return false;
}

static bool test_adds(struct nvo3_index *index, int expect)
{
	int nr = nvo3_index_add(index, expect < 0 ? test_object : &test_object[expect]);

	if (nr == expect)
		return true;
	pr_err("selftest index: add gave %d instead of %d\n", nr, expect);
	return false;
}

static bool test_fill(struct nvo3_index *index)
{
	int i;

	for (i = 0; i < TEST_MAX; i++) {
		if (!test_adds(index, i))
			return false;
	}
	for (i = 0; i < TEST_MAX; i++) {
		if (!test_shows(index, i, &test_object[i]))
			return false;
	}
	return test_adds(index, -ENOSPC) && test_shows(index, TEST_MAX, NULL) &&
	       test_shows(index, U32_MAX, NULL);
}

/* A hidden number is gone for readers and not yet to be given. */
static bool test_leave(struct nvo3_index *index)
{
	nvo3_index_hide(index, 500);
	if (!test_shows(index, 500, NULL) || !test_adds(index, -ENOSPC))
		return false;
	nvo3_index_free(index, 500);
	if (index->used != TEST_MAX - 1) {
		pr_err("selftest index: %u used instead of %u\n", index->used, TEST_MAX - 1);
		return false;
	}
	return test_adds(index, 500) && test_shows(index, 500, &test_object[500]);
}

bool nvo3_index_selftest(void)
{
	struct nvo3_index index;
	bool ok;

	if (nvo3_index_init(&index, &test_lock, TEST_MAX)) {
		pr_err("selftest index: no memory\n");
		return false;
	}
	mutex_lock(&test_lock);
	ok = test_fill(&index) && test_leave(&index);
	mutex_unlock(&test_lock);
	nvo3_index_uninit(&index);
	if (ok)
		pr_info("selftest index: ok\n");
	return ok;
}
