// SPDX-License-Identifier: GPL-2.0
/*
 * A whole installation in one process: the director's database, logs, interests and the telling
 * of changes as they are, and in place of the sessions peers that count what they are told. No
 * sockets, no TLS, no store: what those cost is measured elsewhere.
 *
 * Two scenes: many small VNs where all members are told everything, and one VN of all VMs
 * where each NVE is told what it uses. Addresses move at random. One line of JSON each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ndirectord/tell.h"
#include "ndirectord/wire.h"
#include "lib/chan_priv.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "proto/control.pb-c.h"

#define SMALL_VN	10		/* VMs in it */

struct peer {
	struct follower f;
	unsigned int total;
};

static struct {
	unsigned int nves, vms, used, changes;
} size = { 20000, 1000000, 200, 200000 };

static struct loop *loop;
static struct loop_timer *stopper;
static struct chan *chan;		/* none that is connected: it takes everything */
static struct tell tell;
static struct db db;
static struct db_nve **nves;
static uint64_t messages, encoded, bytes, seed = 1;

/* Processor time: who else is on the machine does not matter. */
static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static uint64_t resident(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file || fscanf(file, "%*u %lu", &pages) != 1)
		exit(1);
	fclose(file);
	return pages * 4096ull;
}

static uint32_t random_below(uint32_t limit)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % limit;
}

static void on_item(struct db_item *item, void *arg)
{
	tell_changed(&tell, item);
}

static void on_vn(struct db_vn *vn, bool gone, void *arg)
{
}

static void on_nve(struct db_nve *nve, void *arg)
{
}

static void on_placement(const struct db_placed *p, bool gone, void *arg)
{
}

static void on_epoch(void *arg)
{
}

/* Bytes of the message, without its envelope. */
static size_t message_size(struct follower *f, const struct follow_batch *b)
{
	Nvo3__MapUpdate m = NVO3__MAP_UPDATE__INIT;
	struct wire_item room;
	Nvo3__Mapping *one;
	size_t sum;
	int i;

	m.vn = msg_put_uuid(&f->at.vn->info.uuid);
	m.store = m.vn;
	m.revision = b->revision;
	sum = nvo3__map_update__get_packed_size(&m);
	for (i = 0; i < b->n; i++) {
		if (b->items[i]->kind != DB_MAP)
			continue;
		one = wire_put_map((struct db_map *)b->items[i], &room);
		one->vn = (ProtobufCBinaryData){ };
		sum += 2 + nvo3__mapping__get_packed_size(one);
	}
	return sum;
}

static void count(struct follower *f, const struct follow_batch *b)
{
	messages++;
	encoded++;
	bytes += message_size(f, b);
}

/* For many, who are not connected. */
static struct chan_shared *count_once(struct follower *f, const struct follow_batch *b)
{
	encoded++;
	bytes += message_size(f, b);
	return NULL;
}

static void turned(void *arg)
{
	loop_stop(loop);
}

static void turn(void)
{
	loop_timer_set(stopper, 0);
	loop_run(loop);
}

static struct mac_addr mac_of(uint32_t number)
{
	return (struct mac_addr){ { 2, 0, number >> 24, number >> 16, number >> 8, number } };
}

static struct db_ips ips_of(uint32_t number)
{
	uint8_t b[4] = { 10, (number + 1) >> 16, (number + 1) >> 8, number + 1 };
	struct ip_prefix ip = { .addr = ip_addr_from(AF_INET, b), .len = 32 };
	struct db_ips ips = { };

	db_ips_add(&ips, &ip);
	return ips;
}

static struct db_vn *make_vn(uint32_t number)
{
	struct db_vn_info info = { .vni = number };
	struct err err;

	memcpy(info.uuid.b, &number, sizeof(number));
	snprintf(info.name, sizeof(info.name), "vn%u", number);
	/* as heard of: the check of names against all others is no part of this */
	if (db_vn_set(&db, &info, false, &err))
		exit(1);
	return db_vn_find(&db, &info.uuid);
}

static void join(struct peer *p, struct db_vn *vn, struct db_nve *nve, bool choose)
{
	p->f = (struct follower){ .at = { .log = &vn->log, .vn = vn, .nve = nve }, .chan = chan,
				  .send = count };
	db_member_add(&db, vn, nve);
	if (choose)
		tell_choose(&tell, &p->f, &p->total);
	follow_start(&p->f.at, 0, false);
	tell_add(&tell, &p->f);
}

static void put_vm(struct db_vn *vn, uint32_t number, struct db_nve *nve)
{
	struct db_placement place = { .vn = vn, .mac = mac_of(number), .ips = ips_of(number),
				      .epoch = db_epoch_next(&db, 0), .nve = nve->name };

	memcpy(place.vm.b, &number, sizeof(number));
	db_placement_set(&db, &place);
	db_map_set(&db, vn, &place.mac, &place.ips, place.epoch, nve);
}

static void begin(void)
{
	static const struct db_observer observer = { .item = on_item, .vn = on_vn,
						     .nve = on_nve, .placement = on_placement,
						     .epoch = on_epoch };
	struct ip_addr locator;
	char name[DB_NAME];
	uint8_t b[4];
	uint32_t i;

	loop = loop_new();
	stopper = loop_timer_new(loop, turned, NULL);
	chan = mem_zalloc(sizeof(*chan));
	db_init(&db, "dc1", 1);
	tell_init(&tell, loop, 10000);
	db.observer = &observer;
	nves = mem_calloc(size.nves, sizeof(*nves));
	for (i = 0; i < size.nves; i++) {
		snprintf(name, sizeof(name), "dc1/host%05u", i);
		nves[i] = db_nve_get(&db, name);
		memcpy(b, (uint8_t[]){ 10, 200, i >> 8, i }, 4);
		locator = ip_addr_from(2, b);
		db_nve_set_locators(&db, nves[i], &locator, 1);
	}
}

/* One after the other, each told before the next: nothing is put together that is not by itself. */
static void move_some(const char *scene, struct db_vn **vns, uint32_t vms_in_each, double setup,
		      uint64_t before)
{
	uint64_t now = resident();
	double start, spent;
	uint32_t i, vm;

	messages = 0;
	encoded = 0;
	bytes = 0;
	start = now_s();
	for (i = 0; i < size.changes; i++) {
		vm = random_below(size.vms);
		put_vm(vns[vm / vms_in_each], vm, nves[random_below(size.nves)]);
		turn();
	}
	spent = now_s() - start;
	printf("{\"scene\": \"%s\", \"nves\": %u, \"vms\": %u, \"bytes_per_vm\": %.0f, "
	       "\"setup_s\": %.1f, \"changes_per_s\": %.0f, \"messages_per_change\": %.2f, "
	       "\"bytes_per_message\": %.0f, \"resident_mb\": %.0f}\n", scene, size.nves, size.vms,
	       (double)(now - before) / size.vms, setup, size.changes / spent,
	       (double)messages / size.changes, messages ? (double)bytes / messages : 0, now / 1e6);
	fflush(stdout);
}

static void small_vns(void)
{
	uint32_t n = size.vms / SMALL_VN, i;
	struct db_vn **vns = mem_calloc(n, sizeof(*vns));
	struct peer *peers = mem_calloc(size.vms, sizeof(*peers));
	uint64_t before = resident();
	double start = now_s();

	for (i = 0; i < n; i++)
		vns[i] = make_vn(i + 1);
	for (i = 0; i < size.vms; i++) {
		struct db_vn *vn = vns[i / SMALL_VN];
		struct db_nve *nve = nves[random_below(size.nves)];

		if (!db_member_find(vn, nve))
			join(&peers[i], vn, nve, false);
		put_vm(vn, i, nve);
	}
	turn();
	move_some("100,000 small VNs, push", vns, SMALL_VN, now_s() - start, before);
	for (i = 0; i < size.vms; i++)
		if (peers[i].f.log)
			tell_del(&tell, &peers[i].f);
	free(peers);
	free(vns);
}

static void large_vn(void)
{
	struct peer *peers = mem_calloc(size.nves, sizeof(*peers));
	struct db_vn *vn = make_vn(1 << 20);
	uint64_t before = resident(), interests;
	double start = now_s();
	struct mac_addr mac;
	uint32_t i, k;

	for (i = 0; i < size.vms; i++)
		put_vm(vn, i, nves[random_below(size.nves)]);
	for (i = 0; i < size.nves; i++)
		join(&peers[i], vn, nves[i], true);
	/* the members, as all are told of them */
	for (i = 0; i < size.nves; i++)
		peers[i].f.encode = count_once;
	turn();
	for (i = 0; i < size.nves; i++)
		peers[i].f.encode = NULL;
	interests = resident();
	for (i = 0; i < size.nves; i++) {
		for (k = 0; k < size.used; k++) {
			mac = mac_of(random_below(size.vms));
			interest_add(&peers[i].f.interest, &mac);
		}
	}
	printf("{\"interests\": %llu, \"bytes_per_interest\": %.0f}\n",
	       (unsigned long long)size.nves * size.used,
	       (double)(resident() - interests) / ((double)size.nves * size.used));
	move_some("one VN, on demand", &vn, size.vms, now_s() - start, before);
	for (i = 0; i < size.nves; i++)
		tell_del(&tell, &peers[i].f);
	free(peers);
}

int main(int argc, char **argv)
{
	unsigned int *const what[] = { &size.nves, &size.vms, &size.used, &size.changes };
	int i;

	for (i = 1; i < argc && i <= 4; i++)
		*what[i - 1] = strtoul(argv[i], NULL, 0);
	if (argc > 5 || !size.nves || size.vms < SMALL_VN || !size.changes) {
		fprintf(stderr, "usage: %s [NVES VMS USED_BY_EACH_NVE CHANGES]\n", argv[0]);
		return 2;
	}
	begin();
	small_vns();
	large_vn();
	return 0;
}
