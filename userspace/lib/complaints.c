// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "complaints.h"

#define AGAIN_MS 60000

static uint32_t hash_text(uint32_t hash, const char *text, size_t len)
{
	for (; len && *text; text++, len--)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

bool complaints_lately(struct complaints *c, const char *addr, const char *why, uint64_t now_ms)
{
	const char *port = strrchr(addr, ':');
	uint32_t hash = 2166136261u;
	unsigned int at;

	hash = hash_text(hash, addr, port ? (size_t)(port - addr) : SIZE_MAX);
	hash = hash_text(hash, why, SIZE_MAX);
	at = hash % COMPLAINTS;
	if (c->of[at].ms && c->of[at].hash == hash && now_ms - c->of[at].ms < AGAIN_MS)
		return true;
	c->of[at].hash = hash;
	c->of[at].ms = now_ms;
	return false;
}
