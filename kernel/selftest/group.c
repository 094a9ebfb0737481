// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#define FLOWS	20000

/* How many of the flows each remote gets, which is its share of them within 5 %. */
static bool __init shares(const struct nvo3_group *group, struct nvo3_remote *remotes, u32 down)
{
	u32 got[NVO3_PATHS_MAX + 1] = {}, weight = 0, hash = 1, i, want;
	struct nvo3_remote *remote, *before;
	bool ok = true;

	for (i = 0; i < group->count; i++)
		weight += down & BIT(i) ? 0 : group->paths[i].weight;
	for (i = 0; i < FLOWS; i++) {
		hash = hash * 1664525 + 1013904223;
		before = path_at(group, (u64)hash * group->weight >> 32, ~0U);
		remote = nvo3_group_pick(group, hash);
		got[remote ? remote - remotes : NVO3_PATHS_MAX]++;
		/* Nobody leaves a path that is up. */
		ok &= remote == before || before->down;
	}
	ok &= !got[NVO3_PATHS_MAX] == !!weight;
	for (i = 0; i < group->count && weight; i++) {
		want = down & BIT(i) ? 0 : FLOWS * group->paths[i].weight / weight;
		ok &= abs((int)got[i] - (int)want) <= FLOWS / 20;
	}
	if (!ok)
		pr_err("group selftest, down %x: %u %u %u %u, none %u\n", down, got[0], got[1],
		       got[2], got[3], got[NVO3_PATHS_MAX]);
	return ok;
}

/* Remotes are only pointed to here, so these have but a number and a state. */
bool __init nvo3_group_selftest(void)
{
	static struct nvo3_remote remotes[NVO3_PATHS_MAX] __initdata;
	struct nvo3_group group = { .count = NVO3_PATHS_MAX };
	bool ok = true;
	u32 down, i;

	for (i = 0; i < NVO3_PATHS_MAX; i++) {
		group.paths[i] = (struct nvo3_path){ .remote = &remotes[i], .weight = i + 1 };
		group.weight += i + 1;
	}
	for (down = 0; down < BIT(NVO3_PATHS_MAX); down++) {
		for (i = 0; i < NVO3_PATHS_MAX; i++)
			remotes[i].down = down & BIT(i);
		ok &= shares(&group, remotes, down);
	}
	return ok;
}
