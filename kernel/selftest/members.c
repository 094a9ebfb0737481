// SPDX-License-Identifier: GPL-2.0

/* Members are never looked into here, so numbers do for pointers. */
static struct nvo3_remote *__init fake(unsigned long nr)
{
	return (struct nvo3_remote *)(nr * 16);
}

static bool __init walk_is(struct nvo3_members *members, u32 first, u32 step, u32 count)
{
	struct nvo3_remote *const *remotes;
	bool ok = true;
	u32 i, n;

	rcu_read_lock();
	remotes = nvo3_members_read(members, &n);
	for (i = 0; i < n; i++)
		ok &= remotes[i] == fake(first + i * step);
	rcu_read_unlock();
	return ok && n == count && nvo3_members_count(members) == count &&
	       !nvo3_members_at(members, count);
}

bool __init nvo3_members_selftest(void)
{
	struct nvo3_members members;
	struct mutex lock;
	bool ok;
	u32 i;

	mutex_init(&lock);
	nvo3_members_init(&members, &lock);
	mutex_lock(&lock);
	ok = walk_is(&members, 0, 0, 0) && nvo3_members_del(&members, fake(1)) == -ENOENT;
	for (i = 1; i <= 100; i++)
		ok &= !nvo3_members_has(&members, fake(i)) && !nvo3_members_add(&members, fake(i));
	ok &= walk_is(&members, 1, 1, 100);
	for (i = 1; i <= 100; i += 2)
		ok &= nvo3_members_has(&members, fake(i)) && !nvo3_members_del(&members, fake(i));
	ok &= walk_is(&members, 2, 2, 50);
	for (i = 2; i <= 100; i += 2)
		ok &= !nvo3_members_del(&members, fake(i));
	ok &= walk_is(&members, 0, 0, 0) && !nvo3_members_add(&members, fake(7));
	ok &= walk_is(&members, 7, 0, 1);
	nvo3_members_uninit(&members);
	mutex_unlock(&lock);
	mutex_destroy(&lock);
	if (!ok)
		pr_err("members selftest failed\n");
	return ok;
}
