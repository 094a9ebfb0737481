// SPDX-License-Identifier: GPL-2.0
#include <net/addrconf.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include "nl_parse.h"
#include "slave.h"

struct object {
	const char *name;
	int max;
	const struct nla_policy *policy;
	u32 answers;		/* bits of attributes that only answers carry */
};

static int parse(const struct object *object, struct nlattr *nest, struct nlattr **tb,
		 struct netlink_ext_ack *extack)
{
	int err, type;

	if (!nest) {
		NL_SET_ERR_MSG_FMT(extack, "the request has no %s", object->name);
		return -EINVAL;
	}
	err = nla_parse_nested(tb, object->max, nest, object->policy, extack);
	if (err)
		return err;
	for (type = 1; type <= object->max; type++)
		if (tb[type] && object->answers & BIT(type))
			return NVO3_REFUSE(extack, tb[type], EINVAL,
					   "a counter of a %s cannot be set", object->name);
	return 0;
}

int nvo3_nl_parse_vn(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object vn = {
		"vn", NVO3_A_VN_MAX, nvo3_vn_nl_policy,
		BIT(NVO3_A_VN_PORTS) | BIT(NVO3_A_VN_MAPS) | BIT(NVO3_A_VN_MEMBERS) |
		BIT(NVO3_A_VN_MISSES) | BIT(NVO3_A_VN_STATS) | BIT(NVO3_A_VN_DIGEST) |
		BIT(NVO3_A_VN_DIGEST_MAPS) | BIT(NVO3_A_VN_REDIRECTED) |
		BIT(NVO3_A_VN_PENDING) | BIT(NVO3_A_VN_HELD) | BIT(NVO3_A_VN_ABSENT) |
		BIT(NVO3_A_VN_RELEASED) | BIT(NVO3_A_VN_RELAYED) | BIT(NVO3_A_VN_ARP_ANSWERED) |
		BIT(NVO3_A_VN_IP_MAPS),
	};

	return parse(&vn, nest, tb, extack);
}

int nvo3_nl_parse_member(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object member = {
		"member", NVO3_A_MEMBER_MAX, nvo3_member_nl_policy, 0,
	};

	return parse(&member, nest, tb, extack);
}

int nvo3_nl_parse_port(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object port = {
		"port", NVO3_A_PORT_MAX, nvo3_port_nl_policy,
		BIT(NVO3_A_PORT_STATS) | BIT(NVO3_A_PORT_SUPPRESSED) |
		BIT(NVO3_A_PORT_LAST_OUT) | BIT(NVO3_A_PORT_FIRST_IN),
	};

	return parse(&port, nest, tb, extack);
}

int nvo3_nl_parse_map(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object map = { "map", NVO3_A_MAP_MAX, nvo3_map_nl_policy, 0 };

	return parse(&map, nest, tb, extack);
}

int nvo3_nl_parse_remote(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object remote = {
		"remote", NVO3_A_REMOTE_MAX, nvo3_remote_nl_policy,
		BIT(NVO3_A_REMOTE_REFS) | BIT(NVO3_A_REMOTE_PACKETS) | BIT(NVO3_A_REMOTE_BYTES),
	};

	return parse(&remote, nest, tb, extack);
}

int nvo3_nl_parse_profile(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object profile = {
		"profile", NVO3_A_PROFILE_MAX, nvo3_profile_nl_policy,
		BIT(NVO3_A_PROFILE_RULES) | BIT(NVO3_A_PROFILE_PORTS) | BIT(NVO3_A_PROFILE_FIRST),
	};

	return parse(&profile, nest, tb, extack);
}

int nvo3_nl_parse_digest(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object digest = {
		"digest", NVO3_A_DIGEST_MAX, nvo3_digest_nl_policy,
		BIT(NVO3_A_DIGEST_SUM) | BIT(NVO3_A_DIGEST_MAPS) | BIT(NVO3_A_DIGEST_BUCKETS),
	};

	return parse(&digest, nest, tb, extack);
}

int nvo3_nl_parse_guest(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object guest = {
		"guest", NVO3_A_GUEST_MAX, nvo3_guest_nl_policy, BIT(NVO3_A_GUEST_VNI),
	};

	return parse(&guest, nest, tb, extack);
}

int nvo3_nl_parse_miss(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const struct object miss = {
		"miss", NVO3_A_MISS_MAX, nvo3_miss_nl_policy,
		BIT(NVO3_A_MISS_SUPPRESSED) | BIT(NVO3_A_MISS_HELD),
	};

	return parse(&miss, nest, tb, extack);
}

struct nvo3_vn *nvo3_nl_vn(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *vni,
			   struct netlink_ext_ack *extack)
{
	struct nvo3_vn *vn;

	if (!vni)
		return ERR_PTR(NVO3_REFUSE(extack, nest, EINVAL, "no VN given (vni)"));
	vn = nvo3_vn_lookup(&nve->vns, nla_get_u32(vni));
	if (!vn)
		return ERR_PTR(NVO3_REFUSE(extack, vni, ENOENT, "VN %u does not exist on %s",
					   nla_get_u32(vni), nve->dev->name));
	return vn;
}

struct nvo3_profile *nvo3_nl_profile(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *id,
				     struct netlink_ext_ack *extack)
{
	struct nvo3_profile *profile;

	if (!id)
		return ERR_PTR(NVO3_REFUSE(extack, nest, EINVAL, "no profile given (id)"));
	profile = nvo3_profile_lookup(&nve->profiles, nla_get_u32(id));
	if (!profile)
		return ERR_PTR(NVO3_REFUSE(extack, id, ENOENT, "profile %u does not exist on %s",
					   nla_get_u32(id), nve->dev->name));
	return profile;
}

int nvo3_nl_addr(struct nlattr *nest, struct nlattr *addr4, struct nlattr *addr6,
		 struct nvo3_addr *addr, struct netlink_ext_ack *extack)
{
	struct in6_addr v6;

	if (addr4 && addr6)
		return NVO3_REFUSE(extack, addr6, EINVAL,
				   "an IPv4 and an IPv6 address given for one NVE");
	if (addr4) {
		*addr = nvo3_addr_from4(nla_get_in_addr(addr4));
	} else if (addr6) {
		v6 = nla_get_in6_addr(addr6);
		*addr = nvo3_addr_from6(&v6);
	} else {
		return NVO3_REFUSE(extack, nest, EINVAL, "no NVE address given (addr4 or addr6)");
	}
	return 0;
}

int nvo3_nl_locator(struct nvo3_nve *nve, struct nlattr *nest, const struct nvo3_nl_locator *attrs,
		    struct nvo3_locator *loc, struct netlink_ext_ack *extack)
{
	int err;

	*loc = (struct nvo3_locator){ .encap = nve->encap };
	err = nvo3_nl_addr(nest, attrs->addr4, attrs->addr6, &loc->addr, extack);
	if (err)
		return err;
	if (attrs->encap)
		loc->encap = nla_get_u8(attrs->encap);
	if (attrs->vni)
		loc->vni = nla_get_u32(attrs->vni);
	loc->dstport = nvo3_nve_dstport(nve, loc->encap);
	if (!attrs->dstport)
		return 0;
	if (loc->encap == NVO3_ENCAP_NVGRE)
		return NVO3_REFUSE(extack, attrs->dstport, EINVAL, "NVGRE has no UDP port");
	loc->dstport = nla_get_be16(attrs->dstport);
	if (!loc->dstport)
		return NVO3_REFUSE(extack, attrs->dstport, EINVAL, "UDP port 0 is none");
	return 0;
}

static bool has_bits_behind(const union nvo3_flow_addr *addr, u8 plen, u8 bits)
{
	for (; plen < bits; plen++)
		if (addr->v6.s6_addr[plen / 8] & 0x80 >> plen % 8)
			return true;
	return false;
}

int nvo3_nl_prefix(struct nlattr *addr4, struct nlattr *addr6, struct nlattr *plen,
		   const char *name, union nvo3_flow_addr *addr, u8 *ret_plen, u8 *family,
		   struct netlink_ext_ack *extack)
{
	u8 bits = addr4 ? 32 : 128, len = plen ? nla_get_u8(plen) : bits;

	if (addr4 && addr6)
		return NVO3_REFUSE(extack, addr6, EINVAL,
				   "an IPv4 and an IPv6 prefix given for one %s", name);
	nla_memcpy(addr, addr4 ?: addr6, sizeof(*addr));
	if (len > bits)
		return NVO3_REFUSE(extack, plen, ERANGE,
				   "an IPv4 prefix has at most 32 bits, not %u", len);
	if (has_bits_behind(addr, len, bits))
		return NVO3_REFUSE(extack, addr4 ?: addr6, EINVAL,
				   "the %s has bits set behind its /%u", name, len);
	*ret_plen = len;
	*family = addr4 ? AF_INET : AF_INET6;
	return 0;
}

/*
 * A namespace that never had an address calls all addresses broadcast ones, this
 * too, which is nobody's.
 */
#define ANY_UNICAST	0xf0000001

/* What the underlay's own tables say about the address. */
static const char *underlay_fault(struct nvo3_nve *nve, const struct nvo3_addr *addr)
{
	u32 vrf = nve->underlay ? l3mdev_fib_table_by_index(nve->net, nve->underlay) : 0;
	u32 table = vrf ?: RT_TABLE_LOCAL;
	struct net_device *dev;
	bool own;

	if (addr->family == AF_INET6) {
		/* Booted without, the kernel has no list of addresses to look in. */
		if (!ipv6_mod_enabled())
			return NULL;
		rcu_read_lock();
		dev = nve->underlay ? dev_get_by_index_rcu(nve->net, nve->underlay) : NULL;
		own = ipv6_chk_addr(nve->net, &addr->v6, dev, 0);
		rcu_read_unlock();
		return own ? "an address of this NVE" : NULL;
	}
	switch (inet_addr_type_table(nve->net, addr->v4, table)) {
	case RTN_LOCAL:
		return "an address of this NVE";
	case RTN_BROADCAST:
		if (inet_addr_type_table(nve->net, htonl(ANY_UNICAST), table) != RTN_BROADCAST)
			return "a broadcast address";
	}
	return NULL;
}

static bool is_local(struct nvo3_nve *nve, const struct nvo3_addr *addr)
{
	const struct nvo3_conf *conf;
	bool same;

	rcu_read_lock();
	conf = rcu_dereference(nve->conf);
	same = addr->family == AF_INET ? addr->v4 == conf->local4 :
					 ipv6_addr_equal(&addr->v6, &conf->local6);
	rcu_read_unlock();
	return same;
}

int nvo3_nl_check_locator(struct nvo3_nve *nve, const struct nvo3_addr *addr,
			  const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *fault = nvo3_addr_fault(addr);
	char buf[NVO3_ADDR_STRLEN];

	if (!fault && is_local(nve, addr))
		fault = "an address of this NVE";
	if (!fault)
		fault = underlay_fault(nve, addr);
	if (fault)
		return NVO3_REFUSE(extack, attr, EINVAL, "%s is %s", nvo3_addr_str(addr, buf),
				   fault);
	return 0;
}

const u8 *nvo3_nl_mac(struct nlattr *nest, struct nlattr *mac, struct netlink_ext_ack *extack)
{
	const u8 *addr;

	if (!mac)
		return ERR_PTR(NVO3_REFUSE(extack, nest, EINVAL, "no MAC address given (mac)"));
	addr = nla_data(mac);
	if (is_zero_ether_addr(addr))
		return ERR_PTR(NVO3_REFUSE(extack, mac, EINVAL, "the MAC address is all zero"));
	if (is_multicast_ether_addr(addr))
		return ERR_PTR(NVO3_REFUSE(extack, mac, EINVAL,
					   "%pM is a multicast MAC address", addr));
	return addr;
}

struct nvo3_slave *nvo3_nl_slave(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *dev,
				 struct netlink_ext_ack *extack)
{
	struct net_device *access;
	struct nvo3_slave *slave;
	int err;

	if (!dev)
		return ERR_PTR(NVO3_REFUSE(extack, nest, EINVAL, "no access device given (dev)"));
	access = dev_get_by_index(dev_net(nve->dev), nla_get_u32(dev));
	if (!access)
		return ERR_PTR(NVO3_REFUSE(extack, dev, ENODEV, "no device %u in this namespace",
					   nla_get_u32(dev)));
	rcu_read_lock();
	slave = nvo3_slave_of(access);
	if (!slave)
		err = NVO3_REFUSE(extack, dev, EINVAL, "%s is not enslaved to %s", access->name,
				  nve->dev->name);
	else if (slave->nve != nve)
		err = NVO3_REFUSE(extack, dev, EINVAL, "%s is enslaved to %s, not to %s",
				  access->name, slave->nve->dev->name, nve->dev->name);
	else
		err = 0;
	rcu_read_unlock();
	dev_put(access);
	/* A slave of this NVE cannot be released before nve->lock is. */
	return err ? ERR_PTR(err) : slave;
}

struct nvo3_port *nvo3_nl_port(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *dev,
			       struct nlattr *vlan, struct netlink_ext_ack *extack)
{
	struct nvo3_slave *slave = nvo3_nl_slave(nve, nest, dev, extack);
	u16 vid = vlan ? nla_get_u16(vlan) : 0;
	struct nvo3_port *port;

	if (IS_ERR(slave))
		return ERR_CAST(slave);
	rcu_read_lock();
	port = nvo3_port_lookup(slave, vid);
	rcu_read_unlock();
	if (port)
		return port;
	if (vid)
		return ERR_PTR(NVO3_REFUSE(extack, vlan, ENOENT, "%s has no port on VLAN %u",
					   slave->dev->name, vid));
	return ERR_PTR(NVO3_REFUSE(extack, dev, ENOENT, "%s has no untagged port",
				   slave->dev->name));
}
