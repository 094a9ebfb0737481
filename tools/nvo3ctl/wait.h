/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long work: look at an object until it is in a final state.
 */
#ifndef NVO3CTL_WAIT_H
#define NVO3CTL_WAIT_H

#include <stdint.h>
#include "ctl.h"

enum wait_verdict { WAIT_ON, WAIT_DONE, WAIT_FAILED };

struct wait {
	enum service service;
	const char *path;	/* of the object there */
	/*
	 * What about it? WAIT_FAILED sets @err. @obj is NULL when it is not there (any more).
	 * Seen each time it was asked for, @ms after the start.
	 */
	enum wait_verdict (*judge)(json_t *obj, uint64_t ms, void *arg, struct err *err);
	void *arg;
	uint32_t limit_s;	/* 0: as long as the server answers */
};

/*
 * CTL_OK with the object as it was last in *ret (NULL when it is gone), or CTL_FAILED. A
 * server that does not answer for a while may be restarting: that alone is no failure.
 */
int wait_for(struct ctl *ctl, const struct wait *wait, json_t **ret, struct err *err);

#endif /* NVO3CTL_WAIT_H */
