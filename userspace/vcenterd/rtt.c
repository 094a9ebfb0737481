// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "lib/errs.h"
#include "rtt.h"

static bool is_before(const struct rtt_dc *a, const struct rtt_dc *b)
{
	if (!a->us || !b->us)
		return a->us && !b->us;
	return a->us < b->us;
}

void rtt_add(struct rtt *r, const char *dc, uint64_t us)
{
	struct rtt_dc item = { .us = us > UINT32_MAX ? UINT32_MAX : us };
	unsigned int at = r->n;

	snprintf(item.dc, sizeof(item.dc), "%s", dc);
	while (at && is_before(&item, &r->dcs[at - 1]))
		at--;
	if (at == RTT_DCS)
		return;
	if (r->n < RTT_DCS)
		r->n++;
	memmove(&r->dcs[at + 1], &r->dcs[at], (r->n - 1 - at) * sizeof(item));
	r->dcs[at] = item;
}

static const struct rtt_dc *find(const struct rtt *r, const char *dc)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (!strcmp(r->dcs[i].dc, dc))
			return &r->dcs[i];
	return NULL;
}

/* Noise of the measurement is no gain. */
static bool is_worth(const struct rtt_dc *there, const struct rtt_dc *home)
{
	if (!home || !home->us)
		return true;
	return home->us > (uint64_t)there->us + RTT_GAIN_US &&
	       100ull * home->us > (100ull + RTT_GAIN_PERCENT) * there->us;
}

/* "dc1 12.3 ms, dc2 12.9 ms, dc3 did not answer" */
static const char *list(const struct rtt *r, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < r->n && len < size; i++) {
		const struct rtt_dc *item = &r->dcs[i];
		const char *comma = i ? ", " : "";

		if (item->us)
			len += snprintf(buf + len, size - len, "%s%s %u.%u ms", comma, item->dc,
					item->us / 1000, item->us / 100 % 10);
		else
			len += snprintf(buf + len, size - len, "%s%s did not answer", comma,
					item->dc);
	}
	return buf;
}

int rtt_choose(const struct rtt *r, const char *home, const char **dc, struct err *err)
{
	const struct rtt_dc *best = r->n ? &r->dcs[0] : NULL;
	char text[RTT_DCS * (VC_DC_SIZE + 24)];

	if (!best || !best->us)
		return err_set(err, EHOSTUNREACH, "how far %s is was not measured: %s", r->client,
			       list(r, text, sizeof(text)));
	if (!strcmp(best->dc, home) || !is_worth(best, find(r, home)))
		return err_set(err, EPERM, "no data centre is nearer to %s: %s", r->client,
			       list(r, text, sizeof(text)));
	*dc = best->dc;
	return 0;
}
