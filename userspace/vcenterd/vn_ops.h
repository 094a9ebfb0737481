/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VNs come and go: ours by the API, those of other DCs from their vCenters. The nDirector and
 * the peers are told.
 */
#ifndef VCENTERD_VN_OPS_H
#define VCENTERD_VN_OPS_H

#include "vcenter.h"

/* A VN of this DC. The same one again is 0 too. -EEXIST when name, VNI or uuid are taken. */
int vn_ops_create(struct vcenter *vc, const struct vn *tmpl, struct vn **ret, struct err *err);
/* The policies of @want; @vn is as it was when it fails. -EACCES when another DC made it. */
int vn_ops_set(struct vcenter *vc, struct vn *vn, const struct vn *want, struct err *err);
/* -EBUSY while VMs use it, -EACCES when another DC made it. */
int vn_ops_delete(struct vcenter *vc, struct vn *vn, struct err *err);

/* The vCenter of @dc tells one of its own; refusals are alarmed. */
int vn_ops_peer_set(struct vcenter *vc, const char *dc, const struct vn *tmpl, struct err *err);
int vn_ops_peer_del(struct vcenter *vc, const char *dc, const struct uuid *uuid,
		    struct err *err);

#endif
