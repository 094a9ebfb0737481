/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our session to the nDirector. At its start everything is told again: all VNs, then all
 * placements with their epochs. Only then is vc->director.ready, and jobs go on.
 */
#ifndef VCENTERD_SESSION_DIRECTOR_H
#define VCENTERD_SESSION_DIRECTOR_H

#include "vcenter.h"

int session_director_start(struct vcenter *vc, struct err *err);
void session_director_stop(struct vcenter *vc);

/* Tell it of a VN that is new or gone; nothing while the session is down. */
void session_director_vn_set(struct vcenter *vc, const struct vn *vn);
void session_director_vn_del(struct vcenter *vc, const struct uuid *vn);

/* Nothing without a session: all are told at the start of the next one. */
void session_director_profile_set(struct vcenter *vc, const struct profile *p);
void session_director_profile_del(struct vcenter *vc, const struct uuid *uuid);
/* The verdict that @server is dead; all of them are told at the start of a session, too. */
void session_director_nve_dead(struct vcenter *vc, const struct server *server);
/* That NVE needs it before a placement names it; nothing for a zero UUID. */
void session_director_profile_grant(struct vcenter *vc, const struct uuid *uuid, const char *nve);

#endif
