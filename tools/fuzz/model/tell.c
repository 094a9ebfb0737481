// SPDX-License-Identifier: GPL-2.0
/* A world in the words of nvo3(8). */
#include <arpa/inet.h>
#include <string.h>
#include "rnd.h"
#include "world.h"

static const char *const encaps[] = { "vxlan", "geneve", "nvgre" };
static const char *const on_off[] = { "off", "on" };

static const char *text(const struct address *addr)
{
	static char buf[4][INET6_ADDRSTRLEN];
	static int next;
	char *to = buf[next++ & 3];

	inet_ntop(addr->family, addr->byte, to, INET6_ADDRSTRLEN);
	return to;
}

static const char *mac_text(const uint8_t *mac)
{
	static char buf[18];

	snprintf(buf, sizeof(buf), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}

static void tell_nve(const struct nve *nve, FILE *to)
{
	static const char *const verify[] = { "off", "log", "drop" };
	static const char *const df[] = { "unset", "set", "inherit" };

	fprintf(to, "nve add dev nve0 encap %s accept vxlan,geneve,nvgre redirect 10000000",
		encaps[nve->encap]);
	if (nve->locals)
		fprintf(to, " local 192.0.2.1 local6 2001:db8::1");
	fprintf(to, " verify %s df %s csum %s csum-rx %s flowid %s", verify[nve->verify],
		df[nve->df], on_off[nve->csum], nve->csum_require ? "require" : "any",
		on_off[nve->flowid]);
	if (nve->ttl < 0)
		fprintf(to, " ttl inherit");
	else
		fprintf(to, " ttl %d", nve->ttl);
	if (nve->tos < 0)
		fprintf(to, " tos inherit");
	else
		fprintf(to, " tos %d", nve->tos);
	if (nve->label >= 0)
		fprintf(to, " label %d", nve->label);
	if (nve->sport[0])
		fprintf(to, " sport %d-%d", nve->sport[0], nve->sport[1]);
	fputc('\n', to);
}

static void tell_end(const char *which, const struct address *addr, int plen, uint32_t group,
		     FILE *to)
{
	if (addr->family)
		fprintf(to, " %s %s/%d", which, text(addr), plen);
	if (group)
		fprintf(to, " %s group %u", which, group);
}

static void tell_rule(const struct rule *rule, FILE *to)
{
	fprintf(to, " rule %s %s", rule->verdict == NVO3_VERDICT_PERMIT ? "permit" : "deny",
		rule->dir == NVO3_RULE_DIR_FROM_VM ? "from-vm" : "to-vm");
	if (rule->ethertype)
		fprintf(to, " ethertype 0x%x", rule->ethertype);
	if (rule->proto >= 0)
		fprintf(to, " proto %d", rule->proto);
	tell_end("src", &rule->src, rule->src_plen, rule->src_group, to);
	tell_end("dst", &rule->dst, rule->dst_plen, rule->dst_group, to);
	if (rule->ports)
		fprintf(to, " sport %d-%d dport %d-%d", rule->sport[0], rule->sport[1],
			rule->dport[0], rule->dport[1]);
}

static void tell_profile(const char *verb, const struct profile *profile, int id, FILE *to)
{
	int i;

	fprintf(to, "profile %s dev nve0 id %d default %s", verb, id,
		profile->otherwise == NVO3_VERDICT_PERMIT ? "permit" : "deny");
	if (profile->dscp >= 0)
		fprintf(to, " dscp %d", profile->dscp);
	for (i = 0; i < profile->n_rules; i++)
		tell_rule(&profile->rules[i], to);
	fputc('\n', to);
}

static void tell_port(const struct world *w, const struct port *port, FILE *to)
{
	static const char *const spoof[] = { "auto", "off", "on" };
	uint32_t vni = w->vns[port->vn].vni;
	int i;

	if (port->moved)
		fprintf(to, "map add dev nve0 vni %u mac %s nve %s epoch 5\n", vni,
			mac_text(port->mac), text(&port->left));
	fprintf(to, "port add dev f%d", port->dev);
	if (port->vlan)
		fprintf(to, " vlan %d", port->vlan);
	fprintf(to, " vni %u state %s spoof %s dhcp-server %s router %s group %u", vni,
		port->active ? "active" : "associated", spoof[port->spoof], on_off[port->dhcp],
		on_off[port->router], port->group);
	if (port->has_mac)
		fprintf(to, " mac %s", mac_text(port->mac));
	if (port->moved)
		fprintf(to, " epoch 6");
	if (port->profile >= 0)
		fprintf(to, " profile %d", port->profile + 1);
	for (i = 0; i < port->n_pairs; i++) {
		const struct pair *pair = &port->pairs[i];

		fprintf(to, " ip %s/%d", text(&pair->addr), pair->plen);
		if (!pair->own)
			fprintf(to, "@%s", mac_text(pair->mac));
	}
	fputc('\n', to);
}

static void tell_locator(const struct remote *remote, FILE *to)
{
	fprintf(to, " encap %s", encaps[remote->encap]);
	if (remote->dstport)
		fprintf(to, " dstport %d", remote->dstport);
	if (remote->vni)
		fprintf(to, " remote-vni %u", remote->vni);
}

static void tell_map(const struct world *w, const struct map *map, FILE *to)
{
	const struct port *port = map->port < 0 ? NULL : &w->ports[map->port];
	int i;

	/* Told with its port. */
	if (map->of_port)
		return;
	fprintf(to, "map add dev nve0 vni %u mac %s", w->vns[map->vn].vni, mac_text(map->mac));
	if (port) {
		fprintf(to, " port f%d", port->dev);
		if (port->vlan)
			fprintf(to, " vlan %d", port->vlan);
		fputc('\n', to);
		return;
	}
	for (i = 0; i < map->n_paths; i++)
		fprintf(to, "%s%s", i ? "," : " nve ", text(&w->remotes[map->paths[i]].addr));
	tell_locator(&w->remotes[map->paths[0]], to);
	if (map->group)
		fprintf(to, " group %u", map->group);
	fputc('\n', to);
}

void world_tell_links(const struct world *w, FILE *to)
{
	int i;

	for (i = 0; i < DEVS; i++)
		fprintf(to, "link set f%d master nve0 mtu %d %s\n", i, w->mtu[i],
			w->up[i] ? "up" : "down");
	fprintf(to, "link set nve0 mtu 9000 up\n");
}

void world_tell(const struct world *w, FILE *to)
{
	static const char *const unknown[] = { "drop", "ask", "flood" };
	int i;

	for (i = 0; i < VNS; i++)
		fprintf(to, "vn add dev nve0 vni %u unknown %s bum %s\n", w->vns[i].vni,
			unknown[w->vns[i].unknown], w->vns[i].bum ? "replicate" : "none");
	for (i = 0; i < PROFILES; i++)
		tell_profile("add", &w->profiles[i], i + 1, to);
	for (i = 0; i < w->n_ports; i++)
		tell_port(w, &w->ports[i], to);
	for (i = 0; i < w->n_maps; i++)
		tell_map(w, &w->maps[i], to);
	for (i = 0; i < w->n_members; i++) {
		const struct member *member = &w->members[i];

		fprintf(to, "member add dev nve0 vni %u nve %s", w->vns[member->vn].vni,
			text(&w->remotes[member->remote].addr));
		tell_locator(&w->remotes[member->remote], to);
		fprintf(to, " relay %s\n", on_off[member->relay]);
	}
	for (i = 0; i < w->n_remotes; i++) {
		if (!w->remotes[i].down)
			continue;
		fprintf(to, "remote set dev nve0 nve %s", text(&w->remotes[i].addr));
		tell_locator(&w->remotes[i], to);
		fprintf(to, " state down\n");
	}
}

void world_tell_nve(const struct world *w, FILE *to)
{
	tell_nve(&w->nve, to);
}

static void tell_port_change(const struct world *w, FILE *to)
{
	static const char *const changes[] = {
		"spoof on", "spoof off", "spoof auto", "profile 1", "profile 2", "profile 3",
		"profile 0", "group 1", "group 0", "ip 10.0.0.1 ip fd00::1", "ip none",
		"router on", "router off", "dhcp-server on", "dhcp-server off",
	};
	const struct port *port = &w->ports[below(w->n_ports)];

	fprintf(to, "port set dev f%d", port->dev);
	if (port->vlan)
		fprintf(to, " vlan %d", port->vlan);
	fprintf(to, " %s\n", PICK(changes));
}

void world_tell_change(const struct world *w, FILE *to)
{
	static const char *const changes[] = {
		"verify drop", "verify log", "verify off", "fastpath off", "fastpath auto",
		"fastpath on", "mss-clamp on", "mss-clamp off", "df inherit ttl inherit tos inherit",
		"df set ttl 64 tos 0", "df unset", "csum off", "csum on", "csum-rx require",
		"csum-rx any", "label flow", "label 7", "sport 1-9", "sport any", "flowid off",
	};
	const struct map *map = &w->maps[w->n_maps ? below(w->n_maps) : 0];
	int id = below(PROFILES);

	switch (below(4)) {
	case 0:
		fprintf(to, "nve set dev nve0 %s\n", PICK(changes));
		break;
	case 1:
		tell_port_change(w, to);
		break;
	case 2:
		tell_profile("replace", &w->profiles[below(PROFILES)], id + 1, to);
		break;
	default:
		fprintf(to, "map replace dev nve0 vni %u mac %s nve %s%s\n", w->vns[map->vn].vni,
			mac_text(map->mac), one_in(2) ? "192.0.2.5" : "2001:db8::6,192.0.2.7/3",
			one_in(2) ? " encap geneve group 2" : "");
	}
}
