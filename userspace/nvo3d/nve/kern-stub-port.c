// SPDX-License-Identifier: GPL-2.0
/* Devices, ports and profiles of the kernel in memory */

#include <errno.h>
#include <stdio.h>

#include "kern-stub-priv.h"

/* Device "devN" is there and has ifindex N */
int stub_dev_index(struct kern *k, const char *dev, uint32_t *ret, struct err *err)
{
	if (sscanf(dev, "dev%u", ret) != 1)
		return err_set(err, ENODEV, "no device %s", dev);
	return 0;
}

int stub_dev_release(struct kern *k, uint32_t dev, struct err *err)
{
	return 0;
}

static void drop_own_map(struct kern_stub *s, const struct nvo3_port *port)
{
	struct nvo3_map *map = stub_find_map(s, port->vni, &port->mac);

	if (map && map->prov == NVO3_PROV_PORT && map->dev == port->dev && map->vlan == port->vlan)
		stub_map_remove(s, map - s->maps);
}

/* Another's claim of the same address: who is newer */
int stub_check_claim(const struct nvo3_map *have, uint64_t epoch, struct err *err)
{
	if (epoch < have->epoch)
		return err_set(err, ESTALE, "epoch %llu is older than %llu",
			       (unsigned long long)epoch, (unsigned long long)have->epoch);
	if (epoch && epoch == have->epoch)
		return err_set(err, EEXIST, "another NVE has it with the same epoch");
	return 0;
}

static int activate(struct kern_stub *s, const struct nvo3_port *port, struct err *err)
{
	struct nvo3_map *map = stub_find_map(s, port->vni, &port->mac);

	if (map && (map->dev != port->dev || map->vlan != port->vlan)) {
		int rc = stub_check_claim(map, port->epoch, err);

		if (rc)
			return rc;
	}
	if (!map)
		map = stub_map_new(s, port->vni, &port->mac, &stub_no_ip);
	*map = (struct nvo3_map){ .vni = port->vni, .mac = port->mac, .dev = port->dev,
				  .vlan = port->vlan, .epoch = port->epoch,
				  .prov = NVO3_PROV_PORT };
	return 0;
}

static int put_port(struct kern_stub *s, struct nvo3_port *slot, const struct nvo3_port *port,
		    struct err *err)
{
	int rc = 0;

	if (port->state == NVO3_PORT_STATE_ACTIVE)
		rc = activate(s, port, err);
	else
		drop_own_map(s, port);
	if (!rc)
		*slot = *port;
	return rc;
}

static struct stub_profile *find_profile(struct kern_stub *s, uint32_t id)
{
	for (size_t i = 0; i < s->n_profiles; i++)
		if (s->profiles[i].p.id == id)
			return &s->profiles[i];
	return NULL;
}

const struct nvo3_profile *kern_stub_profile(struct kern *k, uint32_t id, size_t *rules)
{
	struct stub_profile *have = find_profile(self(k), id);

	if (have)
		*rules = have->rules;
	return have ? &have->p : NULL;
}

/* As the module: nothing is judged by one with no id */
int stub_profile_add(struct kern *k, const struct nvo3_profile *profile,
		     const struct nvo3_rule *rules, size_t n, bool replace,
		     struct err *err)
{
	struct kern_stub *s = self(k);
	struct stub_profile *have = find_profile(s, profile->id);

	if (have && !replace)
		return err_set(err, EEXIST, "profile %u is there", profile->id);
	if (!profile->id || profile->dscp > 63)
		return err_set(err, EINVAL, "id or dscp is out of range");
	if (!have)
		have = &s->profiles[s->n_profiles++];
	*have = (struct stub_profile){ *profile, n };
	return 0;
}

int stub_profile_del(struct kern *k, uint32_t id, struct err *err)
{
	struct kern_stub *s = self(k);
	struct stub_profile *have = find_profile(s, id);

	if (!have)
		return err_set(err, ENOENT, "no profile %u", id);
	for (size_t i = 0; i < s->n_ports; i++)
		if (s->ports[i].profile == id)
			return err_set(err, EBUSY, "profile %u has ports", id);
	REMOVE(s->profiles, s->n_profiles, have - s->profiles);
	return 0;
}

int stub_port_add(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	struct kern_stub *s = self(k);
	int rc;

	if (!stub_find_vn(s, port->vni))
		return err_set(err, ENOENT, "no VNI %u", port->vni);
	if (stub_find_port(s, port->dev, port->vlan))
		return err_set(err, EEXIST, "device %u is bound", port->dev);
	rc = put_port(s, &s->ports[s->n_ports], port, err);
	if (!rc)
		s->n_ports++;
	return rc;
}

int stub_port_set(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	struct nvo3_port *have = stub_find_port(self(k), port->dev, port->vlan);
	struct nvo3_port next;

	if (!have)
		return err_set(err, ENOENT, "device %u is not bound", port->dev);
	next = *have;
	if (port->has & NVO3_HAS(PORT_STATE))
		next.state = port->state;
	if (port->has & NVO3_HAS(PORT_EPOCH))
		next.epoch = port->epoch;
	if (port->has & NVO3_HAS(PORT_PROFILE))
		next.profile = port->profile;
	if (port->has & NVO3_HAS(PORT_GUEST))
		next.guest = port->guest;
	next.has |= port->has;
	return put_port(self(k), have, &next, err);
}

int stub_port_del(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err)
{
	struct kern_stub *s = self(k);
	struct nvo3_port *have = stub_find_port(s, dev, vlan);

	if (!have)
		return err_set(err, ENOENT, "device %u is not bound", dev);
	drop_own_map(s, have);
	REMOVE(s->ports, s->n_ports, have - s->ports);
	return 0;
}

int stub_port_get(struct kern *k, uint32_t dev, uint16_t vlan, struct nvo3_port *ret,
		  struct err *err)
{
	struct nvo3_port *have = stub_find_port(self(k), dev, vlan);

	if (!have)
		return err_set(err, ENOENT, "device %u is not bound", dev);
	*ret = *have;
	return 0;
}

int stub_dev_mtu(struct kern *k, uint32_t dev, uint32_t *ret, struct err *err)
{
	*ret = 1450;
	return 0;
}

int stub_guest_answer(struct kern *k, const struct nvo3_guest *guest, struct err *err)
{
	const struct nvo3_port *port = stub_find_port(self(k), guest->dev, guest->vlan);

	if (!port || !port->guest)
		return err_set(err, EPERM, "the guest is not the agent's");
	if (port->state != NVO3_PORT_STATE_ACTIVE)
		return err_set(err, ENETDOWN, "the port is not active");
	self(k)->guest.dev = guest->dev;
	self(k)->guest.len = guest->frame.len;
	self(k)->guest.n++;
	return 0;
}

unsigned int kern_stub_answers(struct kern *k, uint32_t *dev, size_t *len)
{
	*dev = self(k)->guest.dev;
	*len = self(k)->guest.len;
	return self(k)->guest.n;
}

static struct stub_stamp *find_stamp(struct kern_stub *s, uint32_t dev)
{
	for (size_t i = 0; i < s->n_stamps; i++)
		if (s->stamps[i].dev == dev)
			return &s->stamps[i];
	return NULL;
}

int stub_port_stamp(struct kern *k, uint32_t dev, uint16_t vlan, bool on, struct err *err)
{
	struct kern_stub *s = self(k);
	struct stub_stamp *have = find_stamp(s, dev);

	if (!stub_find_port(s, dev, vlan))
		return err_set(err, ENOENT, "no port");
	if (have)
		REMOVE(s->stamps, s->n_stamps, have - s->stamps);
	if (on)
		s->stamps[s->n_stamps++] = (struct stub_stamp){ .dev = dev };
	return 0;
}

int stub_port_stamps(struct kern *k, uint32_t dev, uint16_t vlan, uint64_t *last_out,
		     uint64_t *first_in, struct err *err)
{
	const struct stub_stamp *have = find_stamp(self(k), dev);

	if (!stub_find_port(self(k), dev, vlan))
		return err_set(err, ENOENT, "no port");
	*last_out = have ? have->last_out : 0;
	*first_in = have ? have->first_in : 0;
	return 0;
}

void kern_stub_frame(struct kern *k, uint32_t dev, bool out, uint64_t ns)
{
	struct stub_stamp *have = find_stamp(self(k), dev);

	if (have && out)
		have->last_out = ns;
	else if (have && !have->first_in)
		have->first_in = ns;
}
