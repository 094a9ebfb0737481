// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#define USES	1000

/* Keys whose bits differ. */
static struct nvo3_permuted __init use(u32 n)
{
	return (struct nvo3_permuted){ .tag = (u64)n << 32 | 0x10000, .low = n };
}

static u32 __init count_used(const struct nvo3_used *used, u32 keys)
{
	u32 count = 0, i;

	for (i = 0; i < keys; i++)
		count += nvo3_used_test(used, use(i));
	return count;
}

static bool __init tells(struct nvo3_used *used)
{
	bool ok = count_used(used, NVO3_USED_BITS) == NVO3_USED_BITS;
	u32 i;

	/* The first page knows nothing; what was marked on it is on the next one, and then gone. */
	for (i = 0; i < USES; i++)
		nvo3_used_mark(used, use(i));
	nvo3_used_turn(used);
	ok &= count_used(used, NVO3_USED_BITS) == USES;
	nvo3_used_mark(used, use(USES));
	nvo3_used_mark(used, use(0));
	ok &= count_used(used, NVO3_USED_BITS) == USES + 1;
	nvo3_used_turn(used);
	ok &= count_used(used, NVO3_USED_BITS) == 2 && nvo3_used_test(used, use(0)) &&
	      nvo3_used_test(used, use(USES));
	nvo3_used_turn(used);
	return ok && !count_used(used, NVO3_USED_BITS);
}

bool __init nvo3_used_selftest(void)
{
	struct nvo3_used *used = nvo3_used_new();
	bool ok = used && tells(used);

	nvo3_used_free(used);
	nvo3_used_free(NULL);
	if (!ok)
		pr_err("used selftest failed\n");
	return ok;
}
