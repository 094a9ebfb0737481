// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <string.h>

#include "director.h"
#include "keep.h"
#include "leave.h"
#include "log.h"
#include "own.h"
#include "policy.h"
#include "port_act.h"
#include "vn.h"

int port_set_state(struct nve_tsi *tsi, enum nvo3_port_state state, uint64_t epoch,
		   struct err *err)
{
	struct nvo3_port port = {
		.has = NVO3_HAS(PORT_STATE) | NVO3_HAS(PORT_EPOCH),
		.dev = tsi->dev,
		.vlan = tsi->t.vid,
		.state = state,
		.epoch = epoch,
	};
	struct kern *k = tsi->nve->kern;

	return k->ops->port_set(k, &port, err);
}

const char *port_conflict(struct nve *nve, const struct tsi *want)
{
	struct nve_tsi *p;

	for (p = nve->tsis; p; p = p->hh.next) {
		if (p->t.state == TSI_INIT || uuid_equal(&p->t.id, &want->id))
			continue;
		if (!strcmp(p->t.dev, want->dev) && p->t.vid == want->vid)
			return "its device and VLAN";
		if (uuid_equal(&p->t.vn, &want->vn) && mac_addr_equal(&p->t.mac, &want->mac))
			return "its MAC address in this VN";
	}
	return NULL;
}

static bool dev_in_use(struct nve *nve, uint32_t dev)
{
	struct nve_tsi *p;

	for (p = nve->tsis; p; p = p->hh.next)
		if (p->t.state != TSI_INIT && p->dev == dev)
			return true;
	return false;
}

/* Never a port without what is to judge it */
static int get_profile(struct nve *nve, const struct tsi *want, uint32_t *ret, struct err *err)
{
	*ret = policy_id(nve, &want->profile);
	if (*ret || uuid_is_zero(&want->profile))
		return 0;
	return err_set(err, EBUSY, "the profile of device %s is gone", want->dev);
}

int port_bind(struct nve_tsi *tsi, const struct tsi *want, struct err *err)
{
	struct nve *nve = tsi->nve;
	struct kern *k = nve->kern;
	struct tsi t = *want;
	struct nvo3_port port = {
		.has = NVO3_HAS(PORT_STATE),
		.vni = vn_lookup(nve, &want->vn)->model->vni,
		.mac = want->mac,
		.state = NVO3_PORT_STATE_ASSOCIATED,
		.epoch = want->epoch,
		.guest = want->dhcp,
	};
	int rc;

	rc = get_profile(nve, want, &port.profile, err);
	if (!rc)
		rc = k->ops->dev_take(k, want->dev, &tsi->dev, err);
	if (rc)
		return rc;
	t.given_vid = policy_vlan(nve, &want->profile);
	if (!t.vid)
		t.vid = t.given_vid;
	port.dev = tsi->dev;
	port.vlan = t.vid;
	rc = keep_tsi(nve, &t, tsi->owner, err);
	if (rc)
		goto release;
	rc = k->ops->port_add(k, &port, err);
	if (rc)
		goto forget;
	tsi->t = t;
	tsi->t.state = TSI_ASSOCIATED;
	return 0;
forget:
	keep_tsi_del(nve, &want->id, tsi->owner);
release:
	if (!dev_in_use(nve, tsi->dev))
		k->ops->dev_release(k, tsi->dev, NULL);
	return rc;
}

/* A port is on its VLAN for good */
static int keep_vlan(const struct nve_tsi *tsi, struct tsi *t, struct err *err)
{
	uint16_t vid;

	t->given_vid = policy_vlan(tsi->nve, &t->profile);
	vid = t->vid ?: t->given_vid;
	t->vid = tsi->t.vid;
	if (vid == t->vid)
		return 0;
	return err_set(err, EEXIST, "%s is on VLAN %u for good, not on VLAN %u (0 is untagged)",
		       t->dev, t->vid, vid);
}

int port_update(struct nve_tsi *tsi, const struct tsi *want, struct err *err)
{
	struct nvo3_port port = {
		.has = NVO3_HAS(PORT_PROFILE) | NVO3_HAS(PORT_GUEST),
		.guest = want->dhcp,
		.dev = tsi->dev,
		.vlan = tsi->t.vid,
	};
	struct kern *k = tsi->nve->kern;
	struct tsi t = *want, before = tsi->t;
	int rc;

	rc = get_profile(tsi->nve, want, &port.profile, err);
	if (!rc)
		rc = keep_vlan(tsi, &t, err);
	if (rc)
		return rc;

	t.state = tsi->t.state;
	/* A live one keeps its epoch until an activation brings another */
	if (t.state == TSI_ACTIVATED)
		t.epoch = tsi->t.epoch;
	else
		rc = port_set_state(tsi, NVO3_PORT_STATE_ASSOCIATED, t.epoch, err);
	if (!rc)
		rc = keep_tsi(tsi->nve, &t, tsi->owner, err);
	if (!rc && (!uuid_equal(&t.profile, &tsi->t.profile) || t.dhcp != tsi->t.dhcp))
		rc = k->ops->port_set(k, &port, err);
	if (rc)
		return rc;
	tsi->t = t;
	policy_collect(tsi->nve);
	own_update(tsi, &before);
	return 0;
}

int port_disable(struct nve_tsi *tsi, struct err *err)
{
	int rc = port_set_state(tsi, NVO3_PORT_STATE_ASSOCIATED, tsi->t.epoch, err);

	/* A port that is not there is as silent as can be */
	if (rc && rc != -ENOENT && rc != -ENODEV)
		return rc;
	tsi->t.state = TSI_ASSOCIATED;
	own_update(tsi, NULL);
	director_withdraw(tsi->nve->director, &tsi->t);
	return 0;
}

int port_unbind(struct nve_tsi *tsi, struct err *err)
{
	struct nve *nve = tsi->nve;
	struct kern *k = nve->kern;
	int rc = k->ops->port_del(k, tsi->dev, tsi->t.vid, err);

	if (rc && rc != -ENOENT && rc != -ENODEV)
		return rc;
	tsi->t.state = TSI_INIT;
	own_update(tsi, NULL);
	if (!dev_in_use(nve, tsi->dev)) {
		rc = k->ops->dev_release(k, tsi->dev, err);
		if (rc && rc != -ENODEV)
			log_warn("%s: %s", tsi->t.dev, err->text);
	}
	keep_tsi_del(nve, &tsi->t.id, tsi->owner);
	leave_gone(tsi);
	vn_put(nve, &tsi->t.vn);
	policy_collect(nve);
	return 0;
}
