// SPDX-License-Identifier: GPL-2.0
/* Self test of digests; part of digest.c under DEBUG. */
#include <linux/kernel.h>
#include "digest_vectors.h"

static void test_fill(struct nvo3_digest_entry *entry, const struct digest_vector *v)
{
	static const u8 mapped[12] = { [10] = 0xff, 0xff };
	struct in6_addr v6;
	__be32 v4;
	u8 i;

	*entry = (struct nvo3_digest_entry){ .epoch = v->epoch, .count = v->count };
	memcpy(entry->mac, v->mac, ETH_ALEN);
	for (i = 0; i < v->count; i++) {
		memcpy(&v6, v->addr[i], sizeof(v6));
		memcpy(&v4, v->addr[i] + sizeof(mapped), sizeof(v4));
		entry->addr[i] = memcmp(&v6, mapped, sizeof(mapped)) ? nvo3_addr_from6(&v6) :
								       nvo3_addr_from4(v4);
	}
}

bool nvo3_digest_selftest(void)
{
	struct nvo3_digest_entry entry;
	u64 hash;
	u8 bucket;
	int i;

	for (i = 0; i < ARRAY_SIZE(digest_vectors); i++) {
		test_fill(&entry, &digest_vectors[i]);
		hash = nvo3_digest_hash(&entry);
		bucket = nvo3_digest_bucket(entry.mac);
		if (hash != digest_vectors[i].hash || bucket != digest_vectors[i].bucket) {
			pr_err("selftest digest: vector %d gave %llx in bucket %02x\n", i, hash,
			       bucket);
			return false;
		}
	}
	pr_info("selftest digest: ok\n");
	return true;
}
