// SPDX-License-Identifier: GPL-2.0
/* Self test of mappings; part of map.c under DEBUG. */

static DEFINE_MUTEX(test_lock);

#define PLACE(_kind, _nr, _epoch, _prov) { .kind = NVO3_MAP_ ## _kind, .nr = _nr, \
					   .epoch = _epoch, .prov = NVO3_PROV_ ## _prov }

static const struct {
	struct nvo3_mapping held, claim;
	int verdict;
} test_cases[] = {
	{ PLACE(NONE, 0, 0, STATIC), PLACE(REMOTE, 1, 0, STATIC), 0 },
	{ PLACE(NONE, 0, 0, PORT), PLACE(REMOTE, 1, 0, STATIC), 0 },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(REMOTE, 2, 4, AGENT), -ESTALE },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(REMOTE, 1, 4, AGENT), -ESTALE },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(REMOTE, 2, 0, STATIC), -ESTALE },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(REMOTE, 2, 5, AGENT), -EEXIST },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(PORT, 1, 5, AGENT), -EEXIST },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(REMOTE, 1, 5, AGENT), 0 },
	{ PLACE(REMOTE, 1, 5, AGENT), PLACE(PORT, 2, 6, PORT), 0 },
	{ PLACE(PORT, 1, 5, PORT), PLACE(REMOTE, 2, 6, AGENT), 0 },
	{ PLACE(PORT, 1, U64_MAX, PORT), PLACE(REMOTE, 2, U64_MAX - 1, AGENT), -ESTALE },
	{ PLACE(REMOTE, 1, 0, STATIC), PLACE(REMOTE, 2, 1, AGENT), 0 },
	{ PLACE(REMOTE, 1, 0, STATIC), PLACE(REMOTE, 2, 0, STATIC), 0 },
	{ PLACE(PORT, 1, 0, PORT), PLACE(REMOTE, 2, 0, STATIC), -EEXIST },
	{ PLACE(REMOTE, 1, 0, STATIC), PLACE(PORT, 2, 0, PORT), -EEXIST },
	{ PLACE(PORT, 1, 0, PORT), PLACE(PORT, 1, 0, PORT), 0 },
	{ PLACE(PORT, 1, 0, PORT), PLACE(REMOTE, 2, 1, AGENT), 0 },
};

static bool test_judge(void)
{
	int i, verdict;

	for (i = 0; i < ARRAY_SIZE(test_cases); i++) {
		verdict = nvo3_map_judge(&test_cases[i].held, &test_cases[i].claim);
		if (verdict != test_cases[i].verdict) {
			pr_err("selftest map: case %d judged %d instead of %d\n",
			       i, verdict, test_cases[i].verdict);
			return false;
		}
	}
	return true;
}

static bool test_same(const char *what, const struct nvo3_mapping *a, const struct nvo3_mapping *b)
{
	if (a->vni == b->vni && ether_addr_equal(a->mac, b->mac) && a->prov == b->prov &&
	    a->kind == b->kind && a->nr == b->nr && a->epoch == b->epoch && a->group == b->group &&
	    a->generation == b->generation)
		return true;
	pr_err("selftest map: %s gave vni %u address %012llx kind %d nr %u epoch %llu prov %u\n",
	       what, a->vni, ether_addr_to_u64(a->mac), a->kind, a->nr, a->epoch, a->prov);
	return false;
}

static bool test_store(struct nvo3_table *table)
{
	struct nvo3_mapping none = { .kind = NVO3_MAP_NONE }, out;
	struct nvo3_mapping first = {
		.vni = NVO3_VNI_MAX, .mac = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff },
		.prov = NVO3_PROV_AGENT, .kind = NVO3_MAP_REMOTE,
		.nr = BIT(NVO3_MAP_NR_BITS) - 1, .epoch = U64_MAX, .group = U32_MAX,
		.generation = U8_MAX,
	};
	struct nvo3_mapping second = first, named = first;
	u32 pos = 0, value, changes;

	second.prov = NVO3_PROV_PORT;
	second.kind = NVO3_MAP_PORT;
	second.nr = 0;
	second.epoch = 0;
	second.group = 0;
	second.generation = 0;
	named.generation = 1;

	if (nvo3_map_store(table, &first, &out) || !test_same("first store", &out, &none) ||
	    !nvo3_map_find(table, first.vni, first.mac, &out) ||
	    !test_same("find", &out, &first))
		goto failed;
	/* Another generation of the same: readers have nothing new to see. */
	changes = table->changes;
	if (!nvo3_map_same(&first, &named) || nvo3_map_same(&first, &second) ||
	    nvo3_map_store(table, &named, &out) || !test_same("naming", &out, &first) ||
	    table->changes != changes)
		goto failed;
	if (nvo3_map_store(table, &second, &out) || !test_same("second store", &out, &named) ||
	    !nvo3_map_next(table, &pos, &out) || !test_same("walk", &out, &second) ||
	    nvo3_map_next(table, &pos, &out))
		goto failed;

	rcu_read_lock();
	value = nvo3_map_lookup(table, second.vni, second.mac);
	rcu_read_unlock();
	if (nvo3_map_kind(value) != NVO3_MAP_PORT || nvo3_map_nr(value) != 0)
		goto failed;

	if (nvo3_map_find(table, second.vni - 1, second.mac, &out) ||
	    nvo3_map_remove(table, second.vni - 1, second.mac, &out) ||
	    !nvo3_map_remove(table, second.vni, second.mac, &out) ||
	    !test_same("remove", &out, &second) || table->count)
		goto failed;
	return true;

failed:
	pr_err("selftest map: store, find, walk and remove disagree\n");
	return false;
}

bool nvo3_map_selftest(void)
{
	struct nvo3_table table;
	bool ok;

	if (nvo3_table_init(&table, &test_lock, sizeof(struct nvo3_map_cold))) {
		pr_err("selftest map: no memory\n");
		return false;
	}
	mutex_lock(&test_lock);
	ok = test_judge() && test_store(&table);
	mutex_unlock(&test_lock);
	nvo3_table_uninit(&table);
	if (ok)
		pr_info("selftest map: ok\n");
	return ok;
}
