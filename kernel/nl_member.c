// SPDX-License-Identifier: GPL-2.0
/*
 * member-add and member-del take many at once: all are checked, then applied;
 * what memory stops half-way is taken back.
 */
#include <linux/slab.h>
#include "membership.h"
#include "nl_parse.h"

struct change {
	struct nvo3_vn *vn;
	struct nvo3_remote *remote;	/* held for the request */
	int relay;			/* -1: as it is */
	bool joined, turned;		/* or left; became a relay, or no longer */
};

struct batch {
	struct nvo3_nve *nve;
	struct netlink_ext_ack *extack;
	struct change *changes;
	u32 count;
};

static int parse_member(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr **tb,
			struct nvo3_vn **vn, struct nvo3_locator *loc,
			struct netlink_ext_ack *extack)
{
	struct nvo3_nl_locator attrs;
	int err;

	err = nvo3_nl_parse_member(nest, tb, extack);
	if (err)
		return err;
	*vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_MEMBER_VNI], extack);
	if (IS_ERR(*vn))
		return PTR_ERR(*vn);
	attrs = (struct nvo3_nl_locator){
		.addr4 = tb[NVO3_A_MEMBER_ADDR4],
		.addr6 = tb[NVO3_A_MEMBER_ADDR6],
		.encap = tb[NVO3_A_MEMBER_ENCAP],
		.dstport = tb[NVO3_A_MEMBER_DSTPORT],
		.vni = tb[NVO3_A_MEMBER_REMOTE_VNI],
	};
	return nvo3_nl_locator(nve, nest, &attrs, loc, extack);
}

static int check_add(struct batch *batch, struct nlattr *nest)
{
	struct change *change = &batch->changes[batch->count];
	struct nlattr *tb[NVO3_A_MEMBER_MAX + 1];
	struct nvo3_locator loc;
	int err;

	err = parse_member(batch->nve, nest, tb, &change->vn, &loc, batch->extack);
	if (err)
		return err;
	err = nvo3_nl_check_locator(batch->nve, &loc.addr, nest, batch->extack);
	if (err)
		return err;
	change->relay = tb[NVO3_A_MEMBER_RELAY] ? nla_get_u8(tb[NVO3_A_MEMBER_RELAY]) : -1;
	change->remote = nvo3_remote_get(&batch->nve->remotes, &loc);
	if (IS_ERR(change->remote)) {
		NL_SET_ERR_MSG(batch->extack, "no memory for the remote NVE");
		return PTR_ERR(change->remote);
	}
	batch->count++;
	return 0;
}

static int check_del(struct batch *batch, struct nlattr *nest)
{
	struct change *change = &batch->changes[batch->count];
	struct nlattr *tb[NVO3_A_MEMBER_MAX + 1];
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_locator loc;
	int err;

	err = parse_member(batch->nve, nest, tb, &change->vn, &loc, batch->extack);
	if (err)
		return err;
	change->remote = nvo3_remote_find(&batch->nve->remotes, &loc);
	if (!change->remote || !nvo3_members_has(&change->vn->members, change->remote))
		return NVO3_REFUSE(batch->extack, nest, ENOENT, "%s is no member of VN %u",
				   nvo3_addr_str(&loc.addr, buf), change->vn->vni);
	change->remote->refs++;
	batch->count++;
	return 0;
}

static int check_all(struct batch *batch, struct genl_info *info,
		     int (*check)(struct batch *batch, struct nlattr *nest))
{
	struct nlattr *nest;
	u32 count = 0;
	int err;

	for (nest = NULL; (nest = nvo3_nl_next(info, nest, NVO3_A_MEMBER)); )
		count++;
	if (!count) {
		NL_SET_ERR_MSG(info->extack, "the request has no member");
		return -EINVAL;
	}
	batch->changes = kvcalloc(count, sizeof(*batch->changes), GFP_KERNEL);
	if (!batch->changes)
		return -ENOMEM;
	for (nest = NULL; (nest = nvo3_nl_next(info, nest, NVO3_A_MEMBER)); ) {
		err = check(batch, nest);
		if (err)
			return err;
	}
	return 0;
}

static void batch_free(struct batch *batch)
{
	u32 i;

	for (i = 0; i < batch->count; i++)
		nvo3_remote_put(batch->changes[i].remote);
	kvfree(batch->changes);
}

static int add_one(struct nvo3_nve *nve, struct change *change)
{
	int err;

	err = nvo3_membership_add(nve, change->vn, change->remote);
	if (err && err != -EEXIST)
		return err;
	change->joined = !err;
	if (change->relay < 0)
		return 0;
	err = nvo3_membership_set_relay(nve, change->vn, change->remote, change->relay);
	if (err == -ENOMEM)
		return err;
	change->turned = !err;
	return 0;
}

static void undo_add(struct nvo3_nve *nve, struct change *change)
{
	if (change->turned)
		nvo3_membership_set_relay(nve, change->vn, change->remote, !change->relay);
	if (change->joined)
		nvo3_membership_del(nve, change->vn, change->remote);
}

/* What was a relay goes as one: listeners are told afterwards. */
static int del_one(struct nvo3_nve *nve, struct change *change)
{
	int err;

	change->turned = !nvo3_membership_set_relay(nve, change->vn, change->remote, false);
	err = nvo3_membership_del(nve, change->vn, change->remote);
	change->joined = !err;
	return err == -ENOENT ? 0 : err;
}

static void undo_del(struct nvo3_nve *nve, struct change *change)
{
	if (change->joined)
		nvo3_membership_add(nve, change->vn, change->remote);
	if (change->turned)
		nvo3_membership_set_relay(nve, change->vn, change->remote, true);
}

/* A second mention finds nothing to do. */
static int apply_all(struct batch *batch, u8 cmd,
		     int (*apply)(struct nvo3_nve *nve, struct change *change),
		     void (*undo)(struct nvo3_nve *nve, struct change *change))
{
	struct change *change;
	int err = 0;
	u32 i;

	for (i = 0; i < batch->count && !err; i++)
		err = apply(batch->nve, &batch->changes[i]);
	if (err) {
		/* Backwards, which needs no memory: see members.h and relays.h. */
		while (i--)
			undo(batch->nve, &batch->changes[i]);
		NL_SET_ERR_MSG(batch->extack, "no memory for the members; none was changed");
		return err;
	}
	for (i = 0; i < batch->count; i++) {
		change = &batch->changes[i];
		if (change->joined || change->turned)
			nvo3_membership_notify(batch->nve, cmd, change->vn, change->remote);
	}
	return 0;
}

int nvo3_nl_member_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct batch batch = { .nve = nvo3_nl_nve(info), .extack = info->extack };
	int err;

	err = check_all(&batch, info, check_add);
	if (!err)
		err = apply_all(&batch, NVO3_CMD_MEMBER_NTF, add_one, undo_add);
	batch_free(&batch);
	return err;
}

int nvo3_nl_member_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct batch batch = { .nve = nvo3_nl_nve(info), .extack = info->extack };
	int err;

	err = check_all(&batch, info, check_del);
	if (!err)
		err = apply_all(&batch, NVO3_CMD_MEMBER_DEL_NTF, del_one, undo_del);
	batch_free(&batch);
	return err;
}

int nvo3_nl_member_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MEMBER_MAX + 1], *nest = info->attrs[NVO3_A_MEMBER];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_remote *remote;
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_member member;
	struct nvo3_locator loc;
	struct nvo3_vn *vn;
	int err;

	err = parse_member(nve, nest, tb, &vn, &loc, info->extack);
	if (err)
		return err;
	remote = nvo3_remote_find(&nve->remotes, &loc);
	if (!remote || !nvo3_members_has(&vn->members, remote))
		return NVO3_REFUSE(info->extack, nest, ENOENT, "%s is no member of VN %u",
				   nvo3_addr_str(&loc.addr, buf), vn->vni);
	member = (struct nvo3_member){
		.vni = vn->vni,
		.loc = &remote->loc,
		.relay = nvo3_relays_has(&vn->relays, &remote->loc.addr),
	};
	return nvo3_nl_reply(info, nvo3_fill_member, &member);
}

/* From the args[1]-th member of a VN on: 0, or -EMSGSIZE when the message is full. */
static int dump_vn(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
		   struct nvo3_vn *vn)
{
	struct nvo3_member member = { .vni = vn->vni };
	struct nvo3_remote *remote;
	int err;

	for (; (remote = nvo3_members_at(&vn->members, cb->args[1])); cb->args[1]++) {
		member.loc = &remote->loc;
		member.relay = nvo3_relays_has(&vn->relays, &remote->loc.addr);
		err = nvo3_nl_dump(skb, cb, nve, nvo3_fill_member, &member);
		if (err)
			return err;
	}
	cb->args[1] = 0;
	return 0;
}

/* Of one VN if the request names it: an error, NULL for all, or the VN. */
static struct nvo3_vn *dump_filter(struct netlink_callback *cb, struct nvo3_nve *nve)
{
	struct nlattr *nest = nvo3_dump_attrs(cb)[NVO3_A_MEMBER];
	struct nlattr *tb[NVO3_A_MEMBER_MAX + 1];
	int err;

	if (!nest)
		return NULL;
	err = nvo3_nl_parse_member(nest, tb, cb->extack);
	if (err)
		return ERR_PTR(err);
	if (tb[NVO3_A_MEMBER_ADDR4] || tb[NVO3_A_MEMBER_ADDR6] || tb[NVO3_A_MEMBER_ENCAP] ||
	    tb[NVO3_A_MEMBER_DSTPORT] || tb[NVO3_A_MEMBER_REMOTE_VNI] || tb[NVO3_A_MEMBER_RELAY])
		return ERR_PTR(NVO3_REFUSE(cb->extack, nest, EINVAL,
					   "members are listed by VN, not by address"));
	return nvo3_nl_vn(nve, nest, tb[NVO3_A_MEMBER_VNI], cb->extack);
}

int nvo3_nl_member_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	struct nvo3_vn *only, *vn;

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	only = dump_filter(cb, nve);
	if (IS_ERR(only)) {
		nvo3_nl_dump_end(nve);
		return PTR_ERR(only);
	}
	for (; cb->args[0] < nvo3_index_size(&nve->vns.index); cb->args[0]++) {
		vn = nvo3_index_lookup(&nve->vns.index, cb->args[0]);
		if (vn && (!only || vn == only) && dump_vn(skb, cb, nve, vn))
			break;
	}
	nvo3_nl_dump_end(nve);
	return skb->len;
}
