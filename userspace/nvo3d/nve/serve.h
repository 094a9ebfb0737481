/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guests that ask for their addresses are answered at their port; see protocols/dhcp.rst. What is
 * answered is in answer.h; here the kernel's questions come in, and advertisements go out now and
 * then.
 */
#ifndef NVO3D_NVE_SERVE_H
#define NVO3D_NVE_SERVE_H

#include "state.h"

struct nvo3_guest;
struct serve;

struct serve *serve_new(struct nve *nve);
void serve_free(struct serve *s);

/* From now on the kernel's questions, those to the NVE of @ifindex */
int serve_listen(struct serve *s, uint32_t ifindex, struct err *err);
/* One of them */
void serve_question(struct serve *s, const struct nvo3_guest *guest);

#endif
