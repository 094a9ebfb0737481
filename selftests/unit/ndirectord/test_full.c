// SPDX-License-Identifier: GPL-2.0
/*
 * A store that has no room: a real director refuses what is new, and serves what is known; what
 * goes on, and what is taken back, is still written.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "lab.c"
#include "../lib/etcd_lab.h"

#define DISK_MIB	40
#define QUOTA_MIB	64	/* of etcd */

static struct proc d;
static struct peer center, host1, host2;
static char store[600];

static void begin(void **state)
{
	d.store = store;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
}

static uint32_t place(uint32_t addr, const char *nve)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = nve };

	return say_place(&center, &p);
}

/* With one address mapped and one only placed; @says: how the sentence begins */
static void refuses_what_is_new(uint64_t mapped, uint64_t placed, const char *says)
{
	assert_int_equal(place(3, "dc1/host1"), CODE(FULL));
	assert_memory_equal(center.text, says, strlen(says));
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(FULL));
	assert_int_equal(say_profile_set(&center, 1, 1, 2), CODE(FULL));
	assert_int_equal(proc_count(&d, "/placements", NULL, NULL), 2);
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 1);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "store-full"), 1);

	/* what is known is served, also to who is new */
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1 && peer_map(&host2, 1, 1));
	/* what was taken up before goes on, and what goes, goes */
	assert_int_equal(say_advertise(&host1, 1, 2, 0, placed), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
	assert_int_equal(place(1, "dc1/host2"), CODE(OK));
	assert_int_equal(say_advertise(&host2, 1, 1, 0, center.epoch), CODE(OK));
	assert_int_equal(say_unplace(&center, 1, 2, UINT64_MAX), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 2));
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 1);
}

static void full_and_not(void (*fill)(void), void (*empty)(void), const char *says)
{
	uint64_t mapped, placed;

	assert_int_equal(place(1, "dc1/host1"), CODE(OK));
	mapped = center.epoch;
	assert_int_equal(say_advertise(&host1, 1, 1, 0, mapped), CODE(OK));
	assert_int_equal(place(2, "dc1/host1"), CODE(OK));
	placed = center.epoch;
	fill();
	LAB_WAIT(d.lab, say_vn_set(&center, 3, 300, "probe") == CODE(FULL) ||
		 say_vn_delete(&center, 3) != CODE(OK));
	refuses_what_is_new(mapped, placed, says);
	empty();
	LAB_WAIT(d.lab, place(3, "dc1/host1") == CODE(OK));
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	assert_int_equal(proc_count(&d, "/events", "kind", "store-room"), 1);
	assert_true(proc_alive(&d));
	assert_int_equal(center.downs + host1.downs, 0);
	/* all of it is on the disk */
	proc_end(&d, SIGKILL, -1);
}

/* --- SQLite, on a small disk */

static void fill_disk(void)
{
	const char *path = lab_path(d.lab, "disk/ballast");
	struct statvfs st;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(statvfs(path, &st), 0);
	/* 4 MiB are left */
	assert_int_equal(posix_fallocate(fd, 0, st.f_bavail * st.f_frsize - (4 << 20)), 0);
	close(fd);
}

static void empty_disk(void)
{
	assert_int_equal(unlink(lab_path(d.lab, "disk/ballast")), 0);
}

static bool small_disk(struct lab *lab)
{
	char size[32];

	snprintf(size, sizeof(size), "size=%dm", DISK_MIB);
	assert_int_equal(mkdir(lab_path(lab, "disk"), 0700), 0);
	return !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tmpfs", lab_path(lab, "disk"), "tmpfs", 0, size);
}

static void test_a_full_disk(void **state)
{
	struct lab *lab = *state;

	if (!small_disk(lab))
		skip();		/* not root */
	proc_init(&d, lab, 1);
	snprintf(store, sizeof(store), "sqlite:%s", lab_path(lab, "disk/dc1.db"));
	begin(state);
	full_and_not(fill_disk, empty_disk, "store ");
	proc_start(&d);
	assert_int_equal(proc_count(&d, "/placements", NULL, NULL), 2);
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 2);
	proc_end(&d, SIGTERM, 0);
	assert_int_equal(umount2(lab_path(lab, "disk"), MNT_DETACH), 0);
}

/* --- etcd, with a small quota */

static struct etcd_lab cluster;
static int ballast;		/* keys of 1 MiB */

static void put(int n, bool gone)
{
	static char data[1 << 20];
	json_t *ops = json_array();
	char key[32];

	snprintf(key, sizeof(key), "/ballast/%d", n);
	if (!gone)
		memset(data, n, sizeof(data));
	json_array_append_new(ops, gone ? etcd_op_del(key, NULL) :
					  etcd_op_put(key, data, sizeof(data), 0));
	json_decref(etcd_lab_ask(&cluster, -1, "kv/txn",
				 etcd_txn(json_array(), ops, json_array()), NULL));
}

static int64_t size_mib(void)
{
	json_t *answer = etcd_lab_ask(&cluster, -1, "maintenance/status", json_object(), NULL);
	int64_t size = 0;

	assert_int_equal(etcd_get_number(answer, "dbSize", &size, NULL), 0);
	json_decref(answer);
	return size >> 20;
}

/* There is some of it left, so no alarm. A turn each, so that no session is silent for long. */
static void fill_etcd(void)
{
	for (ballast = 0; size_mib() < QUOTA_MIB - 14; ballast++) {
		put(ballast, false);
		lab_turn(d.lab);
	}
}

static void empty_etcd(void)
{
	json_t *body = json_object(), *answer;
	int64_t now = 0;

	for (int i = 0; i < ballast; i++) {
		put(i, true);
		lab_turn(d.lab);
	}
	answer = etcd_lab_ask(&cluster, -1, "kv/range", etcd_range("x", NULL, 0, 0), NULL);
	assert_int_equal(etcd_get_number(json_object_get(answer, "header"), "revision", &now, NULL),
			 0);
	json_decref(answer);
	json_object_set_new(body, "revision", etcd_number(now));
	json_object_set_new(body, "physical", json_true());
	json_decref(etcd_lab_ask(&cluster, -1, "kv/compaction", body, NULL));
	assert_int_equal(etcd_lab_ctl(&cluster, "defrag"), 0);
}

static void test_a_full_cluster(void **state)
{
	char params[64];

	etcd_lab_start(&cluster, 1, (unsigned long)QUOTA_MIB << 20);
	proc_init(&d, *state, 1);
	snprintf(params, sizeof(params), "prefix=/full&lease=60&quota=%d", QUOTA_MIB);
	snprintf(store, sizeof(store), "etcd:%s", etcd_lab_url(&cluster, -1, params));
	begin(state);
	full_and_not(fill_etcd, empty_etcd, "store etcd:/full: the cluster is full: of its quota ");
	etcd_lab_end_lease(&cluster, "/full");
	proc_start(&d);
	assert_int_equal(proc_count(&d, "/placements", NULL, NULL), 2);
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_a_full_disk),
		LAB_TEST(test_a_full_cluster),
	};
	int r = LAB_MAIN(argc, argv, "full", tests);

	return cluster.n && etcd_lab_stop(&cluster) ? -1 : r;
}
