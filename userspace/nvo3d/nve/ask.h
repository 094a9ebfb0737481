/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions of the kernel's that the director answers: where is the address that a frame is for?
 *
 * At most one question for an address is open here. While there is no session nothing is asked
 * and nothing is said to the kernel, which holds its frames as long as it likes; with the next
 * session its list of what is still open is read, and so it is when its events were lost.
 */
#ifndef NVO3D_NVE_ASK_H
#define NVO3D_NVE_ASK_H

#include "state.h"

/* What is asked for: a MAC, or with a family an IP address */
struct ask_addr {
	struct mac_addr mac;
	struct ip_addr ip;
};

/* From watch.c: a frame was for an address that the kernel does not know */
void ask_miss(struct nve *nve, const struct nvo3_miss *miss);
/* Ask all that is open in the kernel: in one VN, in all */
void ask_vn(struct nve *nve, struct model_vn *vn);
void ask_all(struct nve *nve);
/*
 * The VN was joined (again): the director knows nothing of what it has answered before, and would
 * not tell of an address that nobody had then. So that is forgotten, and what is open is asked.
 */
void ask_anew(struct nve *nve, struct model_vn *vn);
void ask_uninit(struct nve *nve);

/* From director.c; @lifetime_ms of CODE(NOT_FOUND), 0 if the director named none */
void ask_answered(struct nve *nve, const struct uuid *vn, const struct ask_addr *addr,
		  uint32_t code, const char *text, uint32_t lifetime_ms);

#endif
