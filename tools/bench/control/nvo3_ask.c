// SPDX-License-Identifier: GPL-2.0
/*
 * What only nDirector is asked; commands of main.c:
 *
 *	vn N push|on-demand	make VN N, or give it another distribution; it is the one meant from
 *				now on, and sessions that connect join it so
 *	nobody			sessions that connect join no VN
 *	writers			the writers join the VN, on demand
 *	spread 0|1		addresses are behind all sessions by turns
 *	ready FIRST COUNT	so many new VMs one after the other, each until another NVE has it
 *	ask COUNT LIMIT		so many questions one after the other for addresses below LIMIT
 *	learn COUNT LIMIT	so many, each session with some of them open
 */
#include <stdio.h>
#include <stdlib.h>
#include "nvo3.h"
#include "round.h"

#define DEADLINE_S	60
#define OPEN_EACH	16

static struct {
	uint32_t asked, answered, wanted, limit, key;
	uint64_t random, epoch;
	bool told, wrong;
} job;

static uint32_t next_key(void)
{
	job.random = job.random * 6364136223846793005ull + 1442695040888963407ull;
	return (job.random >> 33) % job.limit;
}

static void any_answer(struct link *l, const struct envelope *e)
{
	if (e->code)
		complain("%s: %s: %.*s", msg_name(e->type), code_name(e->code), (int)e->text_len,
			 e->text ? (char *)e->text : "");
	job.answered++;
}

static bool all_answered(void *unused)
{
	return job.answered == job.wanted;
}

static void said(bool ok, const char *what)
{
	if (ok && !job.wrong)
		puts("{}");
	else
		printf("{\"error\": \"%s: %s\"}\n", what, links_trouble());
}

static void set_vn(uint32_t number, bool on_demand)
{
	uint8_t info[96], body[128], *at;
	char name[16];

	memset(nvo3_vn, 0, 16);
	be_put(nvo3_vn, number, 8);
	snprintf(name, sizeof(name), "vn%u", number);
	at = pb_bytes(info, 1, nvo3_vn, 16);
	at = pb_bytes(at, 2, name, strlen(name));
	at = pb_number(at, 3, number);
	at = pb_bytes(at, 7, "dc1", 3);
	at = pb_number(at, 8, on_demand);
	at = pb_bytes(body, 1, info, at - info);
	nvo3_join = on_demand ? JOIN_ON_DEMAND : JOIN_PUSH;
	/* where they were before means nothing in another VN or with another interest */
	for (int i = 0; i < SESSIONS_MAX; i++)
		sessions[i].at = 0;
	nvo3_hooks = (struct nvo3_hooks){ .answered = any_answer };
	job = (typeof(job)){ .wanted = 1 };
	nvo3_queue(&writers[0], MSG(VN_SET), NVO3_HOOKED, body, at - body);
	link_flush(&writers[0]);
	said(links_run(all_answered, NULL, DEADLINE_S), "VN_SET");
}

static void writers_join(void)
{
	uint8_t body[32], *at = pb_number(pb_bytes(body, 1, nvo3_vn, 16), 4, 1);

	nvo3_hooks = (struct nvo3_hooks){ .answered = any_answer };
	job = (typeof(job)){ .wanted = 2 };
	for (int i = 1; i < WRITERS; i++) {
		nvo3_queue(&writers[i], MSG(VN_JOIN), NVO3_HOOKED, body, at - body);
		link_flush(&writers[i]);
	}
	said(links_run(all_answered, NULL, DEADLINE_S), "VN_JOIN");
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print_times(double *times, uint32_t n)
{
	qsort(times, n, sizeof(*times), ascending);
	printf("{\"median\": %.7f, \"p99\": %.7f, \"max\": %.7f}\n", times[n / 2],
	       times[n - 1 - n / 100], times[n - 1]);
}

static void told_one(struct link *l, uint32_t key, uint64_t epoch)
{
	job.told |= key == job.key && epoch == nvo3_epochs[key];
}

/* One question; the mapping must have been told, rightly, before the answer. */
static bool ask_one(struct link *l, uint32_t key)
{
	job.key = key;
	job.told = false;
	job.wanted++;
	nvo3_query(l, NVO3_HOOKED, key);
	link_flush(l);
	if (!links_run(all_answered, NULL, DEADLINE_S))
		return false;
	if (!job.told)
		complain("MAP_QUERY for %u was answered without the mapping", key);
	return job.told;
}

static void begin_asking(uint32_t limit)
{
	nvo3_hooks = (struct nvo3_hooks){ .answered = any_answer, .told = told_one };
	job = (typeof(job)){ .limit = limit, .random = 1 };
}

/* Not whose it is: that one would not be told. */
static struct link *other_than(uint32_t key)
{
	return &sessions[(key + 1) % n_sessions];
}

static void ready(uint32_t first, uint32_t count)
{
	double *times = calloc(count + 1, sizeof(*times)), begin;
	uint32_t i;

	begin_asking(1);
	for (i = 0; i < count; i++) {
		begin = now_s();
		now.generation++;
		peer_nvo3.write(first + i, 1, true);
		if (!links_run(peer_nvo3.written, NULL, DEADLINE_S) ||
		    !ask_one(other_than(first + i), first + i))
			break;
		times[i] = now_s() - begin;
	}
	if (i == count)
		print_times(times, count);
	else
		printf("{\"error\": \"%s\"}\n", links_trouble());
	free(times);
}

static void ask(uint32_t count, uint32_t limit)
{
	double *times = calloc(count + 1, sizeof(*times)), begin;
	uint32_t i, key;

	begin_asking(limit);
	for (i = 0; i < count; i++) {
		key = next_key();
		begin = now_s();
		if (!ask_one(other_than(key), key))
			break;
		times[i] = now_s() - begin;
	}
	if (i == count)
		print_times(times, count);
	else
		printf("{\"error\": \"%s\"}\n", links_trouble());
	free(times);
}

/* Each answer makes room for the next question of the session; what is told is counted. */
static void told_many(struct link *l, uint32_t key, uint64_t epoch)
{
	job.key += epoch == nvo3_epochs[key];
}

static void ask_next(struct link *l)
{
	uint32_t key;

	if (job.asked == job.wanted)
		return;
	job.asked++;
	do
		key = next_key();
	while (key % n_sessions == l->number);
	nvo3_query(l, NVO3_HOOKED, key);
}

static void answered_many(struct link *l, const struct envelope *e)
{
	any_answer(l, e);
	ask_next(l);
}

static void learn(uint32_t count, uint32_t limit)
{
	double begin = now_s();
	unsigned int i, n;
	bool ok;

	nvo3_hooks = (struct nvo3_hooks){ .answered = answered_many, .told = told_many };
	job = (typeof(job)){ .limit = limit, .random = 2, .wanted = count };
	for (i = 0; i < n_sessions; i++) {
		for (n = 0; n < OPEN_EACH; n++)
			ask_next(&sessions[i]);
		link_flush(&sessions[i]);
	}
	ok = links_run(all_answered, NULL, DEADLINE_S);
	if (ok && job.key >= count)
		printf("{\"seconds\": %.6f}\n", now_s() - begin);
	else
		printf("{\"error\": \"%u of %u told: %s\"}\n", job.key, count, links_trouble());
}

bool nvo3_command(int argc, char **argv)
{
	uint32_t a = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	uint32_t b = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	if (!strcmp(argv[0], "vn") && argc > 2) {
		set_vn(a, !strcmp(argv[2], "on-demand"));
	} else if (!strcmp(argv[0], "writers")) {
		writers_join();
	} else if (!strcmp(argv[0], "nobody")) {
		nvo3_join = JOIN_NONE;
		puts("{}");
	} else if (!strcmp(argv[0], "spread")) {
		nvo3_spread = a;
		puts("{}");
	} else if (!strcmp(argv[0], "ready") && a + b < ADDRESSES_MAX) {
		ready(a, b);
	} else if (!strcmp(argv[0], "ask") && n_sessions > 1) {
		ask(a, b);
	} else if (!strcmp(argv[0], "learn") && n_sessions > 1) {
		learn(a, b);
	} else {
		return false;
	}
	return true;
}
