// SPDX-License-Identifier: GPL-2.0

#define WANT(what, condition) do {					\
	if (!(condition)) {						\
		pr_err("vouch selftest: %s\n", what);			\
		ok = false;						\
	}								\
} while (0)

/* Each part of a key matters, to its last bit. */
static bool __init vouch_bits(struct nvo3_vouch *vouch, const struct nvo3_vouch_key *key)
{
	struct nvo3_vouch_key other;
	bool ok = true;
	int bit;

	for (bit = 0; bit < 8 * sizeof(other); bit++) {
		other = *key;
		other.word[bit / 64] ^= BIT_ULL(bit % 64);
		WANT("another key is found", !nvo3_vouch_has(vouch, &other));
	}
	return ok;
}

bool __init nvo3_vouch_selftest(void)
{
	struct nvo3_vouch_key key = {};
	struct nvo3_vouch *vouch = nvo3_vouch_new();
	bool ok = true;
	u32 i;

	if (!vouch)
		return false;
	key.word[4] = 2;
	key.word[5] = 7 | (u64)AF_INET << 32;
	for (i = 0; i < 5000; i++) {
		nvo3_vouch_key4(&key, htonl(0xc0000200 + i), htonl(0xc0000201));
		WANT("found before it was added", !nvo3_vouch_has(vouch, &key));
		nvo3_vouch_add(vouch, &key);
		WANT("not found", nvo3_vouch_has(vouch, &key));
	}
	/* Alone, for its neighbours' keys differ in a bit too. */
	memset(vouch->entries, 0, sizeof(vouch->entries));
	nvo3_vouch_add(vouch, &key);
	ok &= vouch_bits(vouch, &key);
	key.word[5]++;
	WANT("found after a change of routes", !nvo3_vouch_has(vouch, &key));
	nvo3_vouch_add(vouch, &key);
	WANT("not found again", nvo3_vouch_has(vouch, &key));
	/* A writer that is not done: nobody reads, nobody waits. */
	for (i = 0; i < ARRAY_SIZE(vouch->entries); i++)
		vouch->entries[i].seq |= 1;
	WANT("half an entry is found", !nvo3_vouch_has(vouch, &key));
	nvo3_vouch_add(vouch, &key);
	nvo3_vouch_free(vouch);
	return ok;
}

#undef WANT
