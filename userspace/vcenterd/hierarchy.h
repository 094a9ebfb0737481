/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which data centre takes a VM (Documentation/hierarchy.rst). Pure: who asks them, and has it made
 * there, is hier_run.c.
 */
#ifndef VCENTERD_HIERARCHY_H
#define VCENTERD_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>
#include "model_vn.h"

#define CHOICE_ANY		"any"	/* in the place of a DC */
#define CHOICE_WEIGHT		100
#define CHOICE_WEIGHT_MAX	1000
#define CHOICE_ASK_MS		3000u	/* who has not answered then is silent */
#define CHOICE_LIMIT_MS		20000u	/* no other one is tried then */

enum choice_policy { CHOICE_EMPTIEST, CHOICE_FIRST };

bool choice_policy_parse(const char *word, enum choice_policy *ret);

struct choice_dc {
	char dc[VC_DC_SIZE];
	uint32_t weight;
};

struct dc_sums {
	uint64_t vms, cpus, memory_mib, disk_mib;
};

struct dc_figures {
	uint32_t servers, servers_up;
	struct dc_sums entitled, total;	/* of those that are up */
	uint64_t vms;			/* all */
};

/* False: they cannot be. */
bool dc_figures_check(const struct dc_figures *f);

enum dc_known { DC_NEVER, DC_HAD, DC_HAS };

/* What a DC says to a VM */
struct dc_offer {
	uint32_t code;			/* CODE(OK): it takes it */
	char text[VC_TEXT_SIZE];	/* else why not */
	char server[VC_NAME_SIZE];
	enum dc_known known;		/* the VM's id: DC_HAS also while it is just made */
	bool near, together;		/* it has VMs of groups to be near to, of its networks */
	struct dc_figures figures;
};

struct candidate {
	char dc[VC_DC_SIZE];
	uint32_t weight;
	enum { DC_ASKED, DC_OFFERS, DC_OUT } state;
	struct dc_offer offer;		/* DC_OUT: code and text */
};

struct choice {
	struct candidate *v;
	int n;
	enum choice_policy policy;
	bool together;
	char placed[VC_DC_SIZE];	/* where it may have been made before; "": nowhere */
	uint64_t ask_until, until;
};

void choice_init(struct choice *c, const struct choice_dc *dcs, int n, enum choice_policy policy,
		 uint64_t now);
void choice_free(struct choice *c);

/*
 * A location that begins with one of the DCs leaves only that one: the rest is inside it, and is
 * returned. Before anybody is asked.
 */
const char *choice_location(struct choice *c, const char *location);

/* Candidate @i has answered; is out, because it is silent or has refused after all. */
void choice_offer(struct choice *c, int i, const struct dc_offer *offer);
void choice_out(struct choice *c, int i, uint32_t code, const char *text);

/* Are some still being asked? Not for longer than the limit: who is silent then is out. */
bool choice_waiting(struct choice *c, uint64_t now);

enum choice_act {
	CHOICE_WAIT,
	CHOICE_MAKE,		/* in candidate *ret */
	CHOICE_REFUSE,		/* choice_refusal() */
};

enum choice_act choice_next(struct choice *c, uint64_t now, int *ret);
/* A code and a sentence, malloc(), that names each DC with its reason. */
uint32_t choice_refusal(const struct choice *c, const char *vm, char **text);

#endif
