/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tenant wishes his VM near to him (V10). His nDirector has seen his certificate and tells us, or
 * a peer whom it told; we look whether the VM is his, and where it is.
 */
#ifndef VCENTERD_TENANT_WISH_H
#define VCENTERD_TENANT_WISH_H

#include "vcenter.h"

/* TENANT_REPLICATE; @of_peer: it is not handed on any further. Answers now or later. */
void tenant_wish(struct vcenter *vc, struct chan *chan, const struct msg *msg, bool of_peer);

#endif
