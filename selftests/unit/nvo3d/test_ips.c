// SPDX-License-Identifier: GPL-2.0
/*
 * IP addresses of mappings and of the NVE's own interfaces: who holds one, what the kernel has of
 * it while it answers ARP, and what is asked for by its IP address.
 */
#include <errno.h>
#include "nve/ask.h"
#include "nve/model_ip.h"
#include "nve_bed.h"

#define ROUNDS 3000
#define MACS 4

static struct mac_addr mac_of(uint8_t n)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, n } };
}

static struct ip_addr ip_of(uint8_t n)
{
	return ip_addr_from(AF_INET, (uint8_t[]){ 10, 0, 0, n });
}

/* --- who holds it, beside a table that is looked through */

static void test_the_newest_claim_holds(void **state)
{
	uint64_t held[MACS][2] = {};	/* 0: no claim; by own */
	struct model_ip *ips = NULL;
	struct ip_addr ip = ip_of(1);

	(void)state;
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		const struct model_claim *holder;
		int n = rand() % MACS, own = rand() % 2, best = -1;
		struct mac_addr mac = mac_of(n);

		/* no two have the same epoch but one that is ours and told of, too */
		held[n][own] = rand() % 3 ? MACS * (1 + rand() % 5) + n : 0;
		if (held[n][own])
			model_ip_claim(&ips, &ip, &mac, own, held[n][own]);
		else
			model_ip_unclaim(&ips, &ip, &mac, own);
		for (int i = 0; i < 2 * MACS; i++)
			if (held[i / 2][i % 2] &&
			    (best < 0 || held[i / 2][i % 2] >= held[best / 2][best % 2]))
				best = i;
		holder = model_ip_holder(ips, &ip);
		assert_int_equal(!holder, best < 0);
		if (!holder)
			continue;
		mac = mac_of(best / 2);
		assert_true(mac_addr_equal(&holder->mac, &mac));
		assert_int_equal(holder->epoch, held[best / 2][best % 2]);
		assert_int_equal(holder->own, best % 2);
	}
	model_ips_uninit(&ips);
	assert_null(ips);
}

/* --- what the kernel has */

/* Whose MAC the address leads to, 0 for nobody's */
static uint8_t has(struct nve_bed *b, uint8_t n)
{
	struct ip_addr ip = ip_of(n);
	struct nvo3_map map;

	if (b->kern->ops->ipmap_get(b->kern, VNI, &ip, &map, NULL))
		return 0;
	assert_int_equal(map.prov, NVO3_PROV_AGENT);
	return map.mac.b[5];
}

static uint64_t epoch_of(struct nve_bed *b, uint8_t n)
{
	struct ip_addr ip = ip_of(n);
	struct nvo3_map map;

	assert_int_equal(b->kern->ops->ipmap_get(b->kern, VNI, &ip, &map, NULL), 0);
	return map.epoch;
}

/* Interface @n, with address 10.0.0.n */
static void add(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT, *ips = &ip;
	uint8_t addr[4] = { 10, 0, 0, n };
	struct tsi_msg m;

	req.tsi = tsi_msg(&m, n, epoch);
	ip.addr = (ProtobufCBinaryData){ 4, addr };
	ip.len = 24;
	req.tsi->ips = &ips;
	req.tsi->n_ips = 1;
	assert_int_equal(bed_ask(b->bed, b->vs, MSG(TSI_ASSOCIATE), &req.base).code, CODE(OK));
	assert_int_equal(activate(b, n, epoch).code, CODE(OK));
}

static void begin(struct nve_bed *b, void **state, uint32_t arp)
{
	setup(b, state);
	b->d.arp = arp;
	b->d.arp_unknown = NVO3_ARP_UNKNOWN_ASK;
	add(b, 1, 3);
}

static void say_arp(struct nve_bed *b, uint32_t arp)
{
	Nvo3__VnUpdate update = NVO3__VN_UPDATE__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.arp = arp;
	info.arp_unknown = NVO3_ARP_UNKNOWN_ASK;
	update.vn = &info;
	chan_event(b->d.chan, MSG(VN_UPDATE), &update.base);
}

static void test_they_come_and_go_with_their_mapping(void **state)
{
	struct nve_bed b;

	begin(&b, state, NVO3_ARP_ANSWER);
	assert_int_equal(has(&b, 1), 1);
	b.d.ip = 20;
	send_map(&b.d, 20, 5, false, 8);
	BED_WAIT(b.bed, has(&b, 20) == 20);
	assert_int_equal(epoch_of(&b, 20), 5);
	/* to another MAC: told of the new one first, or of the old one's end */
	send_map(&b.d, 21, 6, false, 9);
	BED_WAIT(b.bed, has(&b, 20) == 21);
	b.d.ip = 0;
	send_map(&b.d, 20, 7, false, 10);
	BED_WAIT(b.bed, mapped(&b, 20));
	bed_settle(b.bed, 10);
	assert_int_equal(has(&b, 20), 21);
	/* and back with an older epoch, when the newer one has gone */
	b.d.ip = 20;
	send_map(&b.d, 22, 2, false, 11);
	BED_WAIT(b.bed, mapped(&b, 22));
	assert_int_equal(has(&b, 20), 21);
	send_map(&b.d, 21, 8, true, 12);
	BED_WAIT(b.bed, has(&b, 20) == 22);
	assert_int_equal(epoch_of(&b, 20), 2);
	send_map(&b.d, 22, 9, true, 13);
	BED_WAIT(b.bed, !has(&b, 20));
	teardown(&b);
}

static void test_own_interfaces(void **state)
{
	struct nve_bed b;

	begin(&b, state, NVO3_ARP_ANSWER);
	assert_int_equal(epoch_of(&b, 1), 3);
	/* silent, and elsewhere with a newer epoch */
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(has(&b, 1), 0);
	b.d.ip = 1;
	send_map(&b.d, 1, 4, false, 8);
	BED_WAIT(b.bed, has(&b, 1) == 1);
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	BED_WAIT(b.bed, epoch_of(&b, 1) == 5);
	/* a restart claims them again before anything is swept */
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	BED_WAIT(b.bed, b.d.registered == 2 && b.d.joins == 2);
	bed_settle(b.bed, 20);
	assert_int_equal(has(&b, 1), 1);
	begin_vserver(&b);
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_false(has_vn(&b));
	teardown(&b);
}

static void test_only_while_arp_is_answered(void **state)
{
	struct nve_bed b;

	begin(&b, state, NVO3_ARP_OFF);
	b.d.ip = 20;
	send_map(&b.d, 20, 5, false, 8);
	BED_WAIT(b.bed, mapped(&b, 20));
	assert_int_equal(has(&b, 1) + has(&b, 20), 0);
	say_arp(&b, NVO3_ARP_ANSWER);
	BED_WAIT(b.bed, has(&b, 1) == 1 && has(&b, 20) == 20);
	say_arp(&b, NVO3_ARP_OFF);
	BED_WAIT(b.bed, !has(&b, 1) && !has(&b, 20));
	teardown(&b);
}

/* --- questions */

static void question(struct nve_bed *b, uint8_t n)
{
	struct nvo3_miss miss = { .vni = VNI, .addr = ip_of(n), .src = mac_of(1), .dev = 1 };

	kern_stub_ask(b->kern, &miss);
	ask_miss(b->nve, &miss);
}

static void test_asked_by_ip(void **state)
{
	struct ip_addr nobody = ip_of(40);
	struct nve_bed b;

	begin(&b, state, NVO3_ARP_ANSWER);
	b.d.ip = 30;
	question(&b, 30);
	question(&b, 30);
	BED_WAIT(b.bed, has(&b, 30) == 30);
	assert_int_equal(b.d.queries, 1);
	assert_int_equal(b.d.asked_ip, 30);
	assert_int_equal(b.d.asker[5], 1);
	BED_WAIT(b.bed, !b.nve->asks);
	/* known here: the kernel is told again, and nobody is asked */
	question(&b, 30);
	bed_settle(b.bed, 10);
	assert_int_equal(b.d.queries, 1);

	b.d.answer = CODE(NOT_FOUND);
	question(&b, 40);
	BED_WAIT(b.bed, kern_stub_absent_ip(b.kern, VNI, &nobody) == 7000);
	/* the list of what is open is asked, too */
	end_director(&b);
	BED_WAIT(b.bed, !b.nve->asks);
	question(&b, 41);
	begin_director(&b);
	BED_WAIT(b.bed, b.d.asked_ip == 41);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_newest_claim_holds),
		BED_TEST(test_they_come_and_go_with_their_mapping),
		BED_TEST(test_own_interfaces),
		BED_TEST(test_only_while_arp_is_answered),
		BED_TEST(test_asked_by_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
