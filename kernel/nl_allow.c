// SPDX-License-Identifier: GPL-2.0
/* What a port's tenant system may call itself, from the nests of a request. */
#include "nl_parse.h"

static int parse_addr(struct nlattr *nest, struct nlattr **tb, struct nvo3_allow *allow,
		      struct netlink_ext_ack *extack)
{
	if (!tb[NVO3_A_ALLOW_ADDR4] && !tb[NVO3_A_ALLOW_ADDR6])
		return NVO3_REFUSE(extack, nest, EINVAL, "a pair without an address");
	return nvo3_nl_prefix(tb[NVO3_A_ALLOW_ADDR4], tb[NVO3_A_ALLOW_ADDR6],
			      tb[NVO3_A_ALLOW_PLEN], "allowed address", &allow->addr,
			      &allow->plen, &allow->family, extack);
}

static int parse_pair(struct nlattr *nest, struct nvo3_allow *allow,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVO3_A_ALLOW_MAX + 1];
	const u8 *mac;
	int err;

	err = nla_parse_nested(tb, NVO3_A_ALLOW_MAX, nest, nvo3_allow_nl_policy, extack);
	if (err)
		return err;
	*allow = (struct nvo3_allow){ .own = !tb[NVO3_A_ALLOW_MAC] };
	if (!allow->own) {
		mac = nvo3_nl_mac(nest, tb[NVO3_A_ALLOW_MAC], extack);
		if (IS_ERR(mac))
			return PTR_ERR(mac);
		memcpy(allow->mac, mac, ETH_ALEN);
	}
	return parse_addr(nest, tb, allow, extack);
}

int nvo3_nl_allow(struct nlattr *port, struct nvo3_allow *allow, struct netlink_ext_ack *extack)
{
	struct nlattr *nest, *empty = NULL;
	int nr = 0, rem, err;

	nla_for_each_nested(nest, port, rem) {
		if (nla_type(nest) != NVO3_A_PORT_ALLOW)
			continue;
		if (!nla_len(nest)) {
			empty = nest;
			continue;
		}
		if (nr == NVO3_ALLOW_MAX)
			return NVO3_REFUSE(extack, nest, E2BIG,
					   "a port has at most %u pairs of addresses",
					   NVO3_ALLOW_MAX);
		err = parse_pair(nest, &allow[nr++], extack);
		if (err)
			return err;
	}
	if (empty && nr)
		return NVO3_REFUSE(extack, empty, EINVAL, "an empty pair among others");
	return nr || empty ? nr : -ENOENT;
}
