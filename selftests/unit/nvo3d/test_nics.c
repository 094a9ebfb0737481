// SPDX-License-Identifier: GPL-2.0
/* The access devices of VMs: taps, and veths into a namespace that stays; as root, in namespaces */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "lib/nl.h"
#include "lib/rtnl.h"
#include "../lib/sandbox.h"
#include "vserver/nics.h"
#include "vserver/place.h"

#define PLACE "nvo3-h1-6ba7b810"

static struct nlsock *rt;
static uint8_t id[16] = { 0x6b, 0xa7, 0xb8, 0x10 };
static uint8_t tsi[2][16] = { { 0xaa, 1 }, { 0xbb, 2 } };
static uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
static uint8_t addr[4] = { 10, 9, 0, 1 };
static Nvo3__IpPrefix ip, *ips = &ip;
static Nvo3__Nic nic[2], *nics[] = { &nic[0], &nic[1] };
static Nvo3__VmProfile vm;

/* Its names of namespaces are nobody else's either */
static int group_setup(void **state)
{
	if (sandbox_enter(state) || unshare(CLONE_NEWNS) ||
	    mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, "mode=755"))
		return -1;
	return nlsock_open(&rt, NETLINK_ROUTE, -1, NULL);
}

static int group_teardown(void **state)
{
	nlsock_close(rt);
	return 0;
}

static int setup(void **state)
{
	nvo3__ip_prefix__init(&ip);
	ip.addr = (ProtobufCBinaryData){ 4, addr };
	ip.len = 24;
	for (int i = 0; i < 2; i++) {
		nvo3__nic__init(&nic[i]);
		nic[i].tsi = (ProtobufCBinaryData){ 16, tsi[i] };
		nic[i].mac = (ProtobufCBinaryData){ 6, mac[i] };
		nic[i].ips = &ips;
		nic[i].n_ips = 1;
	}
	nvo3__vm_profile__init(&vm);
	vm.vm = (ProtobufCBinaryData){ 16, id };
	vm.name = "web1";
	vm.nics = nics;
	vm.n_nics = 1;
	return 0;
}

static struct nics *made(enum nics_kind kind)
{
	struct nics *n;

	assert_int_equal(nics_new(&n, kind, "h1", 1430, NULL), 0);
	return n;
}

static void attach(struct nics *n)
{
	struct err err;

	if (nics_attach(n, &vm, -1, &err))
		fail_msg("%s", err.text);
}

static struct link_info port(const char *name)
{
	struct link_info info;

	assert_int_equal(link_get(rt, name, &info, NULL), 0);
	return info;
}

static bool gone(const char *name)
{
	struct link_info info;

	return link_get(rt, name, &info, NULL) == -ENODEV;
}

/* True: it is inside under that name */
static bool inside(const char *name, struct link_info *ret)
{
	_cleanup_close_ int fd = place_open(PLACE, NULL);
	_cleanup_nlsock_ struct nlsock *s = NULL;

	assert_true(fd >= 0);
	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, fd, NULL), 0);
	return !link_get(s, name, ret, NULL);
}

static void test_veths_and_their_place(void **state)
{
	struct nics *n = made(NICS_VETH);
	char name[NICS_PLACE_MAX];
	struct link_info info;
	struct uuid uuid;
	uint64_t in, out;

	memcpy(uuid.b, id, sizeof(uuid.b));
	nics_place(n, &uuid, name);
	assert_string_equal(name, PLACE);
	assert_int_equal(nics_bytes(n, &uuid, &in, &out, NULL), -ENOENT);
	attach(n);
	info = port("vaa010000");
	assert_int_equal(info.mtu, 1430);
	assert_false(info.up);
	assert_true(inside("eth0", &info) && info.up);
	assert_memory_equal(info.mac.b, mac[0], 6);
	assert_int_equal(info.mtu, 1430);
	assert_true(inside("lo", &info) && info.up);
	assert_false(inside("eth1", &info));
	assert_int_equal(nics_set_link(n, &vm, true, NULL), 0);
	assert_true(port("vaa010000").up);
	assert_int_equal(nics_bytes(n, &uuid, &in, &out, NULL), 0);
	/* Another one comes, and the first is as it was */
	vm.n_nics = 2;
	info = port("vaa010000");
	attach(n);
	assert_int_equal(port("vaa010000").ifindex, info.ifindex);
	assert_true(port("vaa010000").up && !port("vbb020000").up);
	assert_true(inside("eth1", &info));
	assert_memory_equal(info.mac.b, mac[1], 6);
	/* and goes; the name is free again */
	assert_int_equal(nics_drop(n, &nic[0], NULL), 0);
	assert_int_equal(nics_drop(n, &nic[0], NULL), 0);
	assert_true(gone("vaa010000") && !inside("eth0", &info) && inside("eth1", &info));
	attach(n);
	assert_true(inside("eth0", &info));
	assert_int_equal(nics_set_link(n, &vm, false, NULL), 0);
	assert_int_equal(nics_detach(n, &vm, NULL), 0);
	assert_int_equal(nics_detach(n, &vm, NULL), 0);
	assert_true(gone("vaa010000") && gone("vbb020000"));
	assert_int_equal(place_open(PLACE, NULL), -ENOENT);
	nics_free(n);
}

/* The namespace lives in a guest, its name does not: it gets that back, with all that is in it */
static void test_a_name_that_was_lost(void **state)
{
	struct nics *n = made(NICS_VETH);
	_cleanup_close_ int lives = -1;
	struct link_info info;
	uint32_t ifindex;

	attach(n);
	ifindex = port("vaa010000").ifindex;
	lives = place_open(PLACE, NULL);
	assert_true(lives >= 0);
	assert_int_equal(place_remove(PLACE, NULL), 0);
	assert_int_equal(nics_attach(n, &vm, lives, NULL), 0);
	assert_int_equal(port("vaa010000").ifindex, ifindex);
	assert_true(inside("eth0", &info));
	assert_int_equal(nics_detach(n, &vm, NULL), 0);
	nics_free(n);
}

static void test_taps(void **state)
{
	struct nics *n = made(NICS_TAP);

	vm.n_nics = 2;
	attach(n);
	attach(n);
	assert_string_equal(port("vaa010000").kind, "tun");
	assert_int_equal(port("vbb020000").mtu, 1430);
	assert_false(port("vbb020000").up);
	assert_int_equal(nics_set_link(n, &vm, true, NULL), 0);
	assert_true(port("vbb020000").up);
	assert_int_equal(place_open(PLACE, NULL), -ENOENT);
	assert_int_equal(nics_detach(n, &vm, NULL), 0);
	assert_int_equal(nics_detach(n, &vm, NULL), 0);
	assert_true(gone("vaa010000") && gone("vbb020000"));
	nics_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_veths_and_their_place, setup),
		cmocka_unit_test_setup(test_a_name_that_was_lost, setup),
		cmocka_unit_test_setup(test_taps, setup),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
