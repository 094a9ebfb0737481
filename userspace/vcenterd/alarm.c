// SPDX-License-Identifier: GPL-2.0
#include "alarm.h"

bool alarm_update(struct alarm *alarm, const struct alarm_rule *rule, uint32_t value)
{
	bool speaks = alarm->raised ? value < rule->clear : value >= rule->raise;

	if (!speaks) {
		alarm->row = 0;
		return false;
	}
	if (++alarm->row < rule->reports)
		return false;
	alarm->row = 0;
	alarm->raised = !alarm->raised;
	return true;
}
