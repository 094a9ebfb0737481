// SPDX-License-Identifier: GPL-2.0
/*
 * bgpd: BGP EVPN (RFC 4271, 4760, 7432), clients of a route reflector. What it takes to announce
 * and to read MAC/IP routes, and no more.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "pb.h"
#include "peer.h"
#include "round.h"

#define AS		65000
#define HEADER		19
#define MESSAGE_MAX	4096
#define NLRI		39		/* type and length, and a MAC/IP route with one label */
#define NLRIS		95		/* in one message */

enum { OPEN = 1, UPDATE, NOTIFICATION, KEEPALIVE };
enum { ORIGIN = 1, AS_PATH = 2, LOCAL_PREF = 5, MP_REACH = 14, EXT_COMMUNITIES = 16 };

static uint8_t *header(uint8_t *at, uint8_t type)
{
	memset(at, 255, 16);
	at[18] = type;
	return at + HEADER;
}

static void finish(struct link *l, uint8_t *message, const uint8_t *end)
{
	be_put(message + 16, end - message, 2);
	link_queue(l, message, end - message);
}

static void keepalive(struct link *l)
{
	uint8_t message[HEADER];

	finish(l, message, header(message, KEEPALIVE));
}

/* Hold time 0: nobody has to say that he is alive. */
static void open_session(struct link *l)
{
	static const uint8_t options[] = { 2, 14, 1, 4, 0, 25, 0, 70, 65, 4, 0, 0, AS >> 8,
					   AS & 255, 2, 0 };
	uint8_t message[64], *at = header(message, OPEN);

	*at++ = 4;
	be_put(at, AS, 2);
	be_put(at + 2, 0, 2);
	be_put(at + 4, 0x0a000000 + l->number + 1, 4);
	at[8] = sizeof(options);
	memcpy(at + 9, options, sizeof(options));
	finish(l, message, at + 9 + sizeof(options));
	link_flush(l);
}

/* A MAC/IP route of ours, or 0 for another one. */
static bool route(const uint8_t *at, uint32_t *key)
{
	if (at[0] != 2 || at[1] < 33 || at[2 + 22] != 48)
		return false;
	*key = be_get(at + 2 + 23 + 2, 4);
	return true;
}

static void reach(struct link *l, const uint8_t *at, const uint8_t *end, uint32_t sequence)
{
	uint32_t key;

	if (end - at < 5 || at[1] != 25 || at[2] != 70)
		return;
	at += 4 + at[3] + 1;
	for (; end - at >= NLRI - 4 && end - at >= 2 + at[1]; at += 2 + at[1])
		if (route(at, &key))
			round_heard(l, key, sequence == now.generation);
}

/* Sequence number of MAC mobility */
static uint32_t mobility(const uint8_t *at, const uint8_t *end)
{
	for (; end - at >= 8; at += 8)
		if (at[0] == 6 && at[1] == 0)
			return be_get(at + 4, 4);
	return 0;
}

static void update(struct link *l, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *reached = NULL, *reached_end = NULL;
	uint32_t sequence = 0;
	size_t len;
	uint8_t type;

	at += 2 + be_get(at, 2);
	if (at + 2 > end)
		return;
	for (at += 2; end - at >= 4; at += len) {
		type = at[1];
		len = at[0] & 16 ? be_get(at + 2, 2) : at[2];
		at += at[0] & 16 ? 4 : 3;
		if (len > (size_t)(end - at))
			return;
		if (type == EXT_COMMUNITIES)
			sequence = mobility(at, at + len);
		if (type == MP_REACH) {
			reached = at;
			reached_end = at + len;
		}
	}
	if (reached)
		reach(l, reached, reached_end, sequence);
}

static ssize_t take(struct link *l, const uint8_t *data, size_t len)
{
	size_t size;

	if (len < HEADER)
		return 0;
	size = be_get(data + 16, 2);
	if (size < HEADER || size > MESSAGE_MAX)
		return complain("a BGP message of %zu bytes", size);
	if (len < size)
		return 0;
	if (data[18] == OPEN)
		keepalive(l);
	else if (data[18] == KEEPALIVE)
		link_is_up(l);
	else if (data[18] == NOTIFICATION)
		return complain("bgpd says NOTIFICATION %u/%u", data[19], data[20]);
	else if (data[18] == UPDATE && size >= HEADER + 4)
		update(l, data + HEADER, data + size);
	return size;
}

static uint8_t *attribute(uint8_t *at, uint8_t flags, uint8_t type, const void *data, size_t len)
{
	*at++ = flags | 16;
	*at++ = type;
	be_put(at, len, 2);
	if (len)
		memcpy(at + 2, data, len);
	return at + 2 + len;
}

static uint8_t *put_route(uint8_t *at, uint32_t key)
{
	static const uint8_t distinguisher[8] = { 0, 1, 10, 200, 0, 1, 0, 100 };

	memset(at, 0, NLRI);
	at[0] = 2;
	at[1] = NLRI - 2;
	memcpy(at + 2, distinguisher, 8);
	at[24] = 48;
	key_mac(key, at + 25);
	at[31] = 32;
	key_ip(key, at + 32);
	be_put(at + 36, 100 << 4, 3);
	return at + NLRI;
}

/* One message: routes of one version share their attributes, as every speaker packs them. */
static void announce(struct link *l, uint32_t first, uint32_t count)
{
	uint8_t communities[] = { 0, 2, AS >> 8, AS & 255, 0, 0, 0, 100, 3, 12, 0, 0, 0, 0, 0, 8,
				  6, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t message[MESSAGE_MAX], reachable[MESSAGE_MAX], *in = reachable, *at, *begin;
	static const uint8_t preference[4] = { 0, 0, 0, 100 }, origin;
	uint32_t i;

	be_put(communities + 20, now.generation, 4);
	be_put(in, 25, 2);
	in[2] = 70;
	in[3] = 4;
	be_put(in + 4, 0x0ac80001, 4);
	in[8] = 0;
	for (i = 0, in += 9; i < count; i++)
		in = put_route(in, first + i);
	begin = header(message, UPDATE);
	at = begin + 4;
	at = attribute(at, 64, ORIGIN, &origin, 1);
	at = attribute(at, 64, AS_PATH, NULL, 0);
	at = attribute(at, 64, LOCAL_PREF, preference, 4);
	at = attribute(at, 128, MP_REACH, reachable, in - reachable);
	at = attribute(at, 192, EXT_COMMUNITIES, communities, sizeof(communities));
	be_put(begin, 0, 2);
	be_put(begin + 2, at - begin - 4, 2);
	finish(l, message, at);
}

static void announce_all(uint32_t first, uint32_t count, bool create)
{
	uint32_t n;

	for (; count; first += n, count -= n) {
		n = count < NLRIS ? count : NLRIS;
		announce(&writers[0], first, n);
	}
	link_flush(&writers[0]);
}

/* Nothing is answered: sent is all that there is. */
static bool sent(void *unused)
{
	return !link_backlog(&writers[0]);
}

static const struct speech speech = { .open = open_session, .take = take };

const struct peer peer_bgp = {
	.name = "bgp",
	.listener = &speech,
	.writers = { &speech },
	.roles = { "nve" },
	.names = { "w0" },
	.write = announce_all,
	.written = sent,
};
