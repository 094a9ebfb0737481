/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Consoles of this host's guests, for vCenter: bytes between a channel of its session
 * (lib/console.h) and a descriptor of the driver's. One at a time has a guest's.
 */
#ifndef NVO3D_VSERVER_CONSOLE_H
#define NVO3D_VSERVER_CONSOLE_H

#include "chan.h"
#include "host.h"

struct consoles *consoles_new(void);
/* A request, which is answered, or one of the three events */
void console_message(struct vserver *vs, struct chan *session, const struct msg *msg);
/* The session with its channels is over */
void console_session_down(struct vserver *vs);
/* Something happened to this VM: a guest that has ended has no console */
void console_look(struct vserver *vs, const struct vm *vm);
void console_stop(struct vserver *vs);	/* for good */

#endif
