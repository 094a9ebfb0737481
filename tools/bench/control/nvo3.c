// SPDX-License-Identifier: GPL-2.0
/*
 * nDirector: NVEs that are told, two that advertise, and vCenter that places.
 */
#include <stdio.h>
#include <stdlib.h>
#include "nvo3.h"
#include "proto/common.pb-c.h"
#include "round.h"

#define PLACES_OPEN	8192
#define MAPS_MAX	4096
#define MAP_ROOM	80		/* a mapping of ours in MAP_ADVERTISE */
#define NVES_MAX	512		/* in one message */

enum { CENTER, WRITER };		/* writers[]: vCenter, and two NVEs */
enum { ID_REGISTER = 1, ID_JOIN, ID_PLACE = 1 << 20 };
enum { SAID_HELLO, REGISTERED, JOINED, COMPLETE };	/* stage: an NVE's session */

enum join nvo3_join;
uint8_t nvo3_vn[16] = { 1 };
uint64_t nvo3_epochs[ADDRESSES_MAX];
bool nvo3_spread;
static uint8_t sides[ADDRESSES_MAX];	/* the writer that has it; each write changes it */
struct nvo3_hooks nvo3_hooks;

static struct {
	uint32_t first, count, placing, placed, advertised, accepted;
} job;

void nvo3_queue(struct link *l, uint32_t type, uint64_t id, const uint8_t *body, size_t len)
{
	uint8_t head[48], *at = head + 4;

	at = pb_number(at, 1, type);
	if (id)
		at = pb_number(at, 2, id);
	at = pb_varint(pb_varint(at, 6 << 3 | 2), len);
	be_put(head, at - head - 4 + len, 4);
	link_queue(l, head, at - head);
	link_queue(l, body, len);
}

static void hello(struct link *l)
{
	uint8_t body[64], *at = pb_number(body, 1, PROTO_MAJOR);

	at = pb_bytes(at, 3, "bench", 5);
	at = pb_bytes(at, 4, CAN_ON_DEMAND, strlen(CAN_ON_DEMAND));
	at = pb_bytes(at, 4, CAN_MAP_COLUMNS, strlen(CAN_MAP_COLUMNS));
	nvo3_queue(l, MSG(HELLO), 0, body, at - body);
	link_flush(l);
}

static void enroll(struct link *l)
{
	uint8_t locator[4], body[16], *at;

	be_put(locator, 0x0a800000 + l->number, 4);
	at = pb_bytes(body, 1, locator, 4);
	nvo3_queue(l, MSG(NVE_REGISTER), ID_REGISTER, body, at - body);
}

static void join(struct link *l)
{
	uint8_t body[64], *at = pb_bytes(body, 1, nvo3_vn, 16);

	if (l->at) {
		at = pb_bytes(at, 2, l->store, 16);
		at = pb_number(at, 3, l->at);
	}
	if (nvo3_join == JOIN_ON_DEMAND)
		at = pb_number(at, 4, 1);
	nvo3_queue(l, MSG(VN_JOIN), ID_JOIN, body, at - body);
}

static void alive(struct link *l)
{
	uint8_t body[16], *at = pb_number(body, 1, 1);

	nvo3_queue(l, MSG(KEEPALIVE), 0, body, at - body);
	link_flush(l);
}

static ssize_t refused(struct link *l, const struct envelope *e)
{
	return complain("%s of session %u: %s: %.*s", msg_name(e->type), l->number,
			code_name(e->code), (int)e->text_len, e->text ? (char *)e->text : "");
}

static void owner_name(uint32_t key, char name[24])
{
	if (nvo3_spread)
		snprintf(name, 24, "dc1/n%u", key % n_sessions);
	else
		snprintf(name, 24, "dc1/w%u", sides[key]);
}

/* @nve: the last letter of its name. */
static void heard(struct link *l, const uint8_t *mac, uint64_t epoch, uint8_t nve)
{
	uint64_t key = be_get(mac + 2, 4);
	bool right;

	right = key < ADDRESSES_MAX && epoch == nvo3_epochs[key] &&
		(nvo3_spread || nve == '0' + sides[key]);
	round_heard(l, key, right);
	if (nvo3_hooks.told)
		nvo3_hooks.told(l, key, epoch);
}

/* A mapping that we were told: MAC, epoch, NVE. Of this round if it has its epoch and writer. */
static void told(struct link *l, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *mac = NULL, *nve = NULL;
	uint64_t epoch = 0;
	size_t nve_len = 0;
	struct field f;

	while (pb_next(&at, end, &f)) {
		if (f.number == 2 && f.data && f.len == 6) {
			mac = f.data;
		} else if (f.number == 4 && !f.data) {
			epoch = f.value;
		} else if (f.number == 5 && f.data) {
			nve = f.data;
			nve_len = f.len;
		}
	}
	if (mac && nve_len)
		heard(l, mac, epoch, nve[nve_len - 1]);
}

/* The last letter of an NVE's name, of a Member. */
static uint8_t nve_letter(const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len;
	struct field f;

	while (pb_next(&at, end, &f))
		if (f.number == 1 && f.len)
			return f.data[f.len - 1];
	return 0;
}

/* The same, of MapColumns. */
static void told_columns(struct link *l, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *macs = NULL, *epochs = NULL, *which = NULL;
	const uint8_t *epochs_end = NULL, *which_end = NULL;
	uint8_t letters[NVES_MAX];
	size_t macs_len = 0, ips_len = 0;
	uint64_t epoch = 0, by, nve = 0;
	unsigned int n_nves = 0;
	struct field f;

	while (pb_next(&at, end, &f)) {
		if (f.number == 1 && f.data && n_nves < NVES_MAX)
			letters[n_nves++] = nve_letter(f.data, f.len);
		else if (f.number == 2 && f.data)
			macs = f.data, macs_len = f.len;
		else if (f.number == 3 && f.data)
			ips_len = f.len;
		else if (f.number == 4 && f.data)
			epochs = f.data, epochs_end = f.data + f.len;
		else if (f.number == 5 && f.data)
			which = f.data, which_end = f.data + f.len;
	}
	if (macs_len / 6 != ips_len / 4)
		return;
	for (; macs_len >= 6; macs += 6, macs_len -= 6) {
		if (!pb_read(&epochs, epochs_end, &by) ||
		    (which && !pb_read(&which, which_end, &nve)) || nve >= n_nves)
			return;
		epoch += by >> 1 ^ -(by & 1);
		heard(l, macs, epoch, letters[nve]);
	}
}

static void acknowledge(struct link *l, const uint8_t *vn, uint64_t revision)
{
	uint8_t body[64], *at = pb_bytes(body, 1, vn, 16);

	at = pb_bytes(at, 2, l->store, 16);
	at = pb_number(at, 3, revision);
	nvo3_queue(l, MSG(MAP_ACK), 0, body, at - body);
}

static void update(struct link *l, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *vn = nvo3_vn;
	uint64_t revision = 0;
	bool complete = false;
	struct field f;

	while (pb_next(&at, end, &f)) {
		if (f.number == 1 && f.len == 16)
			vn = f.data;
		else if (f.number == 2 && f.len == 16)
			memcpy(l->store, f.data, 16);
		else if (f.number == 3)
			revision = f.value;
		else if (f.number == 5)
			complete = f.value;
		else if (f.number == 6 && f.data)
			told(l, f.data, f.len);
		else if (f.number == 12 && f.data)
			told_columns(l, f.data, f.len);
	}
	if (complete && l->stage == JOINED) {
		l->stage = COMPLETE;
		link_is_up(l);
	}
	if (l->stage == COMPLETE)
		l->at = revision;
	acknowledge(l, vn, revision);
}

static void advertise(struct link *l, const uint32_t *keys, uint32_t n)
{
	uint8_t *body = malloc(n * MAP_ROOM), *at = body, map[MAP_ROOM], *m;
	uint8_t prefix[8], ip[4], mac[6];
	uint32_t i;

	for (i = 0; i < n; i++) {
		key_mac(keys[i], mac);
		key_ip(keys[i], ip);
		m = pb_bytes(map, 1, nvo3_vn, 16);
		m = pb_bytes(m, 2, mac, 6);
		m = pb_bytes(m, 3, prefix, pb_number(pb_bytes(prefix, 1, ip, 4), 2, 32) - prefix);
		m = pb_number(m, 4, nvo3_epochs[keys[i]]);
		at = pb_bytes(at, 1, map, m - map);
	}
	nvo3_queue(l, MSG(MAP_ADVERTISE), n, body, at - body);
	link_flush(l);
	free(body);
}

/* Those from @key on, each @step, that @owner has. */
static void advertise_of(struct link *owner, uint32_t key, uint32_t step, int side)
{
	uint32_t keys[MAPS_MAX], n = 0;

	for (; key < job.first + job.count; key += step) {
		if (side >= 0 && sides[key] != side)
			continue;
		keys[n++] = key;
		if (n == MAPS_MAX) {
			advertise(owner, keys, n);
			n = 0;
		}
	}
	if (n)
		advertise(owner, keys, n);
}

static void advertise_all(void)
{
	uint32_t i, n = n_sessions;

	for (i = 0; !nvo3_spread && i < 2; i++)
		advertise_of(&writers[WRITER + i], job.first, 1, i);
	for (i = 0; nvo3_spread && i < n; i++)
		advertise_of(&sessions[(job.first + i) % n], job.first + i, n, -1);
}

static void place_more(void)
{
	uint8_t body[160], vm[16] = { 9 }, *at, *m, prefix[8], ip[4], mac[6];
	char nve[24];
	uint32_t key;

	while (job.placing < job.count && job.placing - job.placed < PLACES_OPEN) {
		key = job.first + job.placing++;
		key_mac(key, mac);
		key_ip(key, ip);
		be_put(vm + 8, key + 1, 8);
		sides[key] ^= 1;
		owner_name(key, nve);
		at = pb_bytes(body, 1, vm, 16);
		at = pb_bytes(at, 2, nvo3_vn, 16);
		at = pb_bytes(at, 3, mac, 6);
		m = pb_number(pb_bytes(prefix, 1, ip, 4), 2, 32);
		at = pb_bytes(at, 4, prefix, m - prefix);
		at = pb_bytes(at, 5, nve, strlen(nve));
		nvo3_queue(&writers[CENTER], MSG(PLACE), ID_PLACE + (uint64_t)key, body,
			   at - body);
	}
	link_flush(&writers[CENTER]);
}

static void place(uint32_t first, uint32_t count, bool create)
{
	job = (typeof(job)){ .first = first, .count = count };
	place_more();
}

static bool placed(void *unused)
{
	return job.accepted == job.count;
}

static ssize_t place_answered(struct link *l, const struct envelope *e)
{
	const uint8_t *at = e->body;
	struct field f;

	if (e->code)
		return refused(l, e);
	if (!pb_next(&at, e->body + e->len, &f) || f.data)
		return complain("an answer to PLACE without an epoch");
	nvo3_epochs[e->id - ID_PLACE] = f.value;
	if (++job.placed == job.count)
		advertise_all();
	else if (job.placing - job.placed < PLACES_OPEN / 2)
		place_more();
	return 0;
}

/* Each of them is good, or it is said which is not. */
static ssize_t advertise_answered(struct link *l, const struct envelope *e)
{
	const uint8_t *at = e->body, *end = at + e->len, *in;
	struct field f, g;

	if (e->code)
		return refused(l, e);
	while (pb_next(&at, end, &f)) {
		in = f.data;
		if (f.number == 1 && f.data && pb_next(&in, f.data + f.len, &g) && g.number == 1)
			return complain("a mapping is refused with code %u", (unsigned int)g.value);
	}
	job.accepted += e->id;
	return 0;
}

static ssize_t answered(struct link *l, const struct envelope *e)
{
	if (e->id & NVO3_HOOKED) {
		nvo3_hooks.answered(l, e);
		return 0;
	}
	if (e->type == MSG(PLACE))
		return place_answered(l, e);
	if (e->type == MSG(MAP_ADVERTISE))
		return advertise_answered(l, e);
	if (e->type == MSG(KEEPALIVE)) {
		now.acked = now_s();
		return 0;
	}
	if (e->code)
		return refused(l, e);
	if (e->type == MSG(NVE_REGISTER)) {
		l->stage = REGISTERED;
		if (nvo3_join == JOIN_NONE)
			link_is_up(l);
		else
			join(l);
	} else if (e->type == MSG(VN_JOIN)) {
		l->stage = JOINED;
		/* who goes on from where he was is told only what is new */
		if (l->at) {
			l->stage = COMPLETE;
			link_is_up(l);
		}
	}
	return 0;
}

static ssize_t understand(struct link *l, const struct envelope *e)
{
	if (e->type == MSG(HELLO)) {
		if (e->reply)
			return refused(l, e);
		if (l == &writers[CENTER])
			link_is_up(l);
		else
			enroll(l);
	} else if (e->reply) {
		return answered(l, e);
	} else if (e->type == MSG(MAP_UPDATE)) {
		update(l, e->body, e->len);
	}
	return 0;
}

static ssize_t take(struct link *l, const uint8_t *data, size_t len)
{
	const uint8_t *at = data + 4, *end;
	struct envelope e = { };
	struct field f;
	size_t size;

	if (len < 4)
		return 0;
	size = 4 + be_get(data, 4);
	if (size > 17 << 20)
		return complain("a frame of %zu bytes", size);
	if (len < size)
		return 0;
	end = data + size;
	while (pb_next(&at, end, &f)) {
		if (f.number == 1)
			e.type = f.value;
		else if (f.number == 2)
			e.id = f.value;
		else if (f.number == 3)
			e.reply = f.value;
		else if (f.number == 4)
			e.code = f.value;
		else if (f.number == 5 && f.data)
			e.text = f.data, e.text_len = f.len;
		else if (f.number == 6 && f.data)
			e.body = f.data, e.len = f.len;
	}
	return understand(l, &e) < 0 ? -1 : (ssize_t)size;
}

void nvo3_query(struct link *l, uint64_t id, uint32_t key)
{
	uint8_t body[48], mac[6], *at = pb_bytes(body, 1, nvo3_vn, 16);

	key_mac(key, mac);
	at = pb_bytes(at, 2, mac, 6);
	nvo3_queue(l, MSG(MAP_QUERY), id, body, at - body);
}

static const struct speech speech = { .open = hello, .take = take, .tick = alive };

const struct peer peer_nvo3 = {
	.name = "nvo3",
	.listener = &speech,
	.writers = { &speech, &speech, &speech },
	.roles = { "vcenter", "nve", "nve" },
	.names = { "vc", "w0", "w1" },
	.write = place,
	.written = placed,
	.acks = true,
	.tickets = true,
};
