// SPDX-License-Identifier: GPL-2.0
/*
 * A store that has no room is no reason to end: nothing new is taken up then, and all that is
 * known is served. What goes on, and what is taken back, is still written, for which the store
 * keeps a reserve.
 */
#include "director.h"

uint32_t director_room(struct director *d, struct err *err)
{
	struct err why = { "" };
	bool full = store_room(d->store, &why) != 0;

	if (full && !d->full)
		director_alert(d, "store-full", d->self.name, "%s", why.text);
	if (!full && d->full)
		director_note(d, "store-room", d->self.name, "what is new is taken up again");
	d->full = full;
	if (!full)
		return CODE(OK);
	*err = why;
	return CODE(FULL);
}
