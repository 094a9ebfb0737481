// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/nvo3_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"
#include "rtnl.h"

/* From linux/if.h, which cannot stand beside net/if.h */
#define FLAG_LOWER_UP (1 << 16)

static void copy_text(const struct nlattr *a, char *ret, size_t size)
{
	size_t len = nlattr_len(a) < size ? nlattr_len(a) : size - 1;

	memcpy(ret, nlattr_data(a), len);
	ret[size - 1] = 0;
}

static void read_u8(const struct nlattr **tb, unsigned int type, struct link_nve *nve, uint8_t *ret)
{
	if (tb[type] && !nlattr_copy(tb[type], ret, sizeof(*ret)))
		nve->has |= 1u << type;
}

static void read_header(const struct nlattr **tb, struct link_nve *nve)
{
	read_u8(tb, IFLA_NVO3_FLOWID, nve, &nve->flowid);
	read_u8(tb, IFLA_NVO3_TTL, nve, &nve->ttl);
	read_u8(tb, IFLA_NVO3_TOS, nve, &nve->tos);
	read_u8(tb, IFLA_NVO3_DF, nve, &nve->df);
	read_u8(tb, IFLA_NVO3_CSUM_RX, nve, &nve->csum_rx);
	read_u8(tb, IFLA_NVO3_MSS_CLAMP, nve, &nve->mss_clamp);
	if (tb[IFLA_NVO3_LABEL] &&
	    !nlattr_copy(tb[IFLA_NVO3_LABEL], &nve->label, sizeof(nve->label)))
		nve->has |= LINK_HAS(LABEL);
	if (tb[IFLA_NVO3_SPORT_MIN] && tb[IFLA_NVO3_SPORT_MAX] &&
	    !nlattr_copy(tb[IFLA_NVO3_SPORT_MIN], &nve->sport_min, sizeof(nve->sport_min)) &&
	    !nlattr_copy(tb[IFLA_NVO3_SPORT_MAX], &nve->sport_max, sizeof(nve->sport_max)))
		nve->has |= LINK_HAS(SPORT_MIN);
	if (tb[IFLA_NVO3_UNDERLAY])
		nlattr_copy(tb[IFLA_NVO3_UNDERLAY], &nve->underlay, sizeof(nve->underlay));
}

static void read_nve(const struct nlattr *data, struct link_nve *nve)
{
	const struct nlattr *tb[IFLA_NVO3_MAX + 1];
	uint16_t port = 0;
	uint8_t csum;

	nve->csum = -1;
	if (nlattr_index_nest(data, tb, IFLA_NVO3_MAX) < 0)
		return;
	if (tb[IFLA_NVO3_LOCAL4] && nlattr_len(tb[IFLA_NVO3_LOCAL4]) == 4)
		nve->local4 = ip_addr_from(AF_INET, nlattr_data(tb[IFLA_NVO3_LOCAL4]));
	if (tb[IFLA_NVO3_LOCAL6] && nlattr_len(tb[IFLA_NVO3_LOCAL6]) == 16)
		nve->local6 = ip_addr_from(AF_INET6, nlattr_data(tb[IFLA_NVO3_LOCAL6]));
	if (tb[IFLA_NVO3_DSTPORT] && !nlattr_copy(tb[IFLA_NVO3_DSTPORT], &port, sizeof(port)))
		nve->dstport = ntohs(port);
	if (tb[IFLA_NVO3_CSUM] && !nlattr_copy(tb[IFLA_NVO3_CSUM], &csum, sizeof(csum)))
		nve->csum = csum;
	read_u8(tb, IFLA_NVO3_ENCAP, nve, &nve->encap);
	read_u8(tb, IFLA_NVO3_ACCEPT, nve, &nve->accept);
	read_u8(tb, IFLA_NVO3_FASTPATH, nve, &nve->fastpath);
	read_u8(tb, IFLA_NVO3_VERIFY, nve, &nve->verify);
	read_u8(tb, IFLA_NVO3_RELAY, nve, &nve->relay);
	if (tb[IFLA_NVO3_REDIRECT] &&
	    !nlattr_copy(tb[IFLA_NVO3_REDIRECT], &nve->redirect, sizeof(nve->redirect)))
		nve->has |= LINK_HAS(REDIRECT);
	read_header(tb, nve);
	if (tb[IFLA_NVO3_GENEVE_PORT] && !nlattr_copy(tb[IFLA_NVO3_GENEVE_PORT], &port,
						      sizeof(port)))
		nve->geneve_port = ntohs(port);
}

static void read_linkinfo(const struct nlattr *linkinfo, struct link_info *info)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1];

	if (nlattr_index_nest(linkinfo, tb, IFLA_INFO_MAX) < 0)
		return;
	if (tb[IFLA_INFO_KIND])
		copy_text(tb[IFLA_INFO_KIND], info->kind, sizeof(info->kind));
	if (tb[IFLA_INFO_DATA] && !strcmp(info->kind, "nvo3"))
		read_nve(tb[IFLA_INFO_DATA], &info->nve);
}

/* Attributes of other lengths (a device without a MAC of 6 bytes) leave zeroes */
static int read_link(const struct nlmsghdr *nlh, struct link_info *ret)
{
	const struct ifinfomsg *ifi = (const void *)((const char *)nlh + NLMSG_HDRLEN);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct link_info info = {};

	if (nlmsg_index(nlh, sizeof(*ifi), tb, IFLA_MAX) < 0 || !tb[IFLA_IFNAME])
		return -EBADMSG;
	info.ifindex = ifi->ifi_index;
	info.up = ifi->ifi_flags & IFF_UP;
	info.carrier = ifi->ifi_flags & FLAG_LOWER_UP;
	copy_text(tb[IFLA_IFNAME], info.name, sizeof(info.name));
	if (tb[IFLA_MASTER])
		nlattr_copy(tb[IFLA_MASTER], &info.master, sizeof(info.master));
	if (tb[IFLA_LINK])
		nlattr_copy(tb[IFLA_LINK], &info.peer, sizeof(info.peer));
	if (tb[IFLA_MTU])
		nlattr_copy(tb[IFLA_MTU], &info.mtu, sizeof(info.mtu));
	if (tb[IFLA_ADDRESS])
		nlattr_copy(tb[IFLA_ADDRESS], info.mac.b, sizeof(info.mac.b));
	if (tb[IFLA_LINKINFO])
		read_linkinfo(tb[IFLA_LINKINFO], &info);
	*ret = info;
	return 0;
}

/* One device that was asked for */
struct answer {
	struct link_info *ret;
	struct err *err;
};

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct answer *answer = data;
	int r = read_link(nlh, answer->ret);

	return r < 0 ? err_set(answer->err, r, "the kernel's word on a device is malformed") : 0;
}

static void get_start(struct nlbuf *b, void *mem, uint32_t ifindex, uint32_t mask)
{
	struct ifinfomsg *ifi;

	nlbuf_init(b, mem, NLBUF_SMALL, RTM_GETLINK, 0);
	ifi = nlbuf_put_header(b, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	nlbuf_put_u32(b, IFLA_EXT_MASK, mask);
}

static int get_by_name(struct nlsock *s, const char *name, uint32_t mask,
		       int (*take)(const struct nlmsghdr *nlh, void *data), void *data,
		       struct err *err)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;
	int r;

	if (!*name || strlen(name) >= IFNAMSIZ)
		return err_set(err, ENODEV, "device \"%s\" does not exist", name);
	get_start(&b, mem, 0, mask);
	nlbuf_put_str(&b, IFLA_IFNAME, name);
	r = nlsock_request(s, &b, take, data, err);
	if (r == -ENODEV)
		return err_set(err, r, "device \"%s\" does not exist", name);
	return r;
}

int link_get(struct nlsock *s, const char *name, struct link_info *ret, struct err *err)
{
	struct answer answer = { .ret = ret, .err = err };

	return get_by_name(s, name, RTEXT_FILTER_SKIP_STATS, take_link, &answer, err);
}

struct bytes_answer {
	struct link_bytes *ret;
	struct err *err;
};

/* Other kernels' counters may be more; these are the first ones */
static int take_bytes(const struct nlmsghdr *nlh, void *data)
{
	const size_t size = offsetof(struct rtnl_link_stats64, rx_errors);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct bytes_answer *answer = data;
	struct rtnl_link_stats64 stats;

	if (nlmsg_index(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX) < 0 || !tb[IFLA_STATS64] ||
	    nlattr_len(tb[IFLA_STATS64]) < size)
		return err_set(answer->err, EBADMSG, "the kernel's word on a device is malformed");
	memcpy(&stats, nlattr_data(tb[IFLA_STATS64]), size);
	*answer->ret = (struct link_bytes){ .in = stats.rx_bytes, .out = stats.tx_bytes };
	return 0;
}

int link_get_bytes(struct nlsock *s, const char *name, struct link_bytes *ret, struct err *err)
{
	struct bytes_answer answer = { .ret = ret, .err = err };

	return get_by_name(s, name, 0, take_bytes, &answer, err);
}

int link_get_by_index(struct nlsock *s, uint32_t ifindex, struct link_info *ret, struct err *err)
{
	struct answer answer = { .ret = ret, .err = err };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;
	int r;

	get_start(&b, mem, ifindex, RTEXT_FILTER_SKIP_STATS);
	r = nlsock_request(s, &b, take_link, &answer, err);
	if (r == -ENODEV)
		return err_set(err, r, "device with index %u does not exist", ifindex);
	return r;
}

struct links {
	struct link_info *items;
	size_t n, cap;
	const char *kind;
	struct err *err;
};

static int take_one_of_many(const struct nlmsghdr *nlh, void *data)
{
	struct links *l = data;
	struct link_info info;
	int r;

	r = read_link(nlh, &info);
	if (r < 0)
		return err_set(l->err, r, "the kernel's list of devices is malformed");
	if (l->kind && strcmp(l->kind, info.kind))
		return 0;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct link_info *items = reallocarray(l->items, cap, sizeof(*items));

		if (!items)
			return err_set(l->err, ENOMEM, "out of memory");
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = info;
	return 0;
}

int link_list(struct nlsock *s, const char *kind, struct link_info **ret, size_t *ret_n,
	      struct err *err)
{
	struct links l = { .kind = kind, .err = err };
	int r, tries = 5;
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	do {
		l.n = 0;
		get_start(&b, mem, 0, RTEXT_FILTER_SKIP_STATS);
		r = nlsock_dump(s, &b, take_one_of_many, &l, err);
	} while (r == -EINTR && --tries);
	if (r < 0) {
		free(l.items);
		return r;
	}
	*ret = l.items;
	*ret_n = l.n;
	return 0;
}
