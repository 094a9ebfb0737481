// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "move_wish.h"

void move_wish_take_dc(struct vcenter *vc, struct move_wish *wish, char dc[VC_DC_SIZE])
{
	const char *location = wish->location;
	size_t len = strcspn(location, "/");

	if (*wish->dc || !len || len >= VC_DC_SIZE)
		return;
	memcpy(dc, location, len);
	dc[len] = '\0';
	if (strcmp(dc, vc->conf.dc) && !vcenter_peer(vc, dc))
		return;
	wish->dc = dc;
	wish->location += len + (location[len] == '/');
}
