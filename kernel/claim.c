// SPDX-License-Identifier: GPL-2.0
#include "claim.h"
#include "fast.h"
#include "mapping.h"
#include "notify.h"

static int refuse_epoch(struct nvo3_nve *nve, const struct nvo3_mapping *claim,
			const struct nvo3_mapping *held, int err, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	nvo3_notify_map(nve, NVO3_CMD_ALERT_NTF, claim);
	if (err == -ESTALE)
		return NVO3_REFUSE(extack, attr, ESTALE, "epoch %llu is older than the %llu held",
				   claim->epoch, held->epoch);
	return NVO3_REFUSE(extack, attr, EEXIST, "epoch %llu of %pM is held elsewhere",
			   claim->epoch, claim->mac);
}

static int refuse_port(struct nvo3_nve *nve, const struct nvo3_mapping *held,
		       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct nvo3_port *port;
	int err;

	rcu_read_lock();
	port = nvo3_nve_port(nve, held->nr);
	err = NVO3_REFUSE(extack, attr, EEXIST, "%pM of VN %u belongs to the port on %s",
			  held->mac, held->vni, port->dev->name);
	rcu_read_unlock();
	return err;
}

/* A port's own mapping gives way to a newer epoch only, or to the port itself. */
static bool is_owned(const struct nvo3_mapping *held, const struct nvo3_mapping *claim, bool same)
{
	if (held->prov != NVO3_PROV_PORT)
		return false;
	return same ? claim->prov != NVO3_PROV_PORT : !claim->epoch;
}

int nvo3_claim_judge(struct nvo3_nve *nve, const struct nvo3_mapping *claim, u16 flags,
		     const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nvo3_mapping held;
	bool same;
	int err;

	lockdep_assert_held(&nve->lock);
	if (!nvo3_map_find(&nve->maps, claim->vni, claim->mac, &held))
		return 0;
	same = held.kind == claim->kind && held.nr == claim->nr;
	if (is_owned(&held, claim, same))
		return refuse_port(nve, &held, attr, extack);
	if (flags & NLM_F_EXCL)
		return NVO3_REFUSE(extack, attr, EEXIST, "%pM of VN %u has a mapping",
				   claim->mac, claim->vni);
	err = nvo3_map_judge(&held, claim);
	if (err && claim->epoch | held.epoch)
		return refuse_epoch(nve, claim, &held, err, attr, extack);
	if (err || (!same && !(flags & NLM_F_REPLACE)))
		return NVO3_REFUSE(extack, attr, EEXIST, "%pM of VN %u is mapped elsewhere",
				   claim->mac, claim->vni);
	return 0;
}

int nvo3_claim_port(struct nvo3_nve *nve, struct nvo3_port *port, const u8 *mac, u64 epoch,
		    const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nvo3_mapping claim = {
		.vni = port->vn->vni,
		.prov = NVO3_PROV_PORT,
		.kind = NVO3_MAP_PORT,
		.nr = port->nr,
		.epoch = epoch,
	}, old;
	int err;

	ether_addr_copy(claim.mac, mac);
	err = nvo3_claim_judge(nve, &claim, epoch ? NLM_F_REPLACE : 0, attr, extack);
	if (err)
		return err;
	err = nvo3_mapping_set(nve, port->vn, &claim, &old);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the port's mapping");
		return err;
	}
	nvo3_mapping_commit(nve, &claim, &old);
	return 0;
}

void nvo3_claim_withdraw(struct nvo3_nve *nve, struct nvo3_port *port)
{
	struct nvo3_mapping held;

	lockdep_assert_held(&nve->lock);
	if (!port->has_mac || !nvo3_map_find(&nve->maps, port->vn->vni, port->mac, &held))
		return;
	if (held.prov == NVO3_PROV_PORT && held.kind == NVO3_MAP_PORT && held.nr == port->nr)
		nvo3_mapping_del(nve, port->vn, port->mac);
}

void nvo3_port_release(struct nvo3_nve *nve, struct nvo3_port *port)
{
	struct nvo3_mapping_filter to_port = { .port = port, .provs = NVO3_PROVS_ALL };

	/* Its own first: with nothing else pointing here the table need not be walked. */
	nvo3_claim_withdraw(nve, port);
	nvo3_mapping_flush(nve, &to_port);
	nvo3_notify_port(nve, NVO3_CMD_PORT_DEL_NTF, port);
	nvo3_port_del(port);
	nvo3_miss_close(nve, port);
}
