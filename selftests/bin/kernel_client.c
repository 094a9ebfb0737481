// SPDX-License-Identifier: GPL-2.0
/*
 * The library's client of the kernel module, called as the daemon calls it.
 *
 * usage: kernel_client TEST NVE    with VN 100 and nothing else in it
 *
 * Says what does not hold, and ends with 1 then.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "errs.h"
#include "nvo3_kernel.h"
#include "nvo3_monitor.h"

#define MANY 5000
#define VNI 100

#define CHECK(what) check(what, #what, __LINE__)

static struct nvo3_kernel *k;
static struct err err;
static uint32_t nve;
static struct nvo3_map maps[MANY];

static void check(bool ok, const char *what, int line)
{
	if (ok)
		return;
	printf("line %d: %s does not hold; the last error was \"%s\"\n", line, what, err.text);
	exit(1);
}

static void fill_maps(uint8_t last)
{
	size_t i;

	for (i = 0; i < MANY; i++)
		maps[i] = (struct nvo3_map){
			.vni = VNI, .mac = { { 2, 0, 0, 0, i >> 8, i } },
			.addr = { AF_INET, { 10, 1, 0, last } }, .epoch = 5,
			.prov = NVO3_PROV_AGENT,
		};
}

static size_t held(void)
{
	_cleanup_free_ struct nvo3_map *all = NULL;
	size_t n;

	CHECK(!kernel_map_list(k, nve, NULL, &all, &n, NULL, &err));
	return n;
}

static void bulk(void)
{
	struct nvo3_map agents = { .prov = NVO3_PROV_AGENT, .has = NVO3_HAS(MAP_PROV) };
	size_t done = 0;

	fill_maps(2);
	CHECK(!kernel_map_add(k, nve, maps, MANY, 0, &done, &err) && done == MANY);
	CHECK(held() == MANY);
	/* The same again is no error, unless that was asked for */
	CHECK(!kernel_map_add(k, nve, maps, MANY, 0, NULL, &err));
	CHECK(kernel_map_add(k, nve, maps, MANY, NLM_F_EXCL, &done, &err) == -EEXIST && !done);
	CHECK(strstr(err.text, "mapping 1 of 5000: ") == err.text);
	CHECK(!kernel_map_del(k, nve, maps, MANY / 2, &done, &err) && done == MANY / 2);
	CHECK(held() == MANY / 2);
	CHECK(!kernel_map_flush(k, nve, &agents, &err));
	CHECK(held() == 0);
	CHECK(!kernel_map_add(k, nve, maps, 0, 0, &done, &err) && !done);
}

/* Of the request with the culprit nothing is done, of those before it all */
static void culprit(void)
{
	size_t done = MANY;

	fill_maps(2);
	maps[3000].mac.b[0] = 3;
	CHECK(kernel_map_add(k, nve, maps, MANY, 0, &done, &err) == -EINVAL);
	CHECK(strstr(err.text, "mapping 3001 of 5000: 03:00:00:00:0b:b8 is a mul") == err.text);
	CHECK(done > 0 && done <= 3000 && held() == done);
	CHECK(!kernel_map_flush(k, nve, &(struct nvo3_map){ .vni = VNI }, &err));
	CHECK(kernel_map_add(k, nve, &maps[3000], 1, 0, &done, &err) == -EINVAL && !done);
	CHECK(strstr(err.text, "03:00:00:00:0b:b8 is a mul") == err.text);
}

static void epochs(void)
{
	struct nvo3_map got;

	fill_maps(2);
	CHECK(!kernel_map_add(k, nve, maps, 1, 0, NULL, &err));
	maps[0].epoch = 4;
	CHECK(kernel_map_add(k, nve, maps, 1, NLM_F_REPLACE, NULL, &err) == -ESTALE);
	maps[0].epoch = 6;
	maps[0].addr.b[3] = 3;
	CHECK(!kernel_map_add(k, nve, maps, 1, NLM_F_REPLACE, NULL, &err));
	CHECK(!kernel_map_get(k, nve, VNI, &maps[0].mac, &got, &err));
	CHECK(got.epoch == 6 && ip_addr_equal(&got.addr, &maps[0].addr));
	maps[0].epoch = 5;
	CHECK(kernel_map_del(k, nve, maps, 1, NULL, &err) < 0);
	CHECK(!kernel_map_flush(k, nve, &(struct nvo3_map){ .vni = VNI }, &err));
	CHECK(kernel_map_get(k, nve, VNI, &maps[0].mac, &got, &err) == -ENOENT);
}

static void members(void)
{
	struct nvo3_member members[300] = {}, *all;
	size_t i, n, done;

	for (i = 0; i < 300; i++)
		members[i] = (struct nvo3_member){
			.vni = VNI, .addr = { AF_INET6, { 0xfd, 1, [14] = i >> 8, [15] = i + 1 } },
		};
	CHECK(!kernel_member_add(k, nve, members, 300, &done, &err) && done == 300);
	CHECK(!kernel_member_list(k, nve, VNI, &all, &n, NULL, &err) && n == 300);
	free(all);
	CHECK(!kernel_member_del(k, nve, members, 300, &done, &err) && done == 300);
	CHECK(!kernel_member_list(k, nve, 0, &all, &n, NULL, &err) && !n && !all);
}

static void vn(void)
{
	struct nvo3_vn set = { .vni = VNI, .bum = NVO3_BUM_NONE, .has = NVO3_HAS(VN_BUM) }, got;
	struct nvo3_nve nve_got, *nves;
	size_t n;

	CHECK(!kernel_vn_set(k, nve, &set, &err));
	CHECK(!kernel_vn_get(k, nve, VNI, &got, &err));
	CHECK(got.vni == VNI && got.bum == NVO3_BUM_NONE && got.unknown == NVO3_UNKNOWN_DROP);
	CHECK(kernel_vn_get(k, nve, 7, &got, &err) == -ENOENT);
	CHECK(kernel_vn_add(k, nve, &set, &err) == -EEXIST);
	CHECK(!kernel_nve_list(k, &nves, &n, NULL, &err) && n == 1 && nves[0].ifindex == nve);
	free(nves);
	CHECK(!kernel_nve_get(k, nve, &nve_got, &err) && nve_got.vns == 1);
	CHECK(kernel_nve_get(k, 1, &nve_got, &err) < 0);
}

static int count_events(const struct nvo3_event *event, void *data)
{
	++*(size_t *)data;
	return 0;
}

/* More events than the queue holds: the loss is told, and later ones still come */
static void lost_events(void)
{
	_cleanup_monitor_ struct nvo3_monitor *m = NULL;
	size_t n = 0, told = 0;
	struct pollfd pfd;
	int r;

	CHECK(!monitor_open(&m, -1, NVO3_GROUP_MAPPING, &err));
	fill_maps(2);
	CHECK(!kernel_map_add(k, nve, maps, MANY, 0, NULL, &err));
	pfd = (struct pollfd){ .fd = monitor_fd(m), .events = POLLIN };
	while (poll(&pfd, 1, 0) > 0) {
		r = monitor_receive(m, count_events, &n, &err);
		CHECK(!r || r == -ENOBUFS);
		told += r == -ENOBUFS;
	}
	CHECK(told >= 1 && n > 0 && n < MANY);
	n = 0;
	CHECK(!kernel_map_del(k, nve, maps, 1, NULL, &err));
	CHECK(poll(&pfd, 1, 5000) == 1);
	CHECK(!monitor_receive(m, count_events, &n, &err) && n == 1);
	CHECK(!kernel_map_flush(k, nve, &(struct nvo3_map){ .vni = VNI }, &err));
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "bulk", bulk }, { "culprit", culprit }, { "epochs", epochs }, { "members", members },
	{ "vn", vn }, { "lost_events", lost_events },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 3)
		return 1;
	nve = if_nametoindex(argv[2]);
	CHECK(nve);
	CHECK(!kernel_open(&k, -1, &err));
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(tests[i].name, argv[1]))
			continue;
		tests[i].run();
		kernel_close(k);
		return 0;
	}
	printf("no test \"%s\"\n", argv[1]);
	return 1;
}
