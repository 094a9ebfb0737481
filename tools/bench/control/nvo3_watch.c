// SPDX-License-Identifier: GPL-2.0
/*
 * Language "nves": NVEs in a VN of somebody else's, and nobody who writes. Commands:
 *
 *	follow VN KEY	VN is a UUID; sessions that connect join it for address KEY alone if it is
 *			on demand, else for all
 *	heard		of each epoch of KEY, how many sessions were told, when the first and
 *			the last; s since 1970
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lib/uuid.h"
#include "nvo3.h"
#include "round.h"

#define EPOCHS_MAX	4096

static uint32_t wanted;
static struct heard {
	uint64_t epoch;
	unsigned int sessions;
	double first, last;
} heard[EPOCHS_MAX];
static unsigned int n_heard;

static double realtime_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* NULL: there are more than can be kept */
static struct heard *heard_of(uint64_t epoch)
{
	unsigned int i;

	for (i = n_heard; i--;)
		if (heard[i].epoch == epoch)
			return &heard[i];
	if (n_heard == EPOCHS_MAX)
		return NULL;
	heard[n_heard] = (struct heard){ .epoch = epoch, .first = realtime_s() };
	return &heard[n_heard++];
}

static void told(struct link *l, uint32_t key, uint64_t epoch)
{
	struct heard *h = key == wanted ? heard_of(epoch) : NULL;

	if (!h)
		return;
	h->sessions++;
	h->last = realtime_s();
}

static void follow(const char *vn, uint32_t key)
{
	struct uuid uuid;
	struct err err;

	if (uuid_parse(&uuid, vn, &err)) {
		printf("{\"error\": \"%s\"}\n", err.text);
		return;
	}
	memcpy(nvo3_vn, uuid.b, sizeof(nvo3_vn));
	wanted = key;
	nvo3_interest = key;
	nvo3_join = JOIN_ON_DEMAND;
	nvo3_hooks.told = told;
	puts("{}");
}

static void say_heard(void)
{
	printf("{\"sessions\": %u, \"epochs\": [", n_sessions);
	for (unsigned int i = 0; i < n_heard; i++)
		printf("%s{\"epoch\": %llu, \"sessions\": %u, \"first\": %.6f, \"last\": %.6f}",
		       i ? ", " : "", (unsigned long long)heard[i].epoch, heard[i].sessions,
		       heard[i].first, heard[i].last);
	puts("]}");
}

bool nves_command(int argc, char **argv)
{
	if (!strcmp(argv[0], "follow") && argc > 2)
		follow(argv[1], strtoul(argv[2], NULL, 0));
	else if (!strcmp(argv[0], "heard"))
		say_heard();
	else
		return false;
	return true;
}
