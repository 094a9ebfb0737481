// SPDX-License-Identifier: GPL-2.0
/* Self test of IP mappings; part of hosts.c under DEBUG. */
#include <linux/kernel.h>

#define TEST_MANY	3000

static DEFINE_MUTEX(test_lock);

static struct nvo3_ipmap test_map(u32 vni, u32 addr, u8 mac, u64 epoch)
{
	return (struct nvo3_ipmap){
		.key = { vni, nvo3_addr_from4(htonl(addr)) }, .mac = { 2, 0, 0, 0, 0, mac },
		.epoch = epoch,
	};
}

/* Is this MAC there, or with 0 none? */
static bool test_is(struct nvo3_hosts *hosts, u32 vni, u32 addr, u8 mac)
{
	const struct nvo3_ipmap map = test_map(vni, addr, mac, 0);
	const struct nvo3_host *host = nvo3_hosts_lookup(hosts, &map.key);

	return mac ? host && ether_addr_equal(host->map.mac, map.mac) : !host;
}

static bool test_judge(void)
{
	static const struct {
		u64 held_epoch, epoch;
		u8 mac;		/* the one held is 1 */
		int err;
	} cases[] = {
		{ 0, 0, 1, 0 }, { 0, 0, 2, -EEXIST }, { 0, 5, 2, 0 }, { 5, 0, 1, -ESTALE },
		{ 5, 5, 1, 0 }, { 5, 5, 2, -EEXIST }, { 5, 6, 2, 0 }, { 6, 5, 1, -ESTALE },
	};
	struct nvo3_ipmap held, claim;
	bool ok = true;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		held = test_map(1, 1, 1, cases[i].held_epoch);
		claim = test_map(1, 1, cases[i].mac, cases[i].epoch);
		if (nvo3_host_judge(&held, &claim) == cases[i].err)
			continue;
		pr_err("selftest hosts: claim %u is judged wrong\n", i);
		ok = false;
	}
	return ok;
}

/* Twice in one request, taken back in turn; the number stays for a walk. */
static bool test_changes(struct nvo3_hosts *hosts)
{
	struct nvo3_ipmap first = test_map(1, 7, 1, 0), next = test_map(1, 7, 2, 3),
			  last = test_map(1, 7, 3, 4);
	struct nvo3_host *none, *old, *older;
	unsigned long nr = 0;
	bool ok;

	ok = !nvo3_hosts_store(hosts, &first, &none) && !none && test_is(hosts, 1, 7, 1) &&
	     test_is(hosts, 2, 7, 0) && test_is(hosts, 1, 8, 0) && hosts->count == 1;
	ok &= !nvo3_hosts_store(hosts, &next, &older) && older && test_is(hosts, 1, 7, 2) &&
	      !nvo3_hosts_store(hosts, &last, &old) && old && test_is(hosts, 1, 7, 3) &&
	      hosts->count == 1;
	nvo3_hosts_restore(hosts, &first.key, old);
	ok &= test_is(hosts, 1, 7, 2);
	nvo3_hosts_restore(hosts, &first.key, older);
	ok &= test_is(hosts, 1, 7, 1) && nvo3_hosts_next(hosts, &nr) == older && !nr;
	nvo3_hosts_restore(hosts, &first.key, none);
	nr = 0;
	return ok && test_is(hosts, 1, 7, 0) && !hosts->count && !nvo3_hosts_next(hosts, &nr);
}

/* Each is found, walked over once, and gone when it is removed. */
static bool test_many(struct nvo3_hosts *hosts)
{
	struct nvo3_host *host, *old;
	struct nvo3_ipmap map;
	unsigned long nr = 0;
	bool ok = true;
	u32 i;

	for (i = 0; i < TEST_MANY; i++) {
		map = test_map(i % 3, i / 3, 1 + i % 200, 0);
		ok &= !nvo3_hosts_store(hosts, &map, &old) && !old;
	}
	for (i = 0; i < TEST_MANY; i++)
		ok &= test_is(hosts, i % 3, i / 3, 1 + i % 200);
	ok &= hosts->count == TEST_MANY;
	for (i = 0; (host = nvo3_hosts_next(hosts, &nr)); nr++, i++) {
		map = host->map;
		nvo3_hosts_remove(hosts, host);
		ok &= !nvo3_hosts_lookup(hosts, &map.key);
	}
	return ok && i == TEST_MANY && !hosts->count;
}

bool nvo3_hosts_selftest(void)
{
	static struct nvo3_hosts hosts;		/* not on the stack, for it has work to do */
	bool ok;

	if (nvo3_hosts_init(&hosts, &test_lock))
		return false;
	mutex_lock(&test_lock);
	ok = test_judge() && test_changes(&hosts) && test_many(&hosts);
	nvo3_hosts_uninit(&hosts);
	mutex_unlock(&test_lock);
	if (!ok)
		pr_err("selftest hosts failed\n");
	return ok;
}
