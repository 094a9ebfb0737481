// SPDX-License-Identifier: GPL-2.0

#include "seen.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

/* That one which runs has ended is not seen here: who watches it is told (driver.h) */
enum seen_act seen_decide(Nvo3__VmState state, const struct driver_status *seen)
{
	if (!seen->known)
		return SEEN_NOTHING;
	switch (state) {
	case STATE(UNKNOWN):
		return seen->ours && (seen->defined || seen->active) ? SEEN_FOREIGN : SEEN_NOTHING;
	case STATE(RUNNING):
		return seen->active && seen->paused ? SEEN_PAUSED : SEEN_NOTHING;
	case STATE(SUSPENDED):
		return seen->active && !seen->paused ? SEEN_RESUMED : SEEN_NOTHING;
	case STATE(STOPPED):
		if (seen->active)
			return SEEN_TAKE_OVER;
		return seen->defined ? SEEN_NOTHING : SEEN_REMOVED;
	case STATE(FAILED):
		return seen->active ? SEEN_TAKE_OVER : SEEN_NOTHING;
	case STATE(MOVING):
		return seen->active && !seen->paused ? SEEN_FENCE : SEEN_NOTHING;
	default:
		return SEEN_NOTHING;
	}
}
