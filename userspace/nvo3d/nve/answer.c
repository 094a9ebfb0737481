// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <string.h>

#include "answer_priv.h"
#include "errs.h"
#include "nd_ra.h"

/* On every host the same, so that a guest notices nothing of a move */
static const struct mac_addr own_mac = { { 0x02, 0x6e, 0x76, 0x6f, 0x33, 0x01 } };
static const struct ip_addr own_linklocal = {
	AF_INET6, { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x00, 0x6e, 0x76, 0xff, 0xfe, 0x6f, 0x33, 0x01 },
};
static const struct ip_addr all_nodes = { AF_INET6, { 0xff, 2, [15] = 1 } };

const struct ip_addr *answer_placed(const struct answer_guest *guest, int family,
				    const struct subnet **ret_subnet)
{
	for (int i = 0; i < guest->n_ips; i++) {
		const struct ip_addr *ip = &guest->ips[i].addr;
		const struct subnet *s = subnets_find(guest->subnets, ip);

		if (ip->family != family || !s)
			continue;
		*ret_subnet = s;
		return ip;
	}
	return NULL;
}

struct guest_route answer_route(const struct answer_guest *guest)
{
	return (struct guest_route){ .from = own_mac, .to = guest->mac };
}

struct guest_route answer_route6(const struct answer_guest *guest, const struct ip_addr *to)
{
	struct guest_route route = answer_route(guest);

	route.ip_from = own_linklocal;
	route.ip_to = *to;
	if (!ip_addr_is_linklocal(to)) {
		route.ip_to = all_nodes;
		route.to = (struct mac_addr){ { 0x33, 0x33, 0, 0, 0, 1 } };
	}
	return route;
}

/* The subnets that the guest has an address in, and who their router is */
static void collect(const struct answer_guest *guest, struct nd_told *told,
		    const struct ip_addr **ret_gateway)
{
	for (int i = 0; i < guest->subnets->n; i++) {
		const struct subnet *s = &guest->subnets->v[i];
		bool has = false;

		for (int k = 0; k < guest->n_ips; k++)
			has |= subnet_has(s, &guest->ips[k].addr);
		if (!has || s->prefix.addr.family != AF_INET6)
			continue;
		told->subnets[told->n++] = s;
		if (!*ret_gateway && s->gateway.family)
			*ret_gateway = &s->gateway;
	}
}

static bool advertise(const struct answer_guest *guest, const struct ip_addr *to,
		      struct guest_answer *ret)
{
	struct guest_route route = answer_route6(guest, to);
	const struct ip_addr *gateway = NULL;
	struct nd_told told = { .n = 0 };

	collect(guest, &told, &gateway);
	if (!told.n)
		return false;
	/* A router's address is that of its advertisements; its MAC the guest asks for */
	if (gateway)
		route.ip_from = *gateway;
	told.router = gateway;
	told.mtu = guest->mtu;
	nd_advertise(ret, &told);
	guest_answer_end(ret, &route);
	return true;
}

bool answer_advertise(const struct answer_guest *guest, struct guest_answer *ret)
{
	return advertise(guest, &all_nodes, ret);
}

bool answer(const struct answer_guest *guest, const uint8_t *frame, size_t len,
	    struct guest_answer *ret, struct err *why)
{
	struct guest_question q;

	why->text[0] = '\0';
	if (guest_frame_parse(frame, len, &q, why))
		return false;
	if (!mac_addr_equal(&q.src, &guest->mac)) {
		err_set(why, EACCES, "asked from another MAC address");
		return false;
	}
	switch (q.kind) {
	case GUEST_DHCP:
		return answer_dhcp(guest, &q, ret, why);
	case GUEST_DHCP6:
		return answer_dhcp6(guest, &q, ret, why);
	case GUEST_SOLICIT:
		break;
	}
	if (nd_solicit_check(q.body, q.len, &q.ip_src, why))
		return false;
	return advertise(guest, &q.ip_src, ret);
}
