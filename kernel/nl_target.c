// SPDX-License-Identifier: GPL-2.0
#include "nl_parse.h"
#include "nl_target.h"

/* The first attribute that speaks of one other NVE. */
static struct nlattr *remote_attr(struct nlattr **tb)
{
	return tb[NVO3_A_MAP_ADDR4] ?: tb[NVO3_A_MAP_ADDR6] ?: tb[NVO3_A_MAP_ENCAP] ?:
	       tb[NVO3_A_MAP_DSTPORT] ?: tb[NVO3_A_MAP_REMOTE_VNI];
}

bool nvo3_nl_has_target(struct nlattr **tb)
{
	return tb[NVO3_A_MAP_DEV] || tb[NVO3_A_MAP_VLAN] || tb[NVO3_A_MAP_PATH] || remote_attr(tb);
}

/* The remote of a locator that may be another NVE's, with a reference, or ERR_PTR(). */
static struct nvo3_remote *get_remote(struct nvo3_nve *nve, struct nlattr *nest,
				      const struct nvo3_nl_locator *attrs,
				      struct netlink_ext_ack *extack)
{
	struct nvo3_remote *remote;
	struct nvo3_locator loc;
	int err;

	err = nvo3_nl_locator(nve, nest, attrs, &loc, extack);
	if (err)
		return ERR_PTR(err);
	err = nvo3_nl_check_locator(nve, &loc.addr, attrs->addr4 ?: attrs->addr6, extack);
	if (err)
		return ERR_PTR(err);
	remote = nvo3_remote_get(&nve->remotes, &loc);
	if (IS_ERR(remote))
		NL_SET_ERR_MSG(extack, "no memory for the remote NVE");
	return remote;
}

static int parse_remote(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr **tb,
			struct nvo3_nl_target *target, struct netlink_ext_ack *extack)
{
	const struct nvo3_nl_locator attrs = {
		.addr4 = tb[NVO3_A_MAP_ADDR4],
		.addr6 = tb[NVO3_A_MAP_ADDR6],
		.encap = tb[NVO3_A_MAP_ENCAP],
		.dstport = tb[NVO3_A_MAP_DSTPORT],
		.vni = tb[NVO3_A_MAP_REMOTE_VNI],
	};
	struct nvo3_remote *remote = get_remote(nve, nest, &attrs, extack);

	if (IS_ERR(remote))
		return PTR_ERR(remote);
	*target = (struct nvo3_nl_target){
		.kind = NVO3_MAP_REMOTE, .nr = remote->nr, .remote = remote,
	};
	return 0;
}

static int parse_path(struct nvo3_nve *nve, struct nlattr *nest, struct nvo3_path *path,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVO3_A_PATH_MAX + 1];
	struct nvo3_nl_locator attrs;
	int err;

	err = nla_parse_nested(tb, NVO3_A_PATH_MAX, nest, nvo3_path_nl_policy, extack);
	if (err)
		return err;
	attrs = (struct nvo3_nl_locator){
		.addr4 = tb[NVO3_A_PATH_ADDR4],
		.addr6 = tb[NVO3_A_PATH_ADDR6],
		.encap = tb[NVO3_A_PATH_ENCAP],
		.dstport = tb[NVO3_A_PATH_DSTPORT],
		.vni = tb[NVO3_A_PATH_REMOTE_VNI],
	};
	path->weight = tb[NVO3_A_PATH_WEIGHT] ? nla_get_u16(tb[NVO3_A_PATH_WEIGHT]) : 1;
	path->remote = get_remote(nve, nest, &attrs, extack);
	return PTR_ERR_OR_ZERO(path->remote);
}

static bool is_among(const struct nvo3_path *paths, u32 count, const struct nvo3_remote *remote)
{
	while (count--)
		if (paths[count].remote == remote)
			return true;
	return false;
}

/* The paths with a reference on each remote: how many, or an error and none. */
static int get_paths(struct nvo3_nve *nve, struct nlattr *nest, struct nvo3_path *paths,
		     struct netlink_ext_ack *extack)
{
	const struct nvo3_addr *addr;
	char buf[NVO3_ADDR_STRLEN];
	int rem, err, count = 0;
	struct nlattr *attr;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != NVO3_A_MAP_PATH)
			continue;
		if (count == NVO3_PATHS_MAX) {
			err = NVO3_REFUSE(extack, attr, E2BIG, "a mapping has %u paths at most",
					  NVO3_PATHS_MAX);
			goto err_put;
		}
		err = parse_path(nve, attr, &paths[count], extack);
		if (err)
			goto err_put;
		count++;
		if (is_among(paths, count - 1, paths[count - 1].remote)) {
			addr = &paths[count - 1].remote->loc.addr;
			err = NVO3_REFUSE(extack, attr, EINVAL, "two paths lead to %s",
					  nvo3_addr_str(addr, buf));
			goto err_put;
		}
	}
	return count;

err_put:
	while (count--)
		nvo3_remote_put(paths[count].remote);
	return err;
}

static int parse_paths(struct nvo3_nve *nve, struct nlattr *nest, struct nvo3_nl_target *target,
		       struct netlink_ext_ack *extack)
{
	struct nvo3_path paths[NVO3_PATHS_MAX];
	int count = get_paths(nve, nest, paths, extack);
	struct nvo3_group *group;

	if (count < 0)
		return count;
	/* One path is a remote like any other: the fast path need not choose. */
	if (count == 1) {
		*target = (struct nvo3_nl_target){
			.kind = NVO3_MAP_REMOTE, .nr = paths[0].remote->nr,
			.remote = paths[0].remote,
		};
		return 0;
	}
	group = nvo3_group_get(&nve->groups, paths, count);
	while (count--)
		nvo3_remote_put(paths[count].remote);
	if (IS_ERR(group)) {
		NL_SET_ERR_MSG(extack, "no memory for the group of paths");
		return PTR_ERR(group);
	}
	*target = (struct nvo3_nl_target){
		.kind = NVO3_MAP_GROUP, .nr = group->nr, .group = group,
	};
	return 0;
}

static int parse_port(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		      struct nlattr **tb, struct nvo3_nl_target *target,
		      struct netlink_ext_ack *extack)
{
	struct nvo3_port *port;

	port = nvo3_nl_port(nve, nest, tb[NVO3_A_MAP_DEV], tb[NVO3_A_MAP_VLAN], extack);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (port->vn != vn)
		return NVO3_REFUSE(extack, tb[NVO3_A_MAP_DEV], EINVAL,
				   "the port on %s is in VN %u, not in %u", port->dev->name,
				   port->vn->vni, vn->vni);
	*target = (struct nvo3_nl_target){ .kind = NVO3_MAP_PORT, .nr = port->nr };
	return 0;
}

int nvo3_nl_target(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		   struct nlattr **tb, struct nvo3_nl_target *target,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *port = tb[NVO3_A_MAP_DEV] ?: tb[NVO3_A_MAP_VLAN];

	if (port && (tb[NVO3_A_MAP_PATH] || remote_attr(tb)))
		return NVO3_REFUSE(extack, port, EINVAL,
				   "a mapping leads to an NVE or to a port, not to both");
	if (tb[NVO3_A_MAP_PATH] && remote_attr(tb))
		return NVO3_REFUSE(extack, remote_attr(tb), EINVAL,
				   "of several paths each has an address of its own");
	if (port)
		return parse_port(nve, vn, nest, tb, target, extack);
	if (tb[NVO3_A_MAP_PATH])
		return parse_paths(nve, nest, target, extack);
	return parse_remote(nve, nest, tb, target, extack);
}

void nvo3_nl_target_put(const struct nvo3_nl_target *target)
{
	if (target->remote)
		nvo3_remote_put(target->remote);
	if (target->group)
		nvo3_group_put(target->group);
}
