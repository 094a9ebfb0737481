/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A threshold with hysteresis: raised when so many values in a row are at @raise or above, cleared
 * when as many are below @clear; in between nothing changes, and the row begins anew. Pure.
 */
#ifndef VCENTERD_ALARM_H
#define VCENTERD_ALARM_H

#include <stdbool.h>
#include <stdint.h>

struct alarm_rule {
	uint32_t raise, clear;		/* permille; clear is at most raise */
	uint32_t reports;		/* in a row; at least 1 */
};

struct alarm {
	bool raised;
	uint16_t row;			/* values that speak for a change */
};

/* True: @alarm->raised has changed. */
bool alarm_update(struct alarm *alarm, const struct alarm_rule *rule, uint32_t value);

#endif
