// SPDX-License-Identifier: GPL-2.0
/* DHCPv6 (RFC 8415 section 18.3): the address is the placed one, and nobody else's is given. */

#include <errno.h>
#include <string.h>

#include "answer_priv.h"
#include "dhcp6.h"
#include "errs.h"

/* ff02::1:2, all servers and relays */
static const struct ip_addr all_servers = { AF_INET6, { 0xff, 2, [13] = 1, [15] = 2 } };

struct talk {
	const struct answer_guest *guest;
	const struct dhcp6_question *q;
	const struct ip_addr *placed;	/* NULL: none */
	const struct subnet *subnet;	/* likewise */
	uint8_t server[DHCP6_DUID_UUID_LEN];
};

static bool is_ours(const struct ip_addr *ip, const struct talk *t)
{
	for (int i = 0; i < t->guest->n_ips; i++)
		if (ip_addr_equal(&t->guest->ips[i].addr, ip))
			return true;
	return false;
}

/* The first association for addresses has the address, and no other one has anything. */
static void put_ias(const struct talk *t, struct guest_answer *a)
{
	bool given = false;

	for (int i = 0; i < t->q->n_ias; i++) {
		const struct dhcp6_question_ia *ia = &t->q->ias[i];

		if (ia->kind == DHCP6_IA_NA && t->placed && !given) {
			dhcp6_put_ia(a, ia, t->placed, t->subnet->lease_s, DHCP6_SUCCESS);
			given = true;
		} else {
			dhcp6_put_ia(a, ia, NULL, 0,
				     ia->kind == DHCP6_IA_PD ? DHCP6_NO_PREFIX :
							       DHCP6_NO_ADDRS);
		}
	}
}

static void put_told(const struct talk *t, struct guest_answer *a)
{
	if (t->subnet)
		dhcp6_put_subnet(a, t->subnet);
}

static bool give(const struct talk *t, enum dhcp6_type type, struct guest_answer *a)
{
	dhcp6_begin(a, type, t->q, t->server);
	if (type == DHCP6_ADVERTISE)
		dhcp6_put_preference(a);
	else if (t->q->type == DHCP6_SOLICIT)
		dhcp6_put_rapid_commit(a);
	put_ias(t, a);
	put_told(t, a);
	return true;
}

/* Are all of its addresses right for this link? Who names none gets no answer. */
static bool confirm(const struct talk *t, struct guest_answer *a)
{
	enum dhcp6_status status = DHCP6_SUCCESS;
	int n = 0;

	for (int i = 0; i < t->q->n_ias; i++) {
		for (int k = 0; k < t->q->ias[i].n_addrs; k++, n++)
			if (!is_ours(&t->q->ias[i].addrs[k], t))
				status = DHCP6_NOT_ON_LINK;
	}
	if (!n)
		return false;
	dhcp6_begin(a, DHCP6_REPLY, t->q, t->server);
	dhcp6_put_status(a, status);
	return true;
}

/* What a guest gives back or does not want stays its own. */
static bool acknowledge(const struct talk *t, struct guest_answer *a, struct err *why)
{
	if (t->q->type == DHCP6_DECLINE)
		err_set(why, EADDRINUSE, "declines its address: it says that somebody else has it");
	dhcp6_begin(a, DHCP6_REPLY, t->q, t->server);
	dhcp6_put_status(a, DHCP6_SUCCESS);
	return true;
}

static bool inform(const struct talk *t, struct guest_answer *a, struct err *why)
{
	if (t->q->n_ias) {
		err_set(why, EBADMSG, "DHCPv6: a question for information and addresses");
		return false;
	}
	dhcp6_begin(a, DHCP6_REPLY, t->q, t->server);
	put_told(t, a);
	return true;
}

/* RFC 8415 section 16: which DUIDs a message has, and must not have */
static bool check(const struct talk *t, struct err *why)
{
	const struct dhcp6_question *q = t->q;
	bool ours = q->server && q->server_len == sizeof(t->server) &&
		    !memcmp(q->server, t->server, sizeof(t->server));
	const char *what = NULL;

	switch (q->type) {
	case DHCP6_SOLICIT:
	case DHCP6_CONFIRM:
	case DHCP6_REBIND:
		if (!q->client)
			what = "no client's DUID";
		else if (q->server)
			what = "a server's DUID where none may be";
		break;
	case DHCP6_INFORMATION:
		if (q->server && !ours)
			what = "another server is asked";
		break;
	default:
		if (!q->client)
			what = "no client's DUID";
		else if (!ours)
			what = "another server is asked";
	}
	if (what)
		err_set(why, EBADMSG, "DHCPv6: %s", what);
	return !what;
}

static bool talk(const struct talk *t, struct guest_answer *a, struct err *why)
{
	switch (t->q->type) {
	case DHCP6_SOLICIT:
		return give(t, t->q->rapid_commit ? DHCP6_REPLY : DHCP6_ADVERTISE, a);
	case DHCP6_REQUEST:
	case DHCP6_RENEW:
	case DHCP6_REBIND:
		return give(t, DHCP6_REPLY, a);
	case DHCP6_CONFIRM:
		return confirm(t, a);
	case DHCP6_RELEASE:
	case DHCP6_DECLINE:
		return acknowledge(t, a, why);
	default:
		return inform(t, a, why);
	}
}

bool answer_dhcp6(const struct answer_guest *guest, const struct guest_question *question,
		  struct guest_answer *ret, struct err *why)
{
	struct guest_route route = answer_route6(guest, &question->ip_src);
	struct talk t = { .guest = guest };
	struct dhcp6_question q;

	if (!ip_addr_equal(&question->ip_dst, &all_servers) ||
	    !ip_addr_is_linklocal(&question->ip_src)) {
		err_set(why, EINVAL, "DHCPv6: not from the link to all servers");
		return false;
	}
	if (dhcp6_parse(question->body, question->len, &q, why))
		return false;
	t.q = &q;
	t.placed = answer_placed(guest, AF_INET6, &t.subnet);
	dhcp6_duid(&guest->vn, t.server);
	/* Without an address there is nothing that this VN has to tell */
	if (!t.placed || !check(&t, why) || !talk(&t, ret, why))
		return false;
	guest_answer_end(ret, &route);
	return true;
}
