// SPDX-License-Identifier: GPL-2.0
/*
 * The generator: holds sessions with one server and measures what tools/bench/control/measure.py
 * says on standard input, one line of JSON for each command:
 *
 *	connect N		N sessions more; those of their number that closed had tickets
 *	close			all sessions end
 *	create FIRST COUNT	addresses that are new; until the server has them
 *	change FIRST COUNT	the same ones anew; until all sessions have them
 *	resync FIRST COUNT	the same, while the sessions are away; from when they are back
 *
 * and those of nvo3_ask.c, nvo3_watch.c and etcd.c. {"error": ...} when it did not come to its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "floor.h"
#include "nvo3.h"
#include "peer.h"
#include "round.h"

#define DEADLINE_S	60
#define CONNECT_S	120
#define LOAD_S		300
#define FILES		(1 << 16)
#define CONNECTING	128	/* connections that are not sessions yet */
#define FIRST_WRITER	70000	/* number: source addresses of their own */

struct link writers[WRITERS];
struct link *sessions;
unsigned int n_sessions;
static const struct peer *peer;

static void failed(void)
{
	printf("{\"error\": \"%s\"}\n", links_trouble());
}

static unsigned int wanted_up, up_before, counted_from;

/* As many as can be on their way at once, until all are there. */
static bool connected(void *unused)
{
	unsigned int up = links_up - up_before, begun = n_sessions - counted_from;

	while (begun < wanted_up && begun - up < CONNECTING) {
		link_open(&sessions[n_sessions], peer->listener, n_sessions);
		n_sessions++;
		begun++;
	}
	return up == wanted_up;
}

static void make_ready(unsigned int n)
{
	char name[24];
	unsigned int i;

	for (i = n_sessions; i < n_sessions + n; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		link_name(&sessions[i], "nve", name);
	}
	counted_from = n_sessions;
	up_before = links_up;
	wanted_up = n;
}

static void do_connect(unsigned int n)
{
	unsigned int i, resumed = 0;
	double begin;

	if (n_sessions + n > SESSIONS_MAX) {
		printf("{\"error\": \"more than %d sessions\"}\n", SESSIONS_MAX);
		return;
	}
	make_ready(n);
	begin = now_s();
	if (!links_run(connected, NULL, CONNECT_S)) {
		failed();
		return;
	}
	for (i = counted_from; i < n_sessions; i++)
		resumed += link_resumed(&sessions[i]);
	printf("{\"seconds\": %.6f, \"resumed\": %u}\n", now_s() - begin, resumed);
}

static void close_all(void)
{
	while (n_sessions)
		link_close(&sessions[--n_sessions]);
}

static void do_create(uint32_t first, uint32_t count)
{
	double begin = now_s();

	now.generation++;
	peer->write(first, count, true);
	if (links_run(peer->written, NULL, LOAD_S))
		printf("{\"seconds\": %.6f}\n", now_s() - begin);
	else
		failed();
}

static bool acknowledged(void *unused)
{
	return now.acked;
}

/* Behind the last MAP_ACK of all: what the server says then, it says having read that. */
static bool wait_for_acks(void)
{
	static const uint8_t nothing;
	unsigned int i;

	for (i = 0; i < n_sessions; i++)
		link_flush(&sessions[i]);
	nvo3_queue(&sessions[n_sessions - 1], MSG(KEEPALIVE), 1, &nothing, 0);
	link_flush(&sessions[n_sessions - 1]);
	return links_run(acknowledged, NULL, DEADLINE_S);
}

static bool both_done(void *unused)
{
	return round_over(NULL) && peer->written(NULL);
}

static void do_change(uint32_t first, uint32_t count)
{
	round_begin(sessions, n_sessions, first, count);
	peer->write(first, count, false);
	if (!links_run(round_over, NULL, DEADLINE_S)) {
		failed();
	} else if (peer->acks && !wait_for_acks()) {
		failed();
	} else if (!links_run(both_done, NULL, DEADLINE_S)) {
		failed();
	} else {
		printf("{\"seconds\": %.6f, \"acked\": %.6f, \"wrong\": %llu, \"twice\": %llu}\n",
		       now.heard - now.begin, (peer->acks ? now.acked : now.heard) - now.begin,
		       (unsigned long long)now.wrong, (unsigned long long)now.twice);
	}
	round_end();
}

static void do_resync(uint32_t first, uint32_t count)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < n_sessions; i++)
		link_close(&sessions[i]);
	round_begin(sessions, n_sessions, first, count);
	peer->write(first, count, false);
	if (!links_run(peer->written, NULL, LOAD_S)) {
		failed();
		return;
	}
	now.begin = now_s();
	for (i = 0; i < n_sessions; i++)
		link_open(&sessions[i], peer->listener, i);
	if (!links_run(round_over, NULL, LOAD_S)) {
		failed();
		return;
	}
	for (i = 0; i < n_sessions; i++)
		bytes += sessions[i].received;
	printf("{\"seconds\": %.6f, \"bytes\": %llu}\n", now.heard - now.begin,
	       (unsigned long long)(bytes / n_sessions));
	round_end();
}

static void command(int argc, char **argv)
{
	uint32_t first = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	uint32_t second = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	if (!strcmp(argv[0], "connect")) {
		do_connect(first);
	} else if (!strcmp(argv[0], "close")) {
		close_all();
		puts("{}");
	} else if (peer->write && !strcmp(argv[0], "create")) {
		do_create(first, second);
	} else if (peer->write && !strcmp(argv[0], "change")) {
		do_change(first, second);
	} else if (peer->write && !strcmp(argv[0], "resync")) {
		do_resync(first, second);
	} else if ((peer != &peer_nvo3 || !nvo3_command(argc, argv)) &&
		   (peer != &peer_nves || !nves_command(argc, argv)) &&
		   (peer != &peer_etcd || !etcd_command(argc, argv))) {
		printf("{\"error\": \"no command %s\"}\n", argv[0]);
	}
}

static bool writers_up(void *unused)
{
	unsigned int i;

	for (i = 0; i < WRITERS && peer->writers[i]; i++)
		if (!writers[i].up)
			return false;
	return true;
}

static void open_writers(void)
{
	unsigned int i;

	for (i = 0; i < WRITERS && peer->writers[i]; i++) {
		link_name(&writers[i], peer->roles[i], peer->names[i]);
		link_open(&writers[i], peer->writers[i], FIRST_WRITER + i);
	}
	if (links_run(writers_up, NULL, DEADLINE_S))
		return;
	fprintf(stderr, "no session for the writers: %s\n", links_trouble());
	exit(1);
}

static const struct peer *peer_named(const char *name)
{
	static const struct peer *const peers[] = { &peer_nvo3, &peer_nves, &peer_ovsdb,
						    &peer_bgp, &peer_etcd, &peer_floor };
	unsigned int i;

	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		if (!strcmp(peers[i]->name, name))
			return peers[i];
	fprintf(stderr, "there is no language %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	struct links_setup setup = { };
	char line[256], *words[8];
	int n;

	if (argc < 3) {
		fprintf(stderr, "usage: %s nvo3|nves|ovsdb|bgp|etcd|floor|floor-server ADDRESS [PKI]\n",
			argv[0]);
		return 2;
	}
	setup.server = argv[2];
	setup.pki = argc > 3 ? argv[3] : NULL;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	setrlimit(RLIMIT_NOFILE, &files);
	if (!strcmp(argv[1], "floor-server"))
		floor_serve(setup.server, setup.pki);
	peer = peer_named(argv[1]);
	setup.alpn = peer->alpn;
	setup.tickets = peer->tickets;
	sessions = calloc(SESSIONS_MAX, sizeof(*sessions));
	for (n = 0; n < SESSIONS_MAX; n++)
		sessions[n].fd = -1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	links_init(&setup);
	open_writers();
	puts("{}");
	for (;;) {
		links_idle(STDIN_FILENO);
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		n = 0;
		for (char *word = strtok(line, " \n"); word && n < 8; word = strtok(NULL, " \n"))
			words[n++] = word;
		if (n)
			command(n, words);
	}
}
