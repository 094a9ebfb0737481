// SPDX-License-Identifier: GPL-2.0
/*
 * A director and a vServer newer than the NVE: what it does not know it passes over, and nothing
 * else.
 */
#include "nve_bed.h"

static struct nve_bed b;

static ProtobufCMessageUnknownField news = {
	.tag = 3999, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, .len = 5,
	.data = (uint8_t *)"\004news",
};

static void send_with_news(struct director_end *d, uint8_t n, uint64_t epoch, uint64_t revision)
{
	uint8_t mac[6] = { 2, 0, 0, 0, 0, n };
	ProtobufCBinaryData locator = { 4, far_addr };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;

	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = revision;
	u.base.n_unknown_fields = 1;
	u.base.unknown_fields = &news;
	map.base.n_unknown_fields = 1;
	map.base.unknown_fields = &news;
	map.mac = (ProtobufCBinaryData){ 6, mac };
	map.epoch = epoch;
	map.locators = &locator;
	map.n_locators = 1;
	u.set = &maps;
	u.n_set = 1;
	chan_event(d->chan, MSG(MAP_UPDATE), &u.base);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	*(uint32_t *)arg = code;
}

static void test_newer_director_and_vserver(void **state)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	uint32_t code = UINT32_MAX;
	struct tsi_msg m;

	setup(&b, state);
	req.tsi = tsi_msg(&m, 1, 5);
	req.tsi->base.n_unknown_fields = 1;
	req.tsi->base.unknown_fields = &news;
	req.base.n_unknown_fields = 1;
	req.base.unknown_fields = &news;
	assert_int_equal(bed_ask(b.bed, b.vs, MSG(TSI_ASSOCIATE), &req.base).code, CODE(OK));
	assert_int_equal(bed_ask(b.bed, b.vs, 699, NULL).code, CODE(UNKNOWN_TYPE));
	chan_event(b.vs, 698, NULL);
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));

	chan_event(b.d.chan, 598, NULL);
	chan_request(b.d.chan, 599, NULL, 0, answered, &code);
	BED_WAIT(b.bed, code != UINT32_MAX);
	assert_int_equal(code, CODE(UNKNOWN_TYPE));
	send_with_news(&b.d, 7, 9, 8);
	BED_WAIT(b.bed, mapped(&b, 7));
	assert_true(chan_is_up(b.vs) && chan_is_up(b.d.chan));
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_newer_director_and_vserver),
	};

	return cmocka_run_group_tests_name("mixed", tests, NULL, NULL);
}
