/* SPDX-License-Identifier: GPL-2.0 */
/* Different requests to the module in few datagrams, each with its own result */
#ifndef NVO3_LIB_NVO3_BATCH_H
#define NVO3_LIB_NVO3_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

struct err;
struct nvo3_batch;
struct nvo3_event;
struct nvo3_kernel;

/*
 * @failed is told of each refused request by the @tag that it was added with,
 * in the order of adding. @k is borrowed.
 */
struct nvo3_batch *nvo3_batch_new(struct nvo3_kernel *k,
				  void (*failed)(size_t tag, int code, const char *text,
						 void *data),
				  void *data);
/* Drops what was not sent; accepts NULL */
void nvo3_batch_free(struct nvo3_batch *b);
DEFINE_CLEANUP(struct nvo3_batch *, nvo3_batch, nvo3_batch_free);
#define _cleanup_nvo3_batch_ _cleanup_(cleanup_nvo3_batch)

/*
 * Add the request @req->cmd about the object in @req to the NVE @req->ifindex;
 * @flags as for kernel_map_add().
 * Sends by itself when the datagram is full. Failure is one of the transport.
 */
int nvo3_batch_add(struct nvo3_batch *b, const struct nvo3_event *req, uint16_t flags, size_t tag,
		   struct err *err);
int nvo3_batch_send(struct nvo3_batch *b, struct err *err);

#endif
