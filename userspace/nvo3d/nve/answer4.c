// SPDX-License-Identifier: GPL-2.0
/* DHCPv4 (RFC 2131 section 4.3): the address is the placed one, and nobody else's is given. */

#include <errno.h>
#include <string.h>

#include "answer_priv.h"
#include "dhcp4.h"
#include "errs.h"

/* What is known of who asks and of what it may have */
struct talk {
	const struct answer_guest *guest;
	const struct dhcp_question *q;
	const struct ip_addr *placed;
	const struct subnet *subnet;
	struct ip_addr server;
};

/* The gateway's address, else the highest of the subnet: the same on every host */
static struct ip_addr server_of(const struct subnet *s)
{
	struct subnet all = { .prefix = s->prefix };

	if (s->gateway.family)
		return s->gateway;
	subnet_default_range(&all);
	return all.range.last;
}

static struct ip_addr broadcast(void)
{
	return (struct ip_addr){ AF_INET, { 255, 255, 255, 255 } };
}

/* RFC 2131 section 4.1, without relays */
static struct guest_route route_of(const struct talk *t, enum dhcp_type type)
{
	struct guest_route route = answer_route(t->guest);

	route.ip_from = t->server;
	route.ip_to = *t->placed;
	if (type != DHCP_NAK && !ip_addr_is_zero(&t->q->client)) {
		route.ip_to = t->q->client;
	} else if (type == DHCP_NAK || t->q->broadcast) {
		route.ip_to = broadcast();
		memset(&route.to, 0xff, sizeof(route.to));
	}
	return route;
}

static bool tell(const struct talk *t, enum dhcp_type type, bool rapid, struct guest_answer *ret)
{
	struct guest_route route = route_of(t, type);
	struct dhcp_told told = { .type = type, .server = t->server, .rapid_commit = rapid };

	if (type != DHCP_NAK) {
		told.subnet = t->subnet;
		told.mtu = t->guest->mtu;
	}
	if (type != DHCP_NAK && t->q->type != DHCP_INFORM)
		told.address = *t->placed;
	dhcp_write(ret, t->q, &told);
	guest_answer_end(ret, &route);
	return true;
}

static bool refuse(const struct talk *t, const struct ip_addr *wanted, struct guest_answer *ret,
		   struct err *why)
{
	char text[IP_ADDR_STRLEN], placed[IP_ADDR_STRLEN];

	err_set(why, EACCES, "asked for %s, and has %s", ip_addr_format(wanted, text),
		ip_addr_format(t->placed, placed));
	return tell(t, DHCP_NAK, false, ret);
}

/* Which address, said where, depends on what the client is about (RFC 2131 table 4). */
static bool request(const struct talk *t, struct guest_answer *ret, struct err *why)
{
	const struct dhcp_question *q = t->q;
	const struct ip_addr *wanted = q->requested.family ? &q->requested : &q->client;

	if (q->server.family && !ip_addr_equal(&q->server, &t->server)) {
		err_set(why, ENOENT, "it takes another server's offer");
		return false;
	}
	if (ip_addr_is_zero(wanted)) {
		err_set(why, EINVAL, "DHCP: a request for no address");
		return false;
	}
	if (!ip_addr_equal(wanted, t->placed))
		return refuse(t, wanted, ret, why);
	/* A client that has an address has that one */
	if (!ip_addr_is_zero(&q->client) && !ip_addr_equal(&q->client, t->placed))
		return refuse(t, &q->client, ret, why);
	return tell(t, DHCP_ACK, false, ret);
}

/* To the address that it has, if that is its own */
static bool inform(const struct talk *t, struct guest_answer *ret, struct err *why)
{
	for (int i = 0; i < t->guest->n_ips; i++)
		if (ip_addr_equal(&t->guest->ips[i].addr, &t->q->client))
			return tell(t, DHCP_ACK, false, ret);
	err_set(why, EACCES, "informs of an address that is not its own");
	return false;
}

static bool talk(const struct talk *t, struct guest_answer *ret, struct err *why)
{
	switch (t->q->type) {
	case DHCP_DISCOVER:
		return tell(t, t->q->rapid_commit ? DHCP_ACK : DHCP_OFFER, t->q->rapid_commit,
			    ret);
	case DHCP_REQUEST:
		return request(t, ret, why);
	case DHCP_INFORM:
		return inform(t, ret, why);
	case DHCP_DECLINE:
		err_set(why, EADDRINUSE, "declines its address: it says that somebody else has it");
		return false;
	case DHCP_RELEASE:
		/* Its address stays its own */
		return false;
	default:
		err_set(why, EBADMSG, "DHCP: a message of type %u is not a client's", t->q->type);
		return false;
	}
}

bool answer_dhcp(const struct answer_guest *guest, const struct guest_question *question,
		 struct guest_answer *ret, struct err *why)
{
	struct talk t = { .guest = guest };
	struct dhcp_question q;

	if (dhcp_parse(question->body, question->len, &q, why))
		return false;
	if (q.relayed || !mac_addr_equal(&q.mac, &guest->mac)) {
		err_set(why, EACCES, q.relayed ? "DHCP: it comes by a relay" :
						 "DHCP: it asks for another MAC address");
		return false;
	}
	t.q = &q;
	t.placed = answer_placed(guest, AF_INET, &t.subnet);
	if (!t.placed)
		return false;
	t.server = server_of(t.subnet);
	return talk(&t, ret, why);
}
