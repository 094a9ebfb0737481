// SPDX-License-Identifier: GPL-2.0
/* rtnetlink verbs against the running kernel, in network namespaces of their own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"
#include "rtnl.h"
#include "sandbox.h"

static struct nlsock *s;

static int setup(void **state)
{
	return sandbox_enter(state) < 0 ? -1 : nlsock_open(&s, NETLINK_ROUTE, -1, NULL);
}

static int teardown(void **state)
{
	nlsock_close(s);
	return 0;
}

static void make_veth(const char *a, const char *b)
{
	const struct link_end ends[] = {
		{ .name = a, .netns_fd = -1 }, { .name = b, .netns_fd = -1 },
	};

	assert_int_equal(link_veth_add(s, &ends[0], &ends[1], NULL), 0);
}

static uint32_t index_of(const char *name)
{
	struct link_info info;

	assert_int_equal(link_get(s, name, &info, NULL), 0);
	return info.ifindex;
}

static void delete(const char *name)
{
	assert_int_equal(link_del(s, index_of(name), NULL), 0);
}

static void veth_into_another_netns(void **state)
{
	_cleanup_close_ int other = sandbox_other_netns();
	const struct link_end a = {
		.name = "a0", .netns_fd = -1, .mac = { { 2, 0, 0, 0, 0, 1 } }, .mtu = 1400,
	};
	const struct link_end b = {
		.name = "b0", .netns_fd = other, .mac = { { 2, 0, 0, 0, 0, 2 } }, .mtu = 1300,
	};
	_cleanup_nlsock_ struct nlsock *there = NULL;
	struct link_info info;

	assert_true(other >= 0);
	assert_int_equal(link_veth_add(s, &a, &b, NULL), 0);
	assert_int_equal(link_get(s, "a0", &info, NULL), 0);
	assert_string_equal(info.name, "a0");
	assert_string_equal(info.kind, "veth");
	assert_true(mac_addr_equal(&info.mac, &a.mac));
	assert_int_equal(info.mtu, 1400);
	assert_false(info.up);
	assert_int_equal(info.master, 0);
	assert_int_equal(link_get(s, "b0", &info, NULL), -ENODEV);

	assert_int_equal(nlsock_open(&there, NETLINK_ROUTE, other, NULL), 0);
	assert_int_equal(link_get(there, "b0", &info, NULL), 0);
	assert_true(mac_addr_equal(&info.mac, &b.mac));
	assert_int_equal(info.mtu, 1300);
	assert_int_equal(info.peer, index_of("a0"));
	delete("a0");
	assert_int_equal(link_get(there, "b0", &info, NULL), -ENODEV);
}

static void names_chosen_by_the_kernel(void **state)
{
	const struct link_end any = { .netns_fd = -1 };
	struct link_info *links;
	size_t n;

	assert_int_equal(link_veth_add(s, &any, &any, NULL), 0);
	assert_int_equal(link_list(s, "veth", &links, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(links[0].peer, links[1].ifindex);
	assert_int_equal(link_del(s, links[0].ifindex, NULL), 0);
	free(links);
	assert_int_equal(link_list(s, "veth", &links, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(links);
}

static void setters(void **state)
{
	const struct mac_addr mac = { { 2, 0, 0, 0, 0, 9 } };
	struct link_info info;
	uint32_t i;

	make_veth("v0", "v1");
	i = index_of("v0");
	assert_int_equal(link_set_mac(s, i, &mac, NULL), 0);
	assert_int_equal(link_set_mtu(s, i, 1234, NULL), 0);
	assert_int_equal(link_set_up(s, index_of("v1"), true, NULL), 0);
	assert_int_equal(link_set_up(s, i, true, NULL), 0);
	assert_int_equal(link_get_by_index(s, i, &info, NULL), 0);
	assert_true(mac_addr_equal(&info.mac, &mac));
	assert_int_equal(info.mtu, 1234);
	assert_true(info.up);
	assert_true(info.carrier);
	assert_int_equal(link_set_up(s, i, false, NULL), 0);
	assert_int_equal(link_set_name(s, i, "renamed", NULL), 0);
	assert_int_equal(link_get(s, "renamed", &info, NULL), 0);
	assert_false(info.up);
	assert_int_equal(info.ifindex, i);
	delete("renamed");
}

static void make_bridge(const char *name)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlattr *info;
	struct nlbuf b;

	nlbuf_init(&b, mem, sizeof(mem), RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	nlbuf_put_header(&b, sizeof(struct ifinfomsg));
	nlbuf_put_str(&b, IFLA_IFNAME, name);
	info = nlbuf_nest_start(&b, IFLA_LINKINFO);
	nlbuf_put_str(&b, IFLA_INFO_KIND, "bridge");
	nlbuf_nest_end(&b, info);
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, NULL), 0);
}

static void master(void **state)
{
	struct link_info info;

	make_bridge("br0");
	make_veth("v0", "v1");
	assert_int_equal(link_set_master(s, index_of("v0"), index_of("br0"), NULL), 0);
	assert_int_equal(link_get(s, "v0", &info, NULL), 0);
	assert_int_equal(info.master, index_of("br0"));
	assert_int_equal(link_set_master(s, index_of("v0"), 0, NULL), 0);
	assert_int_equal(link_get(s, "v0", &info, NULL), 0);
	assert_int_equal(info.master, 0);
	delete("v0");
	delete("br0");
}

static void move_to_netns(void **state)
{
	_cleanup_close_ int other = sandbox_other_netns();
	_cleanup_nlsock_ struct nlsock *there = NULL;
	struct link_info info;

	make_veth("v0", "v1");
	assert_int_equal(nlsock_open(&there, NETLINK_ROUTE, other, NULL), 0);
	assert_int_equal(link_set_netns(s, index_of("v1"), other, NULL), 0);
	assert_int_equal(link_get(there, "v1", &info, NULL), 0);
	assert_int_equal(link_get(s, "v1", &info, NULL), -ENODEV);
	delete("v0");
}

static void addresses_and_routes(void **state)
{
	struct ip_prefix p4, p6;
	struct ip_addr gw4, gw6;
	struct err err;
	uint32_t i;

	assert_int_equal(ip_prefix_parse(&p4, "192.0.2.1/24", NULL), 0);
	assert_int_equal(ip_prefix_parse(&p6, "2001:db8::1/64", NULL), 0);
	assert_int_equal(ip_addr_parse(&gw4, "192.0.2.254", NULL), 0);
	assert_int_equal(ip_addr_parse(&gw6, "2001:db8::fe", NULL), 0);
	make_veth("v0", "v1");
	i = index_of("v0");
	assert_int_equal(link_set_up(s, index_of("v1"), true, NULL), 0);
	assert_int_equal(link_set_up(s, i, true, NULL), 0);
	assert_true(link_route_default_add(s, &gw4, 0, NULL) < 0);
	assert_int_equal(link_addr_add(s, i, &p4, NULL), 0);
	assert_int_equal(link_addr_add(s, i, &p4, NULL), 0);
	assert_int_equal(link_addr_add(s, i, &p6, NULL), 0);
	assert_int_equal(link_addr_add(s, i, &p6, NULL), 0);
	assert_int_equal(link_route_default_add(s, &gw4, 0, NULL), 0);
	assert_int_equal(link_route_default_add(s, &gw4, i, NULL), 0);
	assert_int_equal(link_route_default_add(s, &gw6, i, NULL), 0);
	assert_int_equal(link_addr_add(s, 12345, &p4, &err), -ENODEV);
	assert_true(strlen(err.text) > 0);
	delete("v0");
}

static void refusals_name_the_culprit(void **state)
{
	const struct link_nve nve = { .csum = -1 };
	struct link_info info;
	struct err err;

	assert_int_equal(link_get(s, "nothing", &info, &err), -ENODEV);
	assert_string_equal(err.text, "device \"nothing\" does not exist");
	assert_int_equal(link_get(s, "", &info, &err), -ENODEV);
	assert_int_equal(link_get(s, "a-very-long-device-name", &info, &err), -ENODEV);
	assert_string_equal(err.text, "device \"a-very-long-device-name\" does not exist");
	assert_int_equal(link_get_by_index(s, 12345, &info, &err), -ENODEV);
	assert_string_equal(err.text, "device with index 12345 does not exist");
	assert_int_equal(link_nve_add(s, "a-very-long-device-name", &nve, &err), -EINVAL);
	assert_non_null(strstr(err.text, "a-very-long-device-name"));
	assert_int_equal(link_set_name(s, 1, "", &err), -EINVAL);
	assert_int_equal(link_del(s, 12345, &err), -ENODEV);
}

static void send_frame(uint32_t ifindex, size_t len)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	_cleanup_close_ int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	char frame[1024] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0 };

	assert_true(fd >= 0 && len <= sizeof(frame));
	assert_int_equal(sendto(fd, frame, len, 0, (void *)&to, sizeof(to)), len);
}

/* Of all of a kind, in the direction that they have; what IPv6 says by itself is less than that */
static void bytes_of_a_kind(void **state)
{
	_cleanup_close_ int other = sandbox_other_netns();
	const struct link_end a = { .name = "a0", .netns_fd = -1 };
	const struct link_end b = { .name = "b0", .netns_fd = other };
	_cleanup_nlsock_ struct nlsock *there = NULL;
	uint64_t rx = 1, tx = 1, rx_there, tx_there;
	struct link_info info;

	assert_int_equal(link_bytes(s, "veth", &rx, &tx, NULL), 0);
	assert_true(rx == 0 && tx == 0);
	assert_int_equal(link_veth_add(s, &a, &b, NULL), 0);
	assert_int_equal(nlsock_open(&there, NETLINK_ROUTE, other, NULL), 0);
	assert_int_equal(link_get(there, "b0", &info, NULL), 0);
	assert_int_equal(link_set_up(there, info.ifindex, true, NULL), 0);
	assert_int_equal(link_set_up(s, index_of("a0"), true, NULL), 0);
	for (int i = 0; i < 100; i++)
		send_frame(index_of("a0"), 1000);
	assert_int_equal(link_bytes(s, "veth", &rx, &tx, NULL), 0);
	assert_true(tx >= 100000 && tx < 110000 && rx < 10000);
	assert_int_equal(link_bytes(there, "veth", &rx_there, &tx_there, NULL), 0);
	assert_true(rx_there >= 100000 && rx_there < 110000 && tx_there < 10000);
	assert_int_equal(link_bytes(there, "bridge", &rx_there, &tx_there, NULL), 0);
	assert_true(rx_there == 0 && tx_there == 0);
	delete("a0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(veth_into_another_netns),
		cmocka_unit_test(names_chosen_by_the_kernel), cmocka_unit_test(setters),
		cmocka_unit_test(master), cmocka_unit_test(move_to_netns),
		cmocka_unit_test(addresses_and_routes),
		cmocka_unit_test(bytes_of_a_kind),
		cmocka_unit_test(refusals_name_the_culprit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
