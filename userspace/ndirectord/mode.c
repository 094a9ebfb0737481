// SPDX-License-Identifier: GPL-2.0
#include "lib/msg.h"
#include "mode.h"

bool mode_on_demand(uint32_t distribution, unsigned int maps, bool was)
{
	switch (distribution) {
	case NVO3__DISTRIBUTION__DISTRIBUTION_PUSH:
		return false;
	case NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND:
		return true;
	}
	if (maps < MODE_PUSH_BELOW)
		return false;
	return was || maps > MODE_DEMAND_ABOVE;
}
