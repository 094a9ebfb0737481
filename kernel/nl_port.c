// SPDX-License-Identifier: GPL-2.0
#include "claim.h"
#include "fast.h"
#include "nl_parse.h"
#include "notify.h"
#include "wake.h"

/* What a request wants a port to become. */
struct wish {
	const u8 *mac;		/* NULL: none */
	u64 epoch;
	u8 state;
	u8 before;		/* the state that the port has */
	bool stamped;
	bool restamp;		/* it begins, or anew */
	struct nvo3_profile *profile;	/* NULL: none */
	u32 group;		/* 0: none */
	bool guest;		/* its questions for addresses are the agent's */
	u8 check;		/* enum nvo3_source_check */
	u8 flags;		/* NVO3_SPOOF_* but _ADDRS */
	u8 nr;
	struct nvo3_allow allow[NVO3_ALLOW_MAX];
};

static bool wants_check(const struct wish *wish)
{
	return wish->check == NVO3_SOURCE_CHECK_ON ||
	       (wish->check == NVO3_SOURCE_CHECK_AUTO && wish->mac);
}

static void parse_flag(struct nlattr *attr, u8 flag, struct wish *wish)
{
	if (attr)
		wish->flags = nla_get_u8(attr) ? wish->flags | flag : wish->flags & ~flag;
}

static int parse_sources(struct nlattr *nest, struct nlattr **tb, struct wish *wish,
			 struct netlink_ext_ack *extack)
{
	int nr;

	if (tb[NVO3_A_PORT_SPOOF])
		wish->check = nla_get_u8(tb[NVO3_A_PORT_SPOOF]);
	parse_flag(tb[NVO3_A_PORT_DHCP_SERVER], NVO3_SPOOF_DHCP, wish);
	parse_flag(tb[NVO3_A_PORT_ROUTER], NVO3_SPOOF_ROUTER, wish);
	nr = nvo3_nl_allow(nest, wish->allow, extack);
	if (nr >= 0)
		wish->nr = nr;
	else if (nr != -ENOENT)
		return nr;
	if (wants_check(wish) && !wish->mac)
		return NVO3_REFUSE(extack, tb[NVO3_A_PORT_SPOOF] ?: nest, EINVAL,
				   "the check of sources needs a MAC address");
	if (wish->nr && !wish->mac)
		return NVO3_REFUSE(extack, tb[NVO3_A_PORT_ALLOW] ?: nest, EINVAL,
				   "allowed addresses need a MAC address of the port");
	return 0;
}

static int parse_profile(struct nvo3_nve *nve, struct nlattr *attr, struct wish *wish,
			 struct netlink_ext_ack *extack)
{
	if (!nla_get_u32(attr)) {
		wish->profile = NULL;
		return 0;
	}
	wish->profile = nvo3_nl_profile(nve, attr, attr, extack);
	return PTR_ERR_OR_ZERO(wish->profile);
}

/* The VLAN that the profile wants its ports on, 0: any. */
static u16 profile_vlan(struct nvo3_nve *nve, const struct wish *wish)
{
	return wish->profile ? nvo3_profile_policy(&nve->profiles, wish->profile)->vlan : 0;
}

static int check_vlan(struct nvo3_nve *nve, const struct wish *wish, u16 vlan,
		      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u16 wanted = profile_vlan(nve, wish);

	if (!wanted || wanted == vlan)
		return 0;
	if (!vlan)
		return NVO3_REFUSE(extack, attr, EINVAL, "profile %u is for ports on VLAN %u",
				   wish->profile->id, wanted);
	return NVO3_REFUSE(extack, attr, EINVAL, "profile %u is for ports on VLAN %u, not %u",
			   wish->profile->id, wanted, vlan);
}

static int parse_wish(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr **tb,
		      struct wish *wish, struct netlink_ext_ack *extack)
{
	int err;

	if (tb[NVO3_A_PORT_MAC]) {
		wish->mac = nvo3_nl_mac(nest, tb[NVO3_A_PORT_MAC], extack);
		if (IS_ERR(wish->mac))
			return PTR_ERR(wish->mac);
	}
	if (tb[NVO3_A_PORT_EPOCH])
		wish->epoch = nla_get_u64(tb[NVO3_A_PORT_EPOCH]);
	if (tb[NVO3_A_PORT_STATE])
		wish->state = nla_get_u8(tb[NVO3_A_PORT_STATE]);
	if (tb[NVO3_A_PORT_STAMP]) {
		wish->stamped = nla_get_u8(tb[NVO3_A_PORT_STAMP]);
		wish->restamp = wish->stamped;
	}
	if (wish->epoch && !wish->mac)
		return NVO3_REFUSE(extack, tb[NVO3_A_PORT_EPOCH] ?: nest, EINVAL,
				   "an epoch needs a MAC address");
	if (wish->state == NVO3_PORT_STATE_ARMED && !wish->mac)
		return NVO3_REFUSE(extack, tb[NVO3_A_PORT_STATE] ?: nest, EINVAL,
				   "an armed port needs the MAC address of its tenant system");
	if (tb[NVO3_A_PORT_PROFILE]) {
		err = parse_profile(nve, tb[NVO3_A_PORT_PROFILE], wish, extack);
		if (err)
			return err;
	}
	if (tb[NVO3_A_PORT_GROUP])
		wish->group = nla_get_u32(tb[NVO3_A_PORT_GROUP]);
	if (tb[NVO3_A_PORT_GUEST])
		wish->guest = nla_get_u8(tb[NVO3_A_PORT_GUEST]);
	return parse_sources(nest, tb, wish, extack);
}

/* The wish that a port fulfils now. */
static void wish_of(const struct nvo3_port *port, struct wish *wish)
{
	const struct nvo3_guard *guard = nvo3_port_guard(port);

	*wish = (struct wish){
		.mac = port->has_mac ? port->mac : NULL,
		.epoch = port->epoch,
		.state = nvo3_port_state(port),
		.before = nvo3_port_state(port),
		.stamped = port->state & NVO3_PORT_STAMPED,
	};
	if (!guard)
		return;
	wish->profile = guard->profile;
	wish->group = guard->group;
	wish->guest = guard->guest;
	wish->check = guard->mode;
	wish->flags = guard->spoof.flags & ~NVO3_SPOOF_ADDRS;
	wish->nr = guard->spoof.nr;
	memcpy(wish->allow, guard->allow, wish->nr * sizeof(*wish->allow));
}

static void make_sources(struct nvo3_guard *guard, const struct wish *wish)
{
	int i;

	guard->mode = wish->check;
	guard->check = wants_check(wish);
	guard->spoof.flags = wish->flags | (wish->nr ? NVO3_SPOOF_ADDRS : 0);
	guard->spoof.nr = wish->nr;
	guard->spoof.allow = guard->allow;
	memcpy(guard->allow, wish->allow, wish->nr * sizeof(*guard->allow));
	if (!wish->mac)
		return;
	memcpy(guard->spoof.mac, wish->mac, ETH_ALEN);
	for (i = 0; i < wish->nr; i++)
		if (guard->allow[i].own)
			memcpy(guard->allow[i].mac, wish->mac, ETH_ALEN);
}

/* What the wish asks to stand before the port: NULL for nothing, or ERR_PTR(-ENOMEM). */
static struct nvo3_guard *make_guard(const struct wish *wish, struct netlink_ext_ack *extack)
{
	struct nvo3_guard *guard;

	if (!wish->profile && !wish->group && !wants_check(wish) && !wish->check &&
	    !wish->flags && !wish->nr && !wish->guest)
		return NULL;
	guard = kzalloc(struct_size(guard, allow, wish->nr), GFP_KERNEL_ACCOUNT);
	if (!guard) {
		NL_SET_ERR_MSG(extack, "no memory for the port");
		return ERR_PTR(-ENOMEM);
	}
	guard->profile = wish->profile;
	guard->group = wish->group;
	guard->guest = wish->guest;
	make_sources(guard, wish);
	return guard;
}

/* An armed port stays so, but a frame may have woken it meanwhile, and that stands. */
static void set_stamped(struct nvo3_port *port, bool stamped)
{
	u32 old = READ_ONCE(port->state), new;

	do {
		new = (old & ~NVO3_PORT_STAMPED) | (stamped ? NVO3_PORT_STAMPED : 0);
	} while (!try_cmpxchg(&port->state, &old, new));
}

static void set_state(struct nvo3_port *port, const struct wish *wish)
{
	if (wish->restamp) {
		atomic64_set(&port->last_out, 0);
		atomic64_set(&port->first_in, 0);
	}
	if (wish->state == NVO3_PORT_STATE_ARMED && wish->before == NVO3_PORT_STATE_ARMED)
		set_stamped(port, wish->stamped);
	else
		nvo3_port_set_state(port, wish->state | (wish->stamped ? NVO3_PORT_STAMPED : 0));
}

/*
 * What can fail comes first: memory, then the claim, which may be refused. Then the
 * old mapping goes, if it was of another MAC or the port falls silent. A port that
 * becomes active has its guard before.
 */
static int fulfil(struct nvo3_nve *nve, struct nvo3_port *port, const struct wish *wish,
		  const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	bool active = wish->state == NVO3_PORT_STATE_ACTIVE;
	struct nvo3_guard *guard = make_guard(wish, extack);
	int err;

	if (IS_ERR(guard))
		return PTR_ERR(guard);
	if (active && wish->mac) {
		err = nvo3_claim_port(nve, port, wish->mac, wish->epoch, attr, extack);
		if (err) {
			kfree(guard);
			return err;
		}
	}
	if (!active || (port->has_mac && !ether_addr_equal(port->mac, wish->mac)))
		nvo3_claim_withdraw(nve, port);
	port->has_mac = wish->mac;
	if (wish->mac && wish->mac != port->mac)
		ether_addr_copy(port->mac, wish->mac);
	port->epoch = wish->epoch;
	nvo3_port_set_guard(port, guard);
	set_state(port, wish);
	/* Not before it takes frames. */
	if (active && wish->mac)
		nvo3_miss_answered(nve, port->vn->vni, port->mac);
	nvo3_nve_changed(nve);
	nvo3_notify_port(nve, NVO3_CMD_PORT_NTF, port);
	return 0;
}

static int refuse_add(struct nvo3_slave *slave, u16 vlan, int err, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	if (err == -EEXIST && vlan)
		return NVO3_REFUSE(extack, nest, EEXIST, "%s has a port on VLAN %u",
				   slave->dev->name, vlan);
	if (err == -EEXIST)
		return NVO3_REFUSE(extack, nest, EEXIST, "%s has an untagged port",
				   slave->dev->name);
	NL_SET_ERR_MSG_FMT(extack, "%s cannot take the port", slave->dev->name);
	return err;
}

int nvo3_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PORT_MAX + 1], *nest = info->attrs[NVO3_A_PORT];
	struct wish wish = { .state = NVO3_PORT_STATE_ACTIVE };
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_slave *slave;
	struct nvo3_port *port;
	struct nvo3_vn *vn;
	u16 vlan;
	int err;

	err = nvo3_nl_parse_port(nest, tb, info->extack);
	if (err)
		return err;
	slave = nvo3_nl_slave(nve, nest, tb[NVO3_A_PORT_DEV], info->extack);
	if (IS_ERR(slave))
		return PTR_ERR(slave);
	vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_PORT_VNI], info->extack);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	err = parse_wish(nve, nest, tb, &wish, info->extack);
	if (err)
		return err;
	vlan = tb[NVO3_A_PORT_VLAN] ? nla_get_u16(tb[NVO3_A_PORT_VLAN]) : profile_vlan(nve, &wish);
	err = check_vlan(nve, &wish, vlan, tb[NVO3_A_PORT_VLAN], info->extack);
	if (err)
		return err;
	port = nvo3_port_add(slave, vn, vlan);
	if (IS_ERR(port))
		return refuse_add(slave, vlan, PTR_ERR(port), tb[NVO3_A_PORT_VLAN] ?: nest,
				  info->extack);
	err = fulfil(nve, port, &wish, tb[NVO3_A_PORT_MAC], info->extack);
	if (err)
		/* Silent and not told to anyone yet, so it goes as it came. */
		nvo3_port_del(port);
	return err;
}

/* The port that a request names. */
static struct nvo3_port *parse_port(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *nest = info->attrs[NVO3_A_PORT];
	int err;

	err = nvo3_nl_parse_port(nest, tb, info->extack);
	if (err)
		return ERR_PTR(err);
	return nvo3_nl_port(nvo3_nl_nve(info), nest, tb[NVO3_A_PORT_DEV], tb[NVO3_A_PORT_VLAN],
			    info->extack);
}

int nvo3_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PORT_MAX + 1], *nest = info->attrs[NVO3_A_PORT];
	struct nvo3_port *port;
	struct wish wish;
	int err;

	port = parse_port(info, tb);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (tb[NVO3_A_PORT_VNI] && nla_get_u32(tb[NVO3_A_PORT_VNI]) != port->vn->vni)
		return NVO3_REFUSE(info->extack, tb[NVO3_A_PORT_VNI], EOPNOTSUPP,
				   "the port on %s is in VN %u for good", port->dev->name,
				   port->vn->vni);
	/* What has happened already is told before what is asked for now. */
	nvo3_wake_settle(nvo3_nl_nve(info), port);
	wish_of(port, &wish);
	err = parse_wish(nvo3_nl_nve(info), nest, tb, &wish, info->extack);
	if (!err && tb[NVO3_A_PORT_PROFILE])
		err = check_vlan(nvo3_nl_nve(info), &wish, port->vlan, tb[NVO3_A_PORT_PROFILE],
				 info->extack);
	if (err)
		return err;
	return fulfil(nvo3_nl_nve(info), port, &wish, tb[NVO3_A_PORT_MAC] ?: nest, info->extack);
}

int nvo3_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PORT_MAX + 1];
	struct nvo3_port *port;

	port = parse_port(info, tb);
	if (IS_ERR(port))
		return PTR_ERR(port);
	nvo3_port_release(nvo3_nl_nve(info), port);
	return 0;
}

int nvo3_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PORT_MAX + 1];
	struct nvo3_port *port;

	port = parse_port(info, tb);
	if (IS_ERR(port))
		return PTR_ERR(port);
	return nvo3_nl_reply(info, nvo3_fill_port, port);
}

int nvo3_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	nvo3_nl_dump_index(skb, cb, nve, &nve->ports, nvo3_fill_port);
	nvo3_nl_dump_end(nve);
	return skb->len;
}
