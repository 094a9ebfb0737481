/* SPDX-License-Identifier: GPL-2.0 */
/* The port on which vServers and the vCenters of other DCs open their sessions. */
#ifndef VCENTERD_SESSION_SERVER_H
#define VCENTERD_SESSION_SERVER_H

#include "vcenter.h"

int session_server_start(struct vcenter *vc, struct err *err);
void session_server_stop(struct vcenter *vc);

#endif
