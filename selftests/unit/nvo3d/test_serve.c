// SPDX-License-Identifier: GPL-2.0
/* Which guests are answered: whose interface says so, in a VN with subnets, while it is active. */
#include <errno.h>

#include "nve/serve.h"
#include "nve_bed.h"

static struct nve_bed b;

static void subnet_is(const char *prefix)
{
	struct subnets s = { .n = 1 };

	assert_int_equal(ip_prefix_parse(&s.v[0].prefix, prefix, NULL), 0);
	s.v[0].lease_s = SUBNET_LEASE_DEFAULT;
	subnet_default_range(&s.v[0]);
	assert_int_equal(subnets_check(&s, NULL), 0);
	subnets_pack(&s, &b.d.subnets);
}

static void begin(void **state)
{
	setup(&b, state);
	subnet_is("10.1.0.0/24");
}

/* Interface @n, which has 10.1.0.@n */
static struct reply associate_guest(uint8_t n, bool dhcp)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT, *ips = &ip;
	uint8_t addr[4] = { 10, 1, 0, n };
	struct tsi_msg m;

	req.tsi = tsi_msg(&m, n, 5);
	req.tsi->dhcp = dhcp;
	ip.addr = (ProtobufCBinaryData){ 4, addr };
	ip.len = 24;
	req.tsi->ips = &ips;
	req.tsi->n_ips = 1;
	return bed_ask(b.bed, b.vs, MSG(TSI_ASSOCIATE), &req.base);
}

static int guest_of_port(uint8_t n)
{
	struct nvo3_port port;

	assert_int_equal(b.kern->ops->port_get(b.kern, n, 0, &port, NULL), 0);
	return port.guest;
}

/* It asks by DHCP for an address: how many answers there are now */
static unsigned int asks(uint8_t n)
{
	uint8_t frame[14 + 20 + 8 + 244] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, n, 8, 0,
		0x45, 0, 1, 272 - 256, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255,
		0, 68, 0, 67, 0, 252, 0, 0, 1, 1, 6,
	};
	struct nvo3_guest guest = { .dev = n, .frame = { frame, sizeof(frame) } };
	uint32_t dev;
	size_t len;

	memcpy(frame + 42 + 28, (uint8_t[]){ 2, 0, 0, 0, 0, n }, 6);
	memcpy(frame + 42 + 236, "\x63\x82\x53\x63\x35\1\1\xff", 8);
	serve_question(b.nve->serve, &guest);
	return kern_stub_answers(b.kern, &dev, &len);
}

static void test_answered_while_it_is_active(void **state)
{
	uint32_t dev;
	size_t len;

	begin(state);
	assert_int_equal(associate_guest(1, true).code, CODE(OK));
	assert_int_equal(guest_of_port(1), 1);
	assert_int_equal(asks(1), 0);
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(asks(1), 1);
	assert_int_equal(kern_stub_answers(b.kern, &dev, &len), 1);
	assert_int_equal(dev, 1);
	assert_in_range(len, 300, 590);
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(asks(1), 1);
	/* Nobody is there */
	assert_int_equal(asks(9), 1);
	teardown(&b);
}

static void test_only_who_is_to_be(void **state)
{
	begin(state);
	assert_int_equal(associate_guest(1, false).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(guest_of_port(1), 0);
	assert_int_equal(asks(1), 0);
	/* Associated again it is changed where it stands */
	assert_int_equal(associate_guest(1, true).code, CODE(OK));
	assert_int_equal(guest_of_port(1), 1);
	assert_int_equal(asks(1), 1);
	assert_int_equal(associate_guest(1, false).code, CODE(OK));
	assert_int_equal(guest_of_port(1), 0);
	teardown(&b);
}

static void update_vn(void)
{
	Nvo3__VnUpdate update = NVO3__VN_UPDATE__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.addressing = (ProtobufCBinaryData){ b.d.subnets.len, b.d.subnets.b };
	update.vn = &info;
	chan_event(b.d.chan, MSG(VN_UPDATE), &update.base);
}

/* The VN's subnets change, and live through a restart without a director. */
static void test_subnets_as_the_director_says(void **state)
{
	begin(state);
	assert_int_equal(associate_guest(1, true).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(asks(1), 1);
	subnet_is("10.2.0.0/24");
	update_vn();
	bed_settle(b.bed, 5);
	assert_int_equal(asks(1), 1);
	subnet_is("10.1.0.0/16");
	update_vn();
	bed_settle(b.bed, 5);
	assert_int_equal(asks(1), 2);
	end_director(&b);
	nve_stop(b.nve);
	begin_nve(&b);
	assert_int_equal(asks(1), 3);
	/* What does not decode is no VN's end */
	b.d.subnets.b[0] ^= 0xff;
	begin_director(&b);
	BED_WAIT(b.bed, b.d.registered);
	update_vn();
	bed_settle(b.bed, 5);
	assert_int_equal(asks(1), 3);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_answered_while_it_is_active),
		BED_TEST(test_only_who_is_to_be),
		BED_TEST(test_subnets_as_the_director_says),
	};

	return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
