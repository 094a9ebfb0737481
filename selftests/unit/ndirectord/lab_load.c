// SPDX-License-Identifier: GPL-2.0
/* Work without a pause; see lab_load.h. */
#include <inttypes.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab_load.h"
#include "lib/log.h"

enum load_kind { LOAD_NONE, LOAD_PLACE, LOAD_UNPLACE, LOAD_ADVERTISE, LOAD_WITHDRAW };

/* A request that is out */
struct load_op {
	struct load *load;
	enum load_kind kind;
	uint32_t addr;
	int host;
	uint64_t epoch;
	unsigned long ids[2];	/* in the history */
};

/* --- the history */

static const char *load_value(const struct load *load, int host, uint64_t epoch)
{
	static char text[64];

	if (epoch)
		snprintf(text, sizeof(text), "dc1/%s@%" PRIu64, load->hosts[host].name, epoch);
	else
		snprintf(text, sizeof(text), "dc1/%s@?", load->hosts[host].name);
	return text;
}

static unsigned long load_asked(struct load *load, const char *op, const char *table,
				uint32_t addr, int host, uint64_t epoch)
{
	fprintf(load->history,
		"{\"id\": %lu, \"op\": \"%s\", \"key\": \"%s%u\", \"value\": \"%s\"}\n", ++load->id,
		op, table, addr, load_value(load, host, epoch));
	return load->id;
}

static void load_answer(struct load *load, unsigned long id, const char *value)
{
	if (value)
		fprintf(load->history, "{\"id\": %lu, \"ok\": true, \"value\": \"%s\"}\n", id,
			value);
	else
		fprintf(load->history, "{\"id\": %lu, \"ok\": true}\n", id);
}

static void load_refused(struct load *load, unsigned long id)
{
	fprintf(load->history, "{\"id\": %lu, \"ok\": false}\n", id);
}

static uint32_t load_addr_of(const uint8_t *mac)
{
	return mac[2] << 24 | mac[3] << 16 | mac[4] << 8 | mac[5];
}

static void load_heard(struct peer *p, const Nvo3__MapUpdate *m)
{
	struct load_host *host = (struct load_host *)p;
	FILE *f = host->load->history;
	size_t i;

	if (m->vn.data[0] != LOAD_VN)
		return;
	host->partial |= m->snapshot_begin;
	host->partial &= !m->snapshot_end;
	host->revision = m->revision;
	fprintf(f, "{\"watch\": \"dc1/%s\", \"store\": \"", host->name);
	for (i = 0; i < m->store.len; i++)
		fprintf(f, "%02x", m->store.data[i]);
	fprintf(f, "\", \"rev\": %" PRIu64 ", \"begin\": %s, \"end\": %s, \"set\": {", m->revision,
		m->snapshot_begin ? "true" : "false", m->snapshot_end ? "true" : "false");
	for (i = 0; i < m->n_set; i++)
		fprintf(f, "%s\"%u\": \"%s@%" PRIu64 "\"", i ? ", " : "",
			load_addr_of(m->set[i]->mac.data), m->set[i]->nve, m->set[i]->epoch);
	fprintf(f, "}, \"del\": [");
	for (i = 0; i < m->n_del; i++)
		fprintf(f, "%s\"%u\"", i ? ", " : "", load_addr_of(m->del[i]->mac.data));
	fprintf(f, "]}\n");
}

/* --- requests and their answers */

/* Of all other codes: it has not been carried out, and never will be. */
static bool load_is_unknown(uint32_t code)
{
	return code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT);
}

static void load_done(struct load_op *op, uint32_t code, uint64_t epoch)
{
	struct load_addr *a = &op->load->addrs[op->addr];
	struct load *load = op->load;
	int i;

	load->out--;
	a->out = false;
	a->retry = LOAD_NONE;
	if (load_is_unknown(code)) {
		load->unknown++;
		a->retry = op->kind;
		a->retry_host = op->host;
	} else if (code != CODE(OK)) {
		load->refused++;
		for (i = 0; i < 2 && op->ids[i]; i++)
			load_refused(load, op->ids[i]);
	} else {
		load->acked++;
		for (i = 0; i < 2 && op->ids[i]; i++)
			load_answer(load, op->ids[i],
				    op->kind == LOAD_PLACE ? load_value(load, op->host, epoch) :
							     NULL);
		a->step = op->kind == LOAD_UNPLACE ? LOAD_FREE :
			  op->kind == LOAD_ADVERTISE ? LOAD_MAPPED : LOAD_PLACED;
		a->host = op->host;
		if (op->kind == LOAD_PLACE)
			a->epoch = epoch;
	}
	free(op);
}

static void load_placed(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__PlaceReply *m = NULL;

	if (code == CODE(OK))
		m = msg_decode(body, &nvo3__place_reply__descriptor, NULL);
	load_done(arg, code, m ? m->epoch : 0);
	if (m)
		msg_free(m);
}

static void load_unplaced(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	load_done(arg, code, 0);
}

static void load_claimed(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__MapAdvertiseReply *m = NULL;

	if (code == CODE(OK)) {
		m = msg_decode(body, &nvo3__map_advertise_reply__descriptor, NULL);
		code = m->results[0]->code;
	}
	load_done(arg, code, 0);
	if (m)
		msg_free(m);
}

static void load_send_place(struct load_op *op, const struct packed *a)
{
	char nve[32];

	snprintf(nve, sizeof(nve), "dc1/%s", op->load->hosts[op->host].name);
	if (op->kind == LOAD_PLACE) {
		Nvo3__Place m = NVO3__PLACE__INIT;
		uint8_t vm[16] = { 7, op->addr };

		m.vm = (ProtobufCBinaryData){ sizeof(vm), vm };
		m.vn = a->map.vn;
		m.mac = a->map.mac;
		m.ips = a->map.ips;
		m.n_ips = a->map.n_ips;
		m.nve = nve;
		chan_request(op->load->center.chan, MSG(PLACE), &m.base, 0, load_placed, op);
	} else {
		Nvo3__Unplace m = NVO3__UNPLACE__INIT;

		m.vn = a->map.vn;
		m.mac = a->map.mac;
		m.epoch = op->epoch;
		chan_request(op->load->center.chan, MSG(UNPLACE), &m.base, 0, load_unplaced, op);
	}
}

static void load_send_claim(struct load_op *op, struct packed *a)
{
	struct chan *chan = op->load->hosts[op->host].peer.chan;
	Nvo3__Mapping *maps = &a->map;
	Nvo3__MapAdvertise set = NVO3__MAP_ADVERTISE__INIT;
	Nvo3__MapWithdraw del = NVO3__MAP_WITHDRAW__INIT;

	set.n_maps = 1;
	set.maps = &maps;
	del.n_maps = 1;
	del.maps = &maps;
	if (op->kind == LOAD_ADVERTISE)
		chan_request(chan, MSG(MAP_ADVERTISE), &set.base, 0, load_claimed, op);
	else
		chan_request(chan, MSG(MAP_WITHDRAW), &del.base, 0, load_claimed, op);
}

static void load_send(struct load *load, uint32_t addr, enum load_kind kind, int host)
{
	struct load_op *op = calloc(1, sizeof(*op));
	struct load_addr *a = &load->addrs[addr];
	bool placing = kind == LOAD_PLACE || kind == LOAD_UNPLACE;
	const char *what = kind == LOAD_PLACE || kind == LOAD_ADVERTISE ? "set" : "del";
	struct packed packed;

	*op = (struct load_op){ load, kind, addr, host, a->epoch };
	op->ids[0] = load_asked(load, what, placing ? "place/" : "", addr, host,
				kind == LOAD_PLACE ? 0 : a->epoch);
	/* with the placement goes the mapping */
	if (kind == LOAD_UNPLACE)
		op->ids[1] = load_asked(load, "end", "", addr, host, a->epoch);
	a->out = true;
	load->out++;
	pack(&packed, LOAD_VN, addr, 1, a->epoch);
	if (placing)
		load_send_place(op, &packed);
	else
		load_send_claim(op, &packed);
}

static bool load_can(struct load *load, enum load_kind kind, int host)
{
	if (kind == LOAD_PLACE || kind == LOAD_UNPLACE)
		return load->center.up;
	return load->hosts[host].ready;
}

static void load_choose(struct load *load, uint32_t addr)
{
	struct load_addr *a = &load->addrs[addr];
	int other = random() % (LOAD_HOSTS - 1), host = a->host;
	enum load_kind kind = LOAD_PLACE;

	if (a->retry) {
		kind = a->retry;
		host = a->retry_host;
	} else if (a->step == LOAD_FREE) {
		host = other;
	} else if (a->step == LOAD_PLACED) {
		kind = random() % 8 ? LOAD_ADVERTISE : LOAD_UNPLACE;
	} else if (random() % 3 == 0) {
		kind = LOAD_WITHDRAW;
	} else if (random() % 8 == 0) {
		kind = LOAD_UNPLACE;
	} else {
		host = 1 - host;	/* it moves */
	}
	if (load_can(load, kind, host))
		load_send(load, addr, kind, host);
}

/* --- sessions */

static void load_joined(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct load_host *host = arg;

	host->ready = code == CODE(OK) && host->peer.ups == host->ups;
	if (!host->ready)
		host->ups = 0;		/* once more */
}

static void load_registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__VnJoin m = NVO3__VN_JOIN__INIT;
	struct load_host *host = arg;
	struct peer *p = &host->peer;

	if (code != CODE(OK)) {
		host->ups = 0;
		return;
	}
	fprintf(host->load->history, "{\"watch\": \"dc1/%s\", \"again\": true}\n", host->name);
	m.vn = uuid(LOAD_VN);
	if (host->revision && !host->partial) {
		m.store = (ProtobufCBinaryData){ 16, p->store };
		m.revision = host->revision;
	}
	chan_request(p->chan, MSG(VN_JOIN), &m.base, 0, load_joined, host);
}

static void load_tend(struct load_host *host)
{
	Nvo3__NveRegister m = NVO3__NVE_REGISTER__INIT;
	uint8_t ip[4] = { 192, 0, 2, 1 + (host - host->load->hosts) };
	ProtobufCBinaryData l = { sizeof(ip), ip };
	struct peer *p = &host->peer;
	char *encaps = "vxlan";

	host->ready &= p->up && host->ups == p->ups;
	if (!p->up || host->ups == p->ups)
		return;
	host->ups = p->ups;
	m.n_locators = 1;
	m.locators = &l;
	m.dstport = 4789;
	m.n_encaps = 1;
	m.encaps = &encaps;
	chan_request(p->chan, MSG(NVE_REGISTER), &m.base, 0, load_registered, host);
}

void load_turn(struct load *load)
{
	uint32_t i, addr;
	int h;

	if (load->tend)
		load->tend();
	for (h = 0; h < LOAD_HOSTS; h++)
		load_tend(&load->hosts[h]);
	for (i = 0; i < LOAD_OUT && load->out < LOAD_OUT; i++) {
		addr = random() % load->addrs_n;
		if (!load->addrs[addr].out && (!load->stopped || load->addrs[addr].retry))
			load_choose(load, addr);
	}
	lab_turn(load->director->lab);
}

void load_open(struct load *load, struct proc *d)
{
	int h;

	log_init("test", getenv("LAB_DEBUG") ? LOG_LEVEL_DEBUG : -1);
	*load = (struct load){ .director = d, .addrs_n = LOAD_ADDRS };
	snprintf(load->path, sizeof(load->path), "%s", lab_path(d->lab, "history"));
	load->history = fopen(load->path, "w");
	assert_non_null(load->history);
	peer_open(&load->center, d, "dc1", "vcenter", "vc", true);
	assert_int_equal(say_vn_set(&load->center, LOAD_VN, 100, "blue"), CODE(OK));
	for (h = 0; h < LOAD_HOSTS; h++) {
		struct load_host *host = &load->hosts[h];

		host->load = load;
		snprintf(host->name, sizeof(host->name), "host%d", h + 1);
		peer_open(&host->peer, d, "dc1", "nve", host->name, true);
		host->peer.heard = load_heard;
	}
}

void load_close(struct load *load)
{
	int h;

	for (h = 0; h < LOAD_HOSTS; h++)
		peer_close(&load->hosts[h].peer);
	peer_close(&load->center);
	fclose(load->history);
}

/* --- conditions */

/* As LAB_WAIT() */
#define LOAD_WAIT(load, cond)							\
	do {									\
		uint64_t load_end = loop_now_ms() + LAB_DEADLINE_MS;		\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > load_end)				\
				fail_msg("waited in vain for %s", #cond);	\
			load_turn(load);					\
		}								\
	} while (0)

void load_run(struct load *load, unsigned int requests)
{
	unsigned long end = load->acked + requests;

	LOAD_WAIT(load, load->acked >= end);
}

void load_claim(struct load *load, uint32_t type, uint8_t vn, uint32_t first, uint32_t n,
		const uint64_t *epochs)
{
	struct packed *packed = calloc(n, sizeof(*packed));
	Nvo3__Mapping **maps = calloc(n, sizeof(*maps));
	Nvo3__MapAdvertise m = NVO3__MAP_ADVERTISE__INIT;
	struct peer *p = &load->hosts[0].peer;
	uint32_t i;

	for (i = 0; i < n; i++) {
		pack(&packed[i], vn, first + i, 0, epochs[i]);
		maps[i] = &packed[i].map;
	}
	m.n_maps = n;
	m.maps = maps;
	chan_request(p->chan, type, &m.base, 0, answered, p);
	free(packed);
	free(maps);
}

static bool load_ready(struct load *load)
{
	int h;

	for (h = 0; h < LOAD_HOSTS; h++)
		if (!load->hosts[h].ready)
			return false;
	return load->center.up;
}

unsigned int load_recovered(struct load *load, uint64_t since)
{
	struct peer *watcher = &load->hosts[LOAD_HOSTS - 1].peer;
	unsigned int updates;

	LOAD_WAIT(load, load_ready(load));
	updates = watcher->updates;
	LOAD_WAIT(load, watcher->updates > updates && load_ready(load));
	return loop_now_ms() - since;
}

static bool load_is_still(struct load *load)
{
	uint32_t i;

	for (i = 0; i < load->addrs_n; i++)
		if (load->addrs[i].retry)
			return false;
	return !load->out && load_ready(load);
}

/* The API's list, as reads of all addresses that began before it was asked. */
static void load_read(struct load *load, const char *path, const char *table)
{
	const char *found[LOAD_ADDRS] = { };
	unsigned long first = load->id + 1;
	char value[LOAD_ADDRS][64];
	struct mac_addr mac;
	json_t *json, *item;
	uint32_t addr;
	size_t i;

	for (addr = 0; addr < load->addrs_n; addr++)
		fprintf(load->history, "{\"id\": %lu, \"op\": \"get\", \"key\": \"%s%u\"}\n",
			++load->id, table, addr);
	json = proc_get(load->director, path);
	json_array_foreach(json_object_get(json, "items"), i, item) {
		mac_addr_parse(&mac, json_string_value(json_object_get(item, "mac")), NULL);
		addr = load_addr_of(mac.b);
		if (addr >= load->addrs_n)
			continue;	/* somebody else's */
		assert_null(found[addr]);
		snprintf(value[addr], sizeof(value[addr]), "%s@%lld",
			 json_string_value(json_object_get(item, "nve")),
			 json_integer_value(json_object_get(item, "epoch")));
		found[addr] = value[addr];
	}
	json_decref(json);
	for (addr = 0; addr < load->addrs_n; addr++)
		if (found[addr])
			load_answer(load, first + addr, found[addr]);
		else
			fprintf(load->history, "{\"id\": %lu, \"ok\": true, \"value\": null}\n",
				first + addr);
}

void load_settle(struct load *load)
{
	int h;

	load->stopped = true;
	LOAD_WAIT(load, load_is_still(load));
	for (h = 0; h < LOAD_HOSTS; h++)
		peer_settle(&load->hosts[h].peer);
	load_read(load, "/mappings", "");
	load_read(load, "/placements", "place/");
	fprintf(load->history, "{\"quiet\": true, \"watchers\": [");
	for (h = 0; h < LOAD_HOSTS; h++)
		fprintf(load->history, "%s\"dc1/%s\"", h ? ", " : "", load->hosts[h].name);
	fprintf(load->history, "]}\n");
	load->stopped = false;
}

void load_dead(struct load *load)
{
	fprintf(load->history, "{\"dead\": true}\n");
}

void load_judge(struct load *load)
{
	bool stopped = load->stopped;
	char command[256];
	int status;
	pid_t pid;

	fflush(load->history);
	snprintf(command, sizeof(command),
		 "head -c %ld %s | python3 tools/check/history.py /dev/stdin >&2",
		 ftell(load->history), load->path);
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	/* nobody falls silent meanwhile: a director that hears no NVE does something about it */
	load->stopped = true;
	while (!waitpid(pid, &status, WNOHANG))
		load_turn(load);
	load->stopped = stopped;
	if (status) {
		snprintf(command, sizeof(command), "cp %s build/history.json", load->path);
		if (system(command))
			print_message("the history is not kept\n");
		fail_msg("the history cannot be; it is in build/history.json");
	}
}
