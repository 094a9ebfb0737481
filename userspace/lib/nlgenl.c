// SPDX-License-Identifier: GPL-2.0
#include "nlgenl.h"

#include <errno.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"

void nlgenl_init(struct nlbuf *b, void *mem, size_t cap, const struct nlgenl_family *f,
		 uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl;

	nlbuf_init(b, mem, cap, f->id, flags);
	genl = nlbuf_put_header(b, sizeof(*genl));
	if (!genl)
		return;
	genl->cmd = cmd;
	genl->version = f->version;
}

static int read_group(const struct nlattr *nest, struct nlgenl_family *f)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *name;
	size_t n = f->ngroups;

	if (nlattr_index_nest(nest, tb, CTRL_ATTR_MCAST_GRP_MAX) < 0)
		return -EBADMSG;
	name = tb[CTRL_ATTR_MCAST_GRP_NAME];
	if (!name || !tb[CTRL_ATTR_MCAST_GRP_ID] || nlattr_len(name) > GENL_NAMSIZ)
		return -EBADMSG;
	if (n == NLGENL_GROUPS_MAX)
		return -E2BIG;
	memcpy(f->groups[n].name, nlattr_data(name), nlattr_len(name));
	f->groups[n].name[GENL_NAMSIZ - 1] = 0;
	f->ngroups++;
	return nlattr_copy(tb[CTRL_ATTR_MCAST_GRP_ID], &f->groups[n].id, sizeof(f->groups[n].id));
}

static int read_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1], *groups, *g = NULL;
	struct nlgenl_family *f = data;
	uint32_t version;
	int r;

	if (nlmsg_index(nlh, GENL_HDRLEN, tb, CTRL_ATTR_MAX) < 0)
		return -EBADMSG;
	if (!tb[CTRL_ATTR_FAMILY_ID] || !tb[CTRL_ATTR_VERSION] ||
	    nlattr_copy(tb[CTRL_ATTR_FAMILY_ID], &f->id, sizeof(f->id)) < 0 ||
	    nlattr_copy(tb[CTRL_ATTR_VERSION], &version, sizeof(version)) < 0)
		return -EBADMSG;
	f->version = version;
	groups = tb[CTRL_ATTR_MCAST_GROUPS];
	if (!groups)
		return 0;
	while ((g = nlattr_next(nlattr_data(groups), nlattr_len(groups), g))) {
		r = read_group(g, f);
		if (r < 0)
			return r;
	}
	return 0;
}

int nlgenl_resolve(struct nlsock *s, const char *name, struct nlgenl_family *ret, struct err *err)
{
	const struct nlgenl_family ctrl = { .id = GENL_ID_CTRL, .version = 1 };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlgenl_family f = {};
	struct nlbuf b;
	int r;

	nlgenl_init(&b, mem, sizeof(mem), &ctrl, CTRL_CMD_GETFAMILY, 0);
	nlbuf_put_str(&b, CTRL_ATTR_FAMILY_NAME, name);
	r = nlsock_request(s, &b, read_family, &f, err);
	if (r == -ENOENT)
		return err_set(err, ENOENT,
			       "the kernel does not know \"%s\"; its module is not loaded", name);
	if (r < 0 || !f.id)
		return err_set(err, r < 0 ? r : EBADMSG,
			       "cannot resolve generic netlink family \"%s\"", name);
	*ret = f;
	return 0;
}

uint32_t nlgenl_group(const struct nlgenl_family *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->ngroups; i++)
		if (!strcmp(f->groups[i].name, name))
			return f->groups[i].id;
	return 0;
}
