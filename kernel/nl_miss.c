// SPDX-License-Identifier: GPL-2.0
/*
 * What an agent says of addresses that have no mapping. What it says with a mapping is map-add's.
 */
#include "fast.h"
#include "nl_ipmap.h"
#include "nl_parse.h"

/* Which attributes, beside the address, a request may have. */
static int check_others(struct nlattr **tb, bool lifetime, struct netlink_ext_ack *extack)
{
	struct nlattr *other = tb[NVO3_A_MISS_SRC] ?: tb[NVO3_A_MISS_DEV] ?: tb[NVO3_A_MISS_STATE];

	if (other)
		return NVO3_REFUSE(extack, other, EINVAL,
				   "an address without a mapping is named by VN and dst or IP address only");
	if (tb[NVO3_A_MISS_LIFETIME] && !lifetime)
		return NVO3_REFUSE(extack, tb[NVO3_A_MISS_LIFETIME], EINVAL,
				   "a lifetime is for miss-set only");
	return 0;
}

/* A MAC or an IP address. */
static int parse_addr(struct nlattr *nest, struct nlattr **tb, struct nvo3_wanted *wanted,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *addr4 = tb[NVO3_A_MISS_ADDR4], *addr6 = tb[NVO3_A_MISS_ADDR6];
	const u8 *dst;

	if (addr4 || addr6) {
		if (tb[NVO3_A_MISS_DST])
			return NVO3_REFUSE(extack, tb[NVO3_A_MISS_DST], EINVAL,
					   "a MAC and an IP address given (dst and addr4 or addr6)");
		return nvo3_nl_host_addr(nest, addr4, addr6, &wanted->addr, extack);
	}
	if (!tb[NVO3_A_MISS_DST])
		return NVO3_REFUSE(extack, nest, EINVAL,
				   "no MAC or IP address given (dst, addr4 or addr6)");
	dst = nvo3_nl_mac(nest, tb[NVO3_A_MISS_DST], extack);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	ether_addr_copy(wanted->mac, dst);
	return 0;
}

/* The VN that the request names, and the address in it, @wanted; or ERR_PTR(). */
static struct nvo3_vn *parse_key(struct genl_info *info, struct nlattr **tb, bool lifetime,
				 struct nvo3_wanted *wanted)
{
	struct nlattr *nest = info->attrs[NVO3_A_MISS];
	struct nvo3_vn *vn;
	int err;

	err = nvo3_nl_parse_miss(nest, tb, info->extack);
	if (err)
		return ERR_PTR(err);
	vn = nvo3_nl_vn(nvo3_nl_nve(info), nest, tb[NVO3_A_MISS_VNI], info->extack);
	if (IS_ERR(vn))
		return vn;
	*wanted = (struct nvo3_wanted){ .vni = vn->vni };
	err = parse_addr(nest, tb, wanted, info->extack);
	if (!err)
		err = check_others(tb, lifetime, info->extack);
	return err ? ERR_PTR(err) : vn;
}

/* The address as text, in @buf of NVO3_ADDR_STRLEN bytes. */
static const char *wanted_str(const struct nvo3_wanted *wanted, char *buf)
{
	if (wanted->addr.family)
		return nvo3_addr_str(&wanted->addr, buf);
	snprintf(buf, NVO3_ADDR_STRLEN, "%pM", wanted->mac);
	return buf;
}

static int refuse_unknown(struct genl_info *info, const struct nvo3_wanted *wanted)
{
	char buf[NVO3_ADDR_STRLEN];

	return NVO3_REFUSE(info->extack, info->attrs[NVO3_A_MISS], ENOENT,
			   "nobody waits for %s in VN %u, and it is not absent",
			   wanted_str(wanted, buf), wanted->vni);
}

static bool is_mapped(struct nvo3_nve *nve, const struct nvo3_wanted *wanted)
{
	const struct nvo3_host_key key = { wanted->vni, wanted->addr };
	struct nvo3_mapping held;

	if (wanted->addr.family)
		return nvo3_hosts_lookup(&nve->hosts, &key);
	return nvo3_map_find(&nve->maps, wanted->vni, wanted->mac, &held);
}

int nvo3_nl_miss_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MISS_MAX + 1], *nest = info->attrs[NVO3_A_MISS];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_wanted wanted;
	struct sk_buff_head frames;
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_vn *vn;
	int err;

	vn = parse_key(info, tb, true, &wanted);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	if (!tb[NVO3_A_MISS_LIFETIME])
		return NVO3_REFUSE(info->extack, nest, EINVAL, "no lifetime given (lifetime)");
	if (is_mapped(nve, &wanted))
		return NVO3_REFUSE(info->extack, tb[NVO3_A_MISS_DST] ?: tb[NVO3_A_MISS_ADDR4] ?:
				   tb[NVO3_A_MISS_ADDR6], EEXIST, "%s of VN %u has a mapping",
				   wanted_str(&wanted, buf), vn->vni);
	__skb_queue_head_init(&frames);
	err = nvo3_pending_set_absent(&nve->pendings, &wanted, &vn->waiting,
				      nla_get_u32(tb[NVO3_A_MISS_LIFETIME]), &frames);
	nvo3_miss_drop(nve, &frames, nvo3_wanted_reason(&wanted));
	if (err)
		NL_SET_ERR_MSG(info->extack, "no memory for the absent address");
	return err;
}

int nvo3_nl_miss_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MISS_MAX + 1];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_wanted wanted;
	struct sk_buff_head frames;
	struct nvo3_vn *vn;

	vn = parse_key(info, tb, false, &wanted);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	__skb_queue_head_init(&frames);
	if (!nvo3_pending_end(&nve->pendings, &wanted, false, &frames))
		return refuse_unknown(info, &wanted);
	nvo3_miss_drop(nve, &frames, nvo3_wanted_reason(&wanted));
	return 0;
}

int nvo3_nl_miss_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MISS_MAX + 1];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_pending *entry, copy;
	struct nvo3_wanted wanted;
	struct nvo3_vn *vn;

	vn = parse_key(info, tb, false, &wanted);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	/* The answer takes memory, which may sleep. */
	rcu_read_lock();
	entry = nvo3_pending_lookup(&nve->pendings, &wanted);
	if (entry)
		copy = *entry;
	rcu_read_unlock();
	if (!entry)
		return refuse_unknown(info, &wanted);
	return nvo3_nl_reply(info, nvo3_fill_pending, &copy);
}

/* The VN that a dump is about, 0: all; or an error. */
static int parse_filter(struct nvo3_nve *nve, struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVO3_A_MISS_MAX + 1];
	struct nvo3_vn *vn;
	int err;

	if (!nest)
		return 0;
	err = nvo3_nl_parse_miss(nest, tb, extack);
	if (err)
		return err;
	if (tb[NVO3_A_MISS_DST] || tb[NVO3_A_MISS_ADDR4] || tb[NVO3_A_MISS_ADDR6] ||
	    tb[NVO3_A_MISS_SRC] || tb[NVO3_A_MISS_DEV] || tb[NVO3_A_MISS_STATE] ||
	    tb[NVO3_A_MISS_LIFETIME])
		return NVO3_REFUSE(extack, nest, EINVAL,
				   "many addresses without a mapping are chosen by VN only");
	vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_MISS_VNI], extack);
	return IS_ERR(vn) ? PTR_ERR(vn) : vn->vni;
}

/* In the order of age: the context is the serial number of the last one told, 64 bits on all. */
static void dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve, u32 vni)
{
	struct nvo3_pending *entry = NULL;
	u64 told;

	memcpy(&told, cb->ctx, sizeof(told));
	rcu_read_lock();
	while ((entry = nvo3_pending_next(&nve->pendings, entry))) {
		if (entry->serial <= told || (vni && entry->key.vni != vni))
			continue;
		if (nvo3_nl_dump(skb, cb, nve, nvo3_fill_pending, entry))
			break;
		told = entry->serial;
	}
	rcu_read_unlock();
	memcpy(cb->ctx, &told, sizeof(told));
}

int nvo3_nl_miss_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	int vni;

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	/* Frames come and go all the while; what stays is told once whatever changes. */
	cb->seq = 1;
	vni = parse_filter(nve, nvo3_dump_attrs(cb)[NVO3_A_MISS], cb->extack);
	if (vni >= 0)
		dump(skb, cb, nve, vni);
	nvo3_nl_dump_end(nve);
	return vni < 0 ? vni : skb->len;
}
