/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of struct nvo3_kernel, for the files that make requests with it */
#ifndef NVO3_LIB_NVO3_REQ_H
#define NVO3_LIB_NVO3_REQ_H

#include "nlbuf.h"
#include "nlgenl.h"
#include "nvo3_kernel.h"

struct nlsock;

struct nvo3_kernel {
	struct nlsock *sock;
	struct nlgenl_family family;
};

/* @nve 0 puts none */
void req_init(const struct nvo3_kernel *k, struct nlbuf *b, void *mem, size_t cap, uint8_t cmd,
	      uint16_t flags, uint32_t nve);

#endif
