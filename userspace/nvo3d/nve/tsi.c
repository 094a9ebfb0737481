// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <string.h>

#include "msg.h"
#include "tsi.h"

const char *tsi_state_name(enum tsi_state state)
{
	switch (state) {
	case TSI_INIT:
		return "initial";
	case TSI_ASSOCIATED:
		return "associated";
	case TSI_ACTIVATED:
		return "activated";
	}
	return "?";
}

static bool same_place(const struct tsi *have, const struct tsi *want)
{
	return uuid_equal(&have->vn, &want->vn) && !strcmp(have->dev, want->dev) &&
	       (have->vid == want->vid || (!want->vid && have->vid == have->given_vid)) &&
	       mac_addr_equal(&have->mac, &want->mac);
}

static bool same_ips(const struct tsi *a, const struct tsi *b)
{
	if (a->n_ips != b->n_ips)
		return false;
	for (int i = 0; i < a->n_ips; i++)
		if (a->ips[i].len != b->ips[i].len ||
		    !ip_addr_equal(&a->ips[i].addr, &b->ips[i].addr))
			return false;
	return true;
}

static uint32_t associate(const struct tsi *have, const struct tsi *want, unsigned int *ret,
			  struct err *err)
{
	char mac[MAC_ADDR_STRLEN], id[UUID_STRLEN];

	if (!have || have->state == TSI_INIT) {
		*ret = TSI_BIND;
		return CODE(OK);
	}
	if (!same_place(have, want)) {
		err_set(err, EEXIST, "interface %s is %s with another place: %s on %s",
			uuid_format(&have->id, id), tsi_state_name(have->state),
			mac_addr_format(&have->mac, mac), have->dev);
		return CODE(EXISTS);
	}
	*ret = 0;
	if (have->state == TSI_ASSOCIATED) {
		if (have->epoch != want->epoch || !same_ips(have, want) ||
		    !uuid_equal(&have->profile, &want->profile))
			*ret = TSI_UPDATE;
	} else if (!same_ips(have, want)) {
		/* Live: the epoch in force stays, other NVEs learn of the new addresses */
		*ret = TSI_UPDATE | TSI_ENABLE;
	} else if (!uuid_equal(&have->profile, &want->profile) || have->dhcp != want->dhcp) {
		*ret = TSI_UPDATE;
	}
	return CODE(OK);
}

static uint32_t activate(const struct tsi *have, const struct tsi *want, unsigned int *ret,
			 struct err *err)
{
	char id[UUID_STRLEN];

	if (!have || have->state == TSI_INIT) {
		err_set(err, EINVAL, "interface %s is not associated", uuid_format(&want->id, id));
		return CODE(BAD_STATE);
	}
	/* Who has no placement claims by being there; what is forwarded is claimed already */
	if (!want->epoch) {
		*ret = have->state == TSI_ACTIVATED ? 0 : TSI_ENABLE;
		return CODE(OK);
	}
	if (want->epoch < have->epoch) {
		err_set(err, ESTALE, "epoch %llu of interface %s is older than %llu",
			(unsigned long long)want->epoch, uuid_format(&have->id, id),
			(unsigned long long)have->epoch);
		return CODE(STALE);
	}
	if (have->state == TSI_ACTIVATED && want->epoch == have->epoch)
		*ret = 0;
	else
		*ret = TSI_ENABLE;
	return CODE(OK);
}

static uint32_t deactivate(const struct tsi *have, const struct tsi *want, unsigned int *ret,
			   struct err *err)
{
	char id[UUID_STRLEN];

	if (!have) {
		err_set(err, ENOENT, "there is no interface %s", uuid_format(&want->id, id));
		return CODE(NOT_FOUND);
	}
	*ret = have->state == TSI_ACTIVATED ? TSI_DISABLE : 0;
	return CODE(OK);
}

uint32_t tsi_decide(const struct tsi *have, enum tsi_event event, const struct tsi *want,
		    unsigned int *ret_actions, struct err *err)
{
	switch (event) {
	case TSI_ASSOCIATE:
		return associate(have, want, ret_actions, err);
	case TSI_ACTIVATE:
		return activate(have, want, ret_actions, err);
	case TSI_DEACTIVATE:
		return deactivate(have, want, ret_actions, err);
	case TSI_DEASSOCIATE:
		*ret_actions = 0;
		if (have && have->state == TSI_ACTIVATED)
			*ret_actions = TSI_DISABLE;
		if (have && have->state != TSI_INIT)
			*ret_actions |= TSI_UNBIND;
		return CODE(OK);
	}
	return CODE(FAILED);
}

static uint32_t ips_from_msg(const Nvo3__Tsi *msg, struct tsi *t, struct err *err)
{
	if (msg->n_ips > TSI_IPS_MAX) {
		err_set(err, EINVAL, "ips: %zu addresses, at most %d are possible", msg->n_ips,
			TSI_IPS_MAX);
		return CODE(BAD_MESSAGE);
	}
	for (size_t i = 0; i < msg->n_ips; i++) {
		struct ip_prefix *p = &t->ips[i];

		if (!msg_get_ip(&msg->ips[i]->addr, &p->addr) ||
		    msg->ips[i]->len > 8 * ip_addr_len(&p->addr)) {
			err_set(err, EINVAL, "ips[%zu]: not an IP prefix", i);
			return CODE(BAD_MESSAGE);
		}
		p->len = msg->ips[i]->len;
	}
	t->n_ips = msg->n_ips;
	return CODE(OK);
}

uint32_t tsi_from_msg(const Nvo3__Tsi *msg, struct tsi *ret, struct err *err)
{
	struct tsi t = {};

	if (!msg)
		err_set(err, EINVAL, "tsi: missing");
	else if (!msg_get_uuid(&msg->tsi, &t.id))
		err_set(err, EINVAL, "tsi.tsi: not a UUID");
	else if (!msg_get_uuid(&msg->vn, &t.vn))
		err_set(err, EINVAL, "tsi.vn: not a UUID");
	else if (!*msg->dev || strlen(msg->dev) >= sizeof(t.dev) || strchr(msg->dev, '/'))
		err_set(err, EINVAL, "tsi.dev: \"%.32s\" is not a device name", msg->dev);
	else if (msg->vid > 4094)
		err_set(err, EINVAL, "tsi.vid: %u is not a VLAN id", msg->vid);
	else if (!msg_get_mac(&msg->mac, &t.mac) || !mac_addr_is_unicast(&t.mac))
		err_set(err, EINVAL, "tsi.mac: not a unicast MAC address");
	else if (msg->profile.len && !msg_get_uuid(&msg->profile, &t.profile))
		err_set(err, EINVAL, "tsi.profile: not a UUID");
	else
		goto good;
	return CODE(BAD_MESSAGE);
good:
	if (ips_from_msg(msg, &t, err) != CODE(OK))
		return CODE(BAD_MESSAGE);
	strcpy(t.dev, msg->dev);
	t.vid = msg->vid;
	t.epoch = msg->epoch;
	t.hold_s = msg->hold_s;
	t.dhcp = msg->dhcp;
	t.state = TSI_INIT;
	if (msg->state == NVO3__TSI_STATE__TSI_ASSOCIATED)
		t.state = TSI_ASSOCIATED;
	else if (msg->state == NVO3__TSI_STATE__TSI_ACTIVATED)
		t.state = TSI_ACTIVATED;
	*ret = t;
	return CODE(OK);
}

void tsi_to_msg(const struct tsi *tsi, Nvo3__Tsi *ret, Nvo3__IpPrefix *ips,
		Nvo3__IpPrefix **pointers)
{
	nvo3__tsi__init(ret);
	ret->tsi = msg_put_uuid(&tsi->id);
	ret->vn = msg_put_uuid(&tsi->vn);
	ret->dev = (char *)tsi->dev;
	ret->vid = tsi->vid;
	ret->mac = msg_put_mac(&tsi->mac);
	ret->epoch = tsi->epoch;
	ret->hold_s = tsi->hold_s;
	ret->dhcp = tsi->dhcp;
	if (!uuid_is_zero(&tsi->profile))
		ret->profile = msg_put_uuid(&tsi->profile);
	ret->state = (Nvo3__TsiState)tsi->state;
	for (int i = 0; i < tsi->n_ips; i++) {
		nvo3__ip_prefix__init(&ips[i]);
		ips[i].addr = msg_put_ip(&tsi->ips[i].addr);
		ips[i].len = tsi->ips[i].len;
		pointers[i] = &ips[i];
	}
	ret->n_ips = tsi->n_ips;
	ret->ips = pointers;
}
