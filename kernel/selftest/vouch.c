// SPDX-License-Identifier: GPL-2.0

#define WANT(what, condition) do {					\
	if (!(condition)) {						\
		pr_err("vouch selftest: %s\n", what);			\
		ok = false;						\
	}								\
} while (0)

/* Each part of a key matters, to its last bit. */
static bool __init vouch_bits(struct nvo3_vouch *vouch, const union nvo3_vouch_key *key)
{
	union nvo3_vouch_key other;
	bool ok = true;
	int bit;

	for (bit = 0; bit < 8 * sizeof(other); bit++) {
		other = *key;
		other.words[bit / 64] ^= BIT_ULL(bit % 64);
		WANT("another key is found", !nvo3_vouch_has(vouch, &other));
	}
	return ok;
}

bool __init nvo3_vouch_selftest(void)
{
	union nvo3_vouch_key key = { .family = AF_INET, .ifindex = 2, .routes = 7 };
	struct nvo3_vouch *vouch = nvo3_vouch_new();
	bool ok = true;
	u32 i;

	if (!vouch)
		return false;
	for (i = 0; i < 5000; i++) {
		key.saddr.s6_addr32[0] = htonl(0xc0000200 + i);
		WANT("found before it was added", !nvo3_vouch_has(vouch, &key));
		nvo3_vouch_add(vouch, &key);
		WANT("not found", nvo3_vouch_has(vouch, &key));
	}
	/* Alone, for its neighbours' keys differ in a bit too. */
	memset(vouch->entries, 0, sizeof(vouch->entries));
	nvo3_vouch_add(vouch, &key);
	ok &= vouch_bits(vouch, &key);
	key.routes++;
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
