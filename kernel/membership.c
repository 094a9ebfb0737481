// SPDX-License-Identifier: GPL-2.0
#include "ipmap.h"
#include "mapping.h"
#include "membership.h"
#include "notify.h"

int nvo3_membership_add(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_remote *remote)
{
	int err;

	if (nvo3_members_has(&vn->members, remote))
		return -EEXIST;
	err = nvo3_members_add(&vn->members, remote);
	if (err)
		return err;
	remote->refs++;
	nvo3_nve_changed(nve);
	return 0;
}

int nvo3_membership_del(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_remote *remote)
{
	int err;

	err = nvo3_members_del(&vn->members, remote);
	if (err)
		return err;
	nvo3_remote_put(remote);
	nvo3_nve_changed(nve);
	return 0;
}

int nvo3_membership_set_relay(struct nvo3_nve *nve, struct nvo3_vn *vn,
			      struct nvo3_remote *remote, bool relay)
{
	int err;

	if (relay)
		err = nvo3_relays_add(&vn->relays, &remote->loc.addr);
	else
		err = nvo3_relays_del(&vn->relays, &remote->loc.addr);
	if (!err)
		nvo3_nve_changed(nve);
	return err;
}

void nvo3_membership_notify(struct nvo3_nve *nve, u8 cmd, struct nvo3_vn *vn,
			    const struct nvo3_remote *remote)
{
	struct nvo3_member member = {
		.vni = vn->vni,
		.loc = &remote->loc,
		.relay = nvo3_relays_has(&vn->relays, &remote->loc.addr),
	};

	nvo3_notify_member(nve, cmd, &member);
}

/* The array goes with the VN, after the readers' grace period. */
static void remove_members(struct nvo3_nve *nve, struct nvo3_vn *vn)
{
	struct nvo3_remote *remote;
	u32 i;

	for (i = 0; (remote = nvo3_members_at(&vn->members, i)); i++) {
		nvo3_membership_notify(nve, NVO3_CMD_MEMBER_DEL_NTF, vn, remote);
		nvo3_remote_put(remote);
	}
}

void nvo3_vn_remove(struct nvo3_nve *nve, struct nvo3_vn *vn)
{
	struct nvo3_mapping_filter in_vn = { .vn = vn, .provs = NVO3_PROVS_ALL };

	lockdep_assert_held(&nve->lock);
	nvo3_mapping_flush(nve, &in_vn);
	nvo3_ipmap_flush(nve, &in_vn);
	/* Its memory stays under the mutex. Hidden first, so that nobody new meets its members. */
	nvo3_vn_del(vn);
	remove_members(nve, vn);
	nvo3_pendings_forget_vn(&nve->pendings, &vn->waiting);
	nvo3_notify_vn(nve, NVO3_CMD_VN_DEL_NTF, vn);
	nvo3_nve_changed(nve);
}
