/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists that go on: what is there, then each change as it comes. What was missed is noticed by its
 * number (lib/http_watch.h), and the whole is shown again.
 */
#ifndef NVO3CTL_WATCH_H
#define NVO3CTL_WATCH_H

#include "print.h"
#include "show.h"

struct watch {
	enum service service;
	const char *topic;
	const char *list;		/* its path; NULL: it is a log, told from @since on */
	long long since;
	const struct column *columns;
	const struct filter *filters;
	/* Is this the end? May be NULL */
	bool (*over)(json_t *item, void *arg);
	void *arg;
};

/* Until it is interrupted, is over, or the server does not answer any more. */
int watch_run(struct ctl *ctl, const struct watch *watch, struct err *err);

#endif
