// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "api.h"
#include "backup.h"

/* Nothing changes while the store is walked, for there is one thread. */
void api_backup(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct err err;
	json_t *backup = backup_make(vc->store, vc->conf.dc, wall_ms(), &err);

	if (backup)
		http_reply(req, 200, backup);
	else
		api_refuse(req, -EIO, &err);
}
