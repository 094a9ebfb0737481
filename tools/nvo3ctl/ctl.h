/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the commands have in common. A command is a verb of an object; each object has a file.
 */
#ifndef NVO3CTL_CTL_H
#define NVO3CTL_CTL_H

#include <stdbool.h>
#include <stdio.h>
#include "args.h"
#include "client.h"
#include "lib/errs.h"

struct ctl {
	struct client *client;
	FILE *out;
	bool json;
	bool wait;		/* for long work to end */
};

enum { CTL_OK, CTL_FAILED, CTL_USAGE };

/* @run: CTL_OK, or one of the others with a sentence. */
struct verb {
	const char *name;	/* "" when the object is enough */
	const char *usage;	/* what follows OBJECT VERB */
	const struct opt *opts;
	int min, max;		/* words */
	int (*run)(struct ctl *ctl, const struct args *args, struct err *err);
};

/* @verbs ends with a NULL name. */
struct object {
	const char *name;
	const char *summary;
	const struct verb *verbs;
};

extern const struct object object_vm, object_vn, object_server, object_moves, object_map,
	object_events, object_alerts, object_status, object_pki, object_profile, object_audit,
	object_backup, object_load, object_alarms, object_group, object_wish, object_dc;

/* The whole program: main() without its files. */
int ctl_main(int argc, char **argv, FILE *out, FILE *errors);

#endif /* NVO3CTL_CTL_H */
