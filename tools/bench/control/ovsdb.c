// SPDX-License-Identifier: GPL-2.0
/*
 * ovsdb-server: JSON-RPC (RFC 7047), sessions that watch a table with monitor_cond_since. A row's
 * UUID is its address, so that what is told of a row need not be looked up.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "peer.h"
#include "round.h"

/* Behind 8 digits of the address: the server's tables are by the first 32 bits. */
#define UUID		"-0000-4000-8000-00000000beef"
#define UUID_LEN	28
#define KEY_LEN		8
#define ROWS_MAX	20000				/* in one transaction */
#define NOTHING		"00000000-0000-0000-0000-000000000000"

static uint32_t written_rows, wanted_rows;
static char last_known[64];

static void send_text(struct link *l, const char *text)
{
	link_send(l, text, strlen(text));
}

static void monitor(struct link *l)
{
	char text[300];

	snprintf(text, sizeof(text), "{\"method\":\"monitor_cond_since\",\"id\":\"m\",\"params\":"
		 "[\"Bench\",\"m\",{\"Mapping\":[{\"columns\":[\"mac\",\"ip\",\"nve\",\"epoch\"]}]},\"%s\"]}",
		 l->at ? last_known : NOTHING);
	send_text(l, text);
}

static void be_writer(struct link *l)
{
	link_is_up(l);
}

/* The end of the JSON object at @data; stage and window keep what was seen already. */
static size_t whole(struct link *l, const uint8_t *data, size_t len)
{
	size_t i = l->window;
	unsigned int depth = l->stage >> 1;
	bool text = l->stage & 1;

	for (; i < len; i++) {
		if (text) {
			if (data[i] == '\\')
				i++;
			else if (data[i] == '"')
				text = false;
		} else if (data[i] == '"') {
			text = true;
		} else if (data[i] == '{') {
			depth++;
		} else if (data[i] == '}' && !--depth) {
			l->stage = 0;
			l->window = 0;
			return i + 1;
		}
	}
	l->stage = depth << 1 | text;
	l->window = i;
	return 0;
}

static const char *find(const char *at, const char *end, const char *what)
{
	return memmem(at, end - at, what, strlen(what));
}

/* Each row of ours that is named, with the epoch that stands behind it. */
static void rows(struct link *l, const char *at, const char *end)
{
	const char *next, *epoch;
	char number[KEY_LEN + 1] = "";
	uint64_t key;

	at = find(at, end, UUID);
	while (at && end - at > UUID_LEN) {
		memcpy(number, at - KEY_LEN, KEY_LEN);
		key = strtoull(number, NULL, 16);
		at += UUID_LEN;
		next = find(at, end, UUID);
		epoch = find(at, next ?: end, "\"epoch\":");
		if (epoch)
			round_heard(l, key, strtoul(epoch + 8, NULL, 10) == now.generation);
		at = next;
	}
}

/* ["m","TXN",{...}] or [true,"TXN",{...}]: where he can go on from */
static void note_transaction(struct link *l, const char *at, const char *end)
{
	const char *id = find(at, end, "[\"m\",\"") ?: find(at, end, "e,\"");

	if (!id || l != &sessions[0])
		return;
	id = strchr(id, ',') + 2;
	memcpy(last_known, id, 36);
	last_known[36] = '\0';
	l->at = 1;
}

static void echo(struct link *l, const char *at, const char *end)
{
	const char *id = find(at, end, "\"id\":");
	char text[128], value[64] = "null";

	if (id)
		sscanf(id + 5, "%60[^,}]", value);
	snprintf(text, sizeof(text), "{\"id\":%s,\"result\":[],\"error\":null}", value);
	send_text(l, text);
}

static bool begins(const char *at, const char *end, const char *what)
{
	/* members come in the order of their names or nearly so; the first few say what it is */
	return find(at, end - at > 300 ? at + 300 : end, what) ||
	       (end - at > 300 && find(end - 300, end, what));
}

static ssize_t take_told(struct link *l, const uint8_t *data, size_t len)
{
	const char *at = (const char *)data, *end;
	size_t size = whole(l, data, len);

	if (!size)
		return 0;
	end = at + size;
	if (begins(at, end, "\"method\":\"echo\"")) {
		echo(l, at, end);
	} else if (begins(at, end, "\"id\":\"m\"")) {
		if (!begins(at, end, "\"error\":null"))
			return complain("ovsdb-server: %.*s", (int)(size < 200 ? size : 200), at);
		note_transaction(l, at, end);
		rows(l, at, end);
		link_is_up(l);
	} else {
		note_transaction(l, at, end);
		rows(l, at, end);
	}
	return size;
}

static ssize_t take_result(struct link *l, const uint8_t *data, size_t len)
{
	const char *at = (const char *)data, *end, *id;
	size_t size = whole(l, data, len);

	if (!size)
		return 0;
	end = at + size;
	if (begins(at, end, "\"method\":\"echo\"")) {
		echo(l, at, end);
		return size;
	}
	if (find(at, end, "\"error\":\"") || !begins(at, end, "\"error\":null"))
		return complain("ovsdb-server: %.*s", (int)(size < 200 ? size : 200), at);
	id = find(at, end, "\"id\":");
	written_rows += id ? strtoul(id + 5, NULL, 10) : 0;
	return size;
}

static char *put_row(char *at, uint32_t key, bool create)
{
	uint8_t mac[6], ip[4];

	if (!create)
		return at + sprintf(at, ",{\"op\":\"update\",\"table\":\"Mapping\",\"where\":[[\"_uuid\","
				    "\"==\",[\"uuid\",\"%08x" UUID "\"]]],\"row\":{\"epoch\":%u,"
				    "\"nve\":\"dc1/w%u\"}}",
				    key, now.generation, now.generation % 2);
	key_mac(key, mac);
	key_ip(key, ip);
	return at + sprintf(at, ",{\"op\":\"insert\",\"table\":\"Mapping\",\"uuid\":\"%08x" UUID
			    "\",\"row\":{\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\","
			    "\"ip\":\"%u.%u.%u.%u\",\"epoch\":%u,\"nve\":\"dc1/w%u\"}}",
			    key, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], ip[0], ip[1],
			    ip[2], ip[3], now.generation, now.generation % 2);
}

static void transact(uint32_t first, uint32_t count, bool create)
{
	char *text = malloc(256 + (size_t)count * 256), *at = text;
	uint32_t i;

	at += sprintf(at, "{\"method\":\"transact\",\"id\":%u,\"params\":[\"Bench\"", count);
	for (i = 0; i < count; i++)
		at = put_row(at, first + i, create);
	at += sprintf(at, ",{\"op\":\"commit\",\"durable\":true}]}");
	link_send(&writers[0], text, at - text);
	free(text);
}

static void transact_all(uint32_t first, uint32_t count, bool create)
{
	uint32_t n;

	written_rows = 0;
	wanted_rows = count;
	for (; count; first += n, count -= n) {
		n = count < ROWS_MAX ? count : ROWS_MAX;
		transact(first, n, create);
	}
}

static bool written(void *unused)
{
	return written_rows == wanted_rows;
}

static const struct speech told = { .open = monitor, .take = take_told };
static const struct speech writing = { .open = be_writer, .take = take_result };

const struct peer peer_ovsdb = {
	.name = "ovsdb",
	.listener = &told,
	.writers = { &writing },
	.roles = { "nve" },
	.names = { "w0" },
	.write = transact_all,
	.written = written,
};
