// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hierarchy.h"
#include "lib/mem.h"
#include "lib/msg.h"

#define FIGURE_MAX	(1ull << 40)

bool choice_policy_parse(const char *word, enum choice_policy *ret)
{
	*ret = strcmp(word, "first") ? CHOICE_EMPTIEST : CHOICE_FIRST;
	return *ret == CHOICE_FIRST || !strcmp(word, "emptiest");
}

static bool sums_check(const struct dc_sums *s)
{
	return s->vms <= FIGURE_MAX && s->cpus <= FIGURE_MAX && s->memory_mib <= FIGURE_MAX &&
	       s->disk_mib <= FIGURE_MAX;
}

bool dc_figures_check(const struct dc_figures *f)
{
	return f->servers_up <= f->servers && f->vms <= FIGURE_MAX && sums_check(&f->entitled) &&
	       sums_check(&f->total);
}

void choice_init(struct choice *c, const struct choice_dc *dcs, int n, enum choice_policy policy,
		 uint64_t now)
{
	*c = (struct choice){ .n = n, .policy = policy, .ask_until = now + CHOICE_ASK_MS,
			      .until = now + CHOICE_LIMIT_MS };
	c->v = mem_calloc(n, sizeof(*c->v));
	for (int i = 0; i < n; i++) {
		memcpy(c->v[i].dc, dcs[i].dc, sizeof(c->v[i].dc));
		c->v[i].weight = dcs[i].weight;
	}
}

void choice_free(struct choice *c)
{
	free(c->v);
	c->v = NULL;
}

void choice_offer(struct choice *c, int i, const struct dc_offer *offer)
{
	if (c->v[i].state != DC_ASKED)
		return;
	c->v[i].state = DC_OFFERS;
	c->v[i].offer = *offer;
}

void choice_out(struct choice *c, int i, uint32_t code, const char *text)
{
	struct candidate *v = &c->v[i];

	v->state = DC_OUT;
	v->offer = (struct dc_offer){ .code = code };
	snprintf(v->offer.text, sizeof(v->offer.text), "%s", text);
}

const char *choice_location(struct choice *c, const char *location)
{
	size_t len = strcspn(location, "/");
	char text[VC_TEXT_SIZE];
	int only = -1;

	for (int i = 0; i < c->n; i++)
		if (strlen(c->v[i].dc) == len && !strncmp(c->v[i].dc, location, len))
			only = i;
	if (only < 0)
		return location;
	/* it is named: also one that takes nothing else */
	if (!c->v[only].weight)
		c->v[only].weight = 1;
	snprintf(text, sizeof(text), "%s is in %s", location, c->v[only].dc);
	for (int i = 0; i < c->n; i++)
		if (i != only)
			choice_out(c, i, CODE(NOT_FOUND), text);
	return location + len + (location[len] == '/');
}

/* --- what to do */

static int find_known(const struct choice *c, enum dc_known known)
{
	for (int i = 0; i < c->n; i++)
		if (c->v[i].state == DC_OFFERS && c->v[i].offer.known == known)
			return i;
	return -1;
}

/* Where it may have been made, and nobody says so: it cannot be made elsewhere. */
static bool placed_unsure(const struct choice *c)
{
	if (!*c->placed)
		return false;
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].dc, c->placed))
			return c->v[i].state != DC_OFFERS;
	return true;
}

/* The first that has a name or an address of it */
static int find_taken(const struct choice *c)
{
	for (int i = 0; i < c->n; i++)
		if (c->v[i].state == DC_OFFERS && c->v[i].offer.code == CODE(EXISTS))
			return i;
	return -1;
}

static uint64_t left_permille(const struct dc_figures *f)
{
	uint64_t used = f->entitled.memory_mib, total = f->total.memory_mib;

	return used < total ? (total - used) * 1000 / total : 0;
}

static uint64_t rank(const struct choice *c, const struct candidate *v)
{
	if (c->policy == CHOICE_FIRST)
		return v->weight;
	return v->weight * left_permille(&v->offer.figures);
}

static bool is_better(const struct choice *c, const struct candidate *a,
		      const struct candidate *b)
{
	if (a->offer.near != b->offer.near)
		return a->offer.near;
	if (c->together && a->offer.together != b->offer.together)
		return a->offer.together;
	return rank(c, a) > rank(c, b);
}

static int find_best(const struct choice *c)
{
	int best = -1;

	for (int i = 0; i < c->n; i++) {
		const struct candidate *v = &c->v[i];

		if (v->state == DC_OFFERS && v->offer.code == CODE(OK) && v->weight &&
		    (best < 0 || is_better(c, v, &c->v[best])))
			best = i;
	}
	return best;
}

bool choice_waiting(struct choice *c, uint64_t now)
{
	bool waiting = false;

	for (int i = 0; i < c->n; i++) {
		if (c->v[i].state != DC_ASKED)
			continue;
		if (now < c->ask_until)
			waiting = true;
		else
			choice_out(c, i, CODE(TIMEOUT), "its vCenter does not answer");
	}
	return waiting;
}

enum choice_act choice_next(struct choice *c, uint64_t now, int *ret)
{
	bool waiting = choice_waiting(c, now);

	*ret = find_known(c, DC_HAS);
	if (*ret >= 0)
		return CHOICE_MAKE;
	if (waiting)
		return CHOICE_WAIT;
	*ret = find_known(c, DC_HAD);
	if (*ret >= 0)
		return CHOICE_MAKE;
	if (placed_unsure(c) || find_taken(c) >= 0 || now >= c->until)
		return CHOICE_REFUSE;
	*ret = find_best(c);
	return *ret >= 0 ? CHOICE_MAKE : CHOICE_REFUSE;
}

/* --- why not */

static const char *why(const struct candidate *v)
{
	if (v->state == DC_ASKED)
		return "its vCenter does not answer";
	if (v->offer.code == CODE(OK))
		return v->weight ? "there was no time left for it" : "its weight is 0";
	return v->offer.text;
}

static uint32_t code_of(const struct candidate *v)
{
	if (v->state == DC_ASKED)
		return CODE(UNAVAILABLE);
	if (v->offer.code == CODE(OK))
		return v->weight ? CODE(UNAVAILABLE) : CODE(FULL);
	return v->offer.code;
}

static bool any_is(const struct choice *c, uint32_t code)
{
	for (int i = 0; i < c->n; i++)
		if (code_of(&c->v[i]) == code)
			return true;
	return false;
}

/* All the same, or what may be otherwise another time */
static uint32_t common_code(const struct choice *c)
{
	uint32_t code = code_of(&c->v[0]);
	bool same = true;

	for (int i = 1; i < c->n; i++)
		same = same && code_of(&c->v[i]) == code;
	if (same)
		return code;
	if (any_is(c, CODE(FULL)))
		return CODE(FULL);
	if (any_is(c, CODE(UNAVAILABLE)) || any_is(c, CODE(TIMEOUT)))
		return CODE(UNAVAILABLE);
	return code;
}

static const char *why_placed(const struct choice *c)
{
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].dc, c->placed))
			return why(&c->v[i]);
	return "it is not among the children any more";
}

uint32_t choice_refusal(const struct choice *c, const char *vm, char **text)
{
	int taken = find_taken(c);
	size_t size;
	FILE *out;

	out = mem_check(open_memstream(text, &size));
	if (placed_unsure(c)) {
		fprintf(out, "VM %s may have been made in %s before: %s", vm, c->placed,
			why_placed(c));
		fclose(out);
		return CODE(UNAVAILABLE);
	}
	if (taken >= 0) {
		fprintf(out, "%s: %s", c->v[taken].dc, c->v[taken].offer.text);
		fclose(out);
		return CODE(EXISTS);
	}
	fprintf(out, "no data centre takes VM %s: ", vm);
	for (int i = 0; i < c->n; i++)
		fprintf(out, "%s%s: %s", i ? "; " : "", c->v[i].dc, why(&c->v[i]));
	fclose(out);
	return common_code(c);
}
