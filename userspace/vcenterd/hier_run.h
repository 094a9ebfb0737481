/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asks all data centres of a root about a VM, or only how full they are, and has the VM made in
 * the one that hierarchy.c chooses.
 */
#ifndef VCENTERD_HIER_RUN_H
#define VCENTERD_HIER_RUN_H

#include "lib/http.h"
#include "vcenter.h"

/*
 * "dc" of a new VM, which is taken out of @body. True: it is to be made here. Else @req is
 * answered, now or later. @dry: it is asked only where.
 */
bool hier_take_dc(struct vcenter *vc, struct http_request *req, json_t *body, bool dry);

/* GET /dcs: @req is answered, now or later. */
void hier_list(struct vcenter *vc, struct http_request *req);

/* False: @req was handed on to us, and is answered with 403. */
bool hier_may_forward(struct vcenter *vc, struct http_request *req);

/* Those who wait are answered, or will be when forward_stop() and the API's end have told them. */
void hier_stop(struct vcenter *vc);
void hier_free(struct vcenter *vc);

#endif
