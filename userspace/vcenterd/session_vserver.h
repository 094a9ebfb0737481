/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions of vServers: they open them, register, and both sides ask (V1 to V4, V8, V9, V12).
 * A server is up from its registration to the end of that session.
 */
#ifndef VCENTERD_SESSION_VSERVER_H
#define VCENTERD_SESSION_VSERVER_H

#include "vcenter.h"

void session_vserver_up(struct vcenter *vc, struct chan *chan);
void session_vserver_down(struct vcenter *vc, struct chan *chan, const char *why);
bool session_vserver_message(struct vcenter *vc, struct chan *chan, const struct msg *msg);

/*
 * A time of the server's clock, ns, in ours; 0 if that cannot be said, or for 0. @error grows to
 * what it may be wrong by.
 */
uint64_t session_vserver_time(const struct server *server, uint64_t ns, uint64_t *error);

#endif
