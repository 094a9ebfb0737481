// SPDX-License-Identifier: GPL-2.0
/*
 * etcd v3 in gRPC: Watch and Txn in HTTP/2 (RFC 9113), with headers that need no table. What the
 * server says in headers is not looked at: a call that fails sends no message, and the round is
 * then not complete.
 */
#include <stdio.h>
#include <stdlib.h>
#include "pb.h"
#include "peer.h"
#include "round.h"

#define FRAME		9
#define FRAME_MAX	16384		/* that a peer takes unless it says more */
#define PUTS		128			/* operations in a transaction; etcd's own limit */
#define KEY		"/m/%08x"
#define KEY_LEN		11
#define VALUE_MAX	256
#define TIMES_MAX	100000u
#define BIG_WINDOW	0x7fffffff
#define FIRST_WINDOW	65535

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, PING = 6, GOAWAY, WINDOW_UPDATE };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

static uint32_t next_put, end_put, answered, transactions, next_stream = 1;
static uint32_t in_flight, at_once = 64, ops = PUTS, value_size;
static bool ended;			/* the call that was asked has its answer */

static void frame(struct link *l, uint8_t type, uint8_t flags, uint32_t stream, const void *data,
		  size_t len)
{
	uint8_t head[FRAME];

	be_put(head, len, 3);
	head[3] = type;
	head[4] = flags;
	be_put(head + 5, stream, 4);
	link_queue(l, head, sizeof(head));
	if (len)
		link_queue(l, data, len);
}

static uint8_t *literal(uint8_t *at, const char *text)
{
	size_t len = strlen(text);

	*at++ = len;
	memcpy(at, text, len);
	return at + len;
}

/* POST @path of gRPC: literals without indexing, names from the static table. */
static void call(struct link *l, uint32_t stream, const char *path)
{
	uint8_t block[160], *at = block;

	*at++ = 0x83;				/* :method POST */
	*at++ = l->ssl ? 0x87 : 0x86;		/* :scheme */
	*at++ = 0x04;				/* :path */
	at = literal(at, path);
	*at++ = 0x01;				/* :authority */
	at = literal(at, "bench");
	*at++ = 0x0f;				/* content-type */
	*at++ = 0x10;
	at = literal(at, "application/grpc");
	*at++ = 0x00;
	at = literal(at, "te");
	at = literal(at, "trailers");
	frame(l, HEADERS, END_HEADERS, stream, block, at - block);
}

static void preface(struct link *l)
{
	static const char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	uint8_t settings[6] = { 0, 4 }, more[4];

	link_queue(l, hello, sizeof(hello) - 1);
	be_put(settings + 2, BIG_WINDOW, 4);
	frame(l, SETTINGS, 0, 0, settings, sizeof(settings));
	be_put(more, BIG_WINDOW - FIRST_WINDOW, 4);
	frame(l, WINDOW_UPDATE, 0, 0, more, sizeof(more));
	l->window = FIRST_WINDOW;
}

static void message(struct link *l, uint32_t stream, uint8_t flags, const uint8_t *body, size_t len)
{
	uint8_t *all = malloc(5 + len);
	size_t at;

	all[0] = 0;
	be_put(all + 1, len, 4);
	memcpy(all + 5, body, len);
	len += 5;
	for (at = 0; len - at > FRAME_MAX; at += FRAME_MAX)
		frame(l, DATA, 0, stream, all + at, FRAME_MAX);
	frame(l, DATA, flags, stream, all + at, len - at);
	free(all);
}

static void watch(struct link *l)
{
	uint8_t create[64], body[80], *at;

	preface(l);
	call(l, 1, "/etcdserverpb.Watch/Watch");
	at = pb_bytes(create, 1, "/m/", 3);
	at = pb_bytes(at, 2, "/m0", 3);
	if (l->at)
		at = pb_number(at, 3, l->at + 1);
	at = pb_bytes(body, 1, create, at - create);
	message(l, 1, 0, body, at - body);
	link_flush(l);
}

static void event(struct link *l, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *key = NULL, *value = NULL;
	char text[16] = "";
	struct field f, kv;
	size_t size = 0;

	while (pb_next(&at, end, &f)) {
		if (f.number != 2 || !f.data)
			continue;
		for (const uint8_t *in = f.data; pb_next(&in, f.data + f.len, &kv);) {
			if (kv.number == 1 && kv.len == KEY_LEN)
				key = kv.data;
			if (kv.number == 5 && kv.data) {
				value = kv.data;
				size = kv.len;
			}
		}
	}
	if (!key || size < 4)
		return;
	memcpy(text, key + 3, 8);
	round_heard(l, strtoul(text, NULL, 16), be_get(value, 4) == now.generation);
}

static void watched(struct link *l, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *in;
	struct field f, g;

	while (pb_next(&at, end, &f)) {
		if (f.number == 1 && f.data) {
			for (in = f.data; pb_next(&in, f.data + f.len, &g);)
				if (g.number == 3)
					l->at = g.value;
		} else if (f.number == 3 && f.value) {
			link_is_up(l);
		} else if (f.number == 4 && f.value) {
			complain("etcd ends a watch");
		} else if (f.number == 11 && f.data) {
			event(l, f.data, f.len);
		}
	}
}

/* Messages out of the stream's bytes */
static void stream_data(struct link *l, const uint8_t *data, size_t len)
{
	uint64_t size;

	buffer_add(&l->inner, data, len);
	while (l->inner.len >= 5) {
		size = 5 + be_get(l->inner.data + 1, 4);
		if (l->inner.len < size)
			return;
		watched(l, l->inner.data + 5, size - 5);
		buffer_drop(&l->inner, size);
	}
}

static const struct speech writing;

static size_t put(uint8_t *at, uint32_t number)
{
	uint8_t inner[VALUE_MAX + 64], *begin = at, *in, operation[VALUE_MAX + 80], *o;
	uint8_t value[VALUE_MAX] = { }, ip[4];
	char key[KEY_LEN + 1];

	/* version, address, and whose it is: what the others' records hold */
	be_put(value, now.generation, 4);
	key_mac(number, value + 4);
	key_ip(number, ip);
	memcpy(value + 10, ip, 4);
	snprintf((char *)value + 14, 8, "dc1/w%u", now.generation % 2);
	snprintf(key, sizeof(key), KEY, number);
	in = pb_bytes(inner, 1, key, KEY_LEN);
	in = pb_bytes(in, 2, value, value_size ? value_size : 20);
	o = pb_bytes(operation, 2, inner, in - inner);
	return pb_bytes(at, 2, operation, o - operation) - begin;
}

/* As many transactions as the server has room for. */
static void put_more(struct link *l)
{
	static uint8_t body[PUTS * (VALUE_MAX + 100)];
	uint32_t n, i;
	size_t len;

	while (next_put < end_put && l->window > sizeof(body) && in_flight < at_once) {
		n = end_put - next_put < ops ? end_put - next_put : ops;
		for (len = 0, i = 0; i < n; i++)
			len += put(body + len, next_put++);
		call(l, next_stream, "/etcdserverpb.KV/Txn");
		message(l, next_stream, END_STREAM, body, len);
		l->window -= len + 5;
		next_stream += 2;
		in_flight++;
	}
	link_flush(l);
}

static ssize_t handle(struct link *l, uint8_t type, uint8_t flags, uint32_t stream,
		      const uint8_t *data, size_t len)
{
	if (type == SETTINGS && !(flags & ACK)) {
		frame(l, SETTINGS, ACK, 0, NULL, 0);
		if (l->speech == &writing)
			link_is_up(l);
	} else if (type == PING && !(flags & ACK)) {
		frame(l, PING, ACK, 0, data, len);
	} else if (type == RST_STREAM || type == GOAWAY) {
		return complain("etcd sends %s %.*s", type == GOAWAY ? "GOAWAY" : "RST_STREAM",
				len > 8 ? (int)len - 8 : 0, (char *)data + 8);
	} else if (type == WINDOW_UPDATE && !stream) {
		l->window += be_get(data, 4);
		put_more(l);
	} else if (type == DATA && l->speech != &writing) {
		stream_data(l, data, len);
	} else if (type == HEADERS && flags & END_STREAM) {
		/* the end of an answer, which may have come in several pieces */
		answered++;
		in_flight--;
		ended = true;
		put_more(l);
	}
	return 0;
}

static ssize_t take(struct link *l, const uint8_t *data, size_t len)
{
	size_t size;

	if (len < FRAME)
		return 0;
	size = FRAME + be_get(data, 3);
	if (len < size)
		return 0;
	if (handle(l, data[3], data[4], be_get(data + 5, 4), data + FRAME, size - FRAME) < 0)
		return -1;
	return size;
}

static void open_writer(struct link *l)
{
	preface(l);
	link_flush(l);
}

static void put_all(uint32_t first, uint32_t count, bool create)
{
	next_put = first;
	end_put = first + count;
	answered = 0;
	transactions = (count + ops - 1) / ops;
	put_more(&writers[0]);
}

static bool put_done(void *unused)
{
	return answered == transactions;
}

static const struct speech told = { .open = watch, .take = take };
static const struct speech writing = { .open = open_writer, .take = take };

static bool has_ended(void *unused)
{
	return ended;
}

/* @count records from number @first on; none beyond the last */
static void range(struct link *l, uint32_t first, uint32_t count)
{
	uint8_t body[64], *at;
	char key[KEY_LEN + 1];

	snprintf(key, sizeof(key), KEY, first);
	at = pb_bytes(body, 1, key, KEY_LEN);
	if (count > 1) {
		at = pb_bytes(at, 2, "/m0", 3);
		at = pb_number(at, 3, count);
	}
	ended = false;
	call(l, next_stream, "/etcdserverpb.KV/Range");
	message(l, next_stream, END_STREAM, body, at - body);
	l->window -= at - body + 5;
	next_stream += 2;
	in_flight++;
	link_flush(l);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* One after the other, from as many places among @all records */
static void do_range(uint32_t rounds, uint32_t all, uint32_t count)
{
	double *times = calloc(rounds, sizeof(*times));
	uint32_t i;

	for (i = 0; i < rounds; i++) {
		double begin = now_s();

		range(&writers[0], (uint64_t)i * 2654435761u % (all - count), count);
		if (!links_run(has_ended, NULL, 60)) {
			printf("{\"error\": \"%s\"}\n", links_trouble());
			free(times);
			return;
		}
		times[i] = now_s() - begin;
	}
	qsort(times, rounds, sizeof(*times), compare);
	printf("{\"median\": %.7f, \"p99\": %.7f}\n", times[rounds / 2], times[rounds * 99 / 100]);
	free(times);
}

/* @each in a transaction, @parallel of them at once */
static void do_puts(uint32_t first, uint32_t count, uint32_t each, uint32_t parallel, uint32_t size)
{
	double begin = now_s();

	ops = each;
	at_once = parallel;
	value_size = size;
	put_all(first, count, true);
	if (links_run(put_done, NULL, 300))
		printf("{\"seconds\": %.6f}\n", now_s() - begin);
	else
		printf("{\"error\": \"%s\"}\n", links_trouble());
	ops = PUTS;
	at_once = 64;
	value_size = 0;
}

/*
 *	records FIRST COUNT SIZE	values of this size, until the server has them
 *	puts FIRST COUNT AT_ONCE SIZE	the same, each alone: so many requests at once
 *	range ROUNDS ALL COUNT		so many records of ALL, one question after the other
 */
bool etcd_command(int argc, char **argv)
{
	uint32_t n[4] = { };

	for (int i = 1; i < argc && i <= 4; i++)
		n[i - 1] = strtoul(argv[i], NULL, 0);
	if (!strcmp(argv[0], "records") && argc == 4 && n[2] >= 20 && n[2] <= VALUE_MAX)
		do_puts(n[0], n[1], PUTS, 64, n[2]);
	else if (!strcmp(argv[0], "puts") && argc == 5 && n[3] >= 20 && n[3] <= VALUE_MAX)
		do_puts(n[0], n[1], 1, n[2], n[3]);
	else if (!strcmp(argv[0], "range") && argc == 4 && n[0] <= TIMES_MAX && n[1] > n[2])
		do_range(n[0], n[1], n[2]);
	else
		return false;
	return true;
}

const struct peer peer_etcd = {
	.name = "etcd",
	.alpn = "h2",
	.listener = &told,
	.writers = { &writing },
	.roles = { "nve" },
	.names = { "w0" },
	.write = put_all,
	.written = put_done,
};
