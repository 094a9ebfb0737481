// SPDX-License-Identifier: GPL-2.0
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/nvo3_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"

static int check_name(const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ)
		return err_set(err, EINVAL, "device name \"%s\" does not have 1 to %d characters",
			       name, IFNAMSIZ - 1);
	return 0;
}

/* A message about the device @ifindex, or a new one when that is 0 */
static struct ifinfomsg *link_start(struct nlbuf *b, void *mem, uint16_t flags, uint32_t ifindex)
{
	struct ifinfomsg *ifi;

	nlbuf_init(b, mem, NLBUF_SMALL, RTM_NEWLINK, flags);
	ifi = nlbuf_put_header(b, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return ifi;
}

static int send_request(struct nlsock *s, struct nlbuf *b, struct err *err)
{
	return nlsock_request(s, b, NULL, NULL, err);
}

static void put_flag(struct nlbuf *b, const struct link_nve *nve, uint16_t type, uint8_t v)
{
	if (nve->has & 1u << type)
		nlbuf_put_u8(b, type, v);
}

static void put_header(struct nlbuf *b, const struct link_nve *nve)
{
	put_flag(b, nve, IFLA_NVO3_ENCAP, nve->encap);
	put_flag(b, nve, IFLA_NVO3_ACCEPT, nve->accept);
	put_flag(b, nve, IFLA_NVO3_FLOWID, nve->flowid);
	put_flag(b, nve, IFLA_NVO3_TTL, nve->ttl);
	put_flag(b, nve, IFLA_NVO3_TOS, nve->tos);
	put_flag(b, nve, IFLA_NVO3_DF, nve->df);
	put_flag(b, nve, IFLA_NVO3_CSUM_RX, nve->csum_rx);
	put_flag(b, nve, IFLA_NVO3_MSS_CLAMP, nve->mss_clamp);
	if (nve->has & LINK_HAS(LABEL))
		nlbuf_put_u32(b, IFLA_NVO3_LABEL, nve->label);
	if (!(nve->has & LINK_HAS(SPORT_MIN)))
		return;
	nlbuf_put_u16(b, IFLA_NVO3_SPORT_MIN, nve->sport_min);
	nlbuf_put_u16(b, IFLA_NVO3_SPORT_MAX, nve->sport_max);
}

static void put_nve(struct nlbuf *b, const struct link_nve *nve)
{
	struct nlattr *info = nlbuf_nest_start(b, IFLA_LINKINFO), *data;

	nlbuf_put_str(b, IFLA_INFO_KIND, "nvo3");
	data = nlbuf_nest_start(b, IFLA_INFO_DATA);
	if (nve->local4.family)
		nlbuf_put(b, IFLA_NVO3_LOCAL4, nve->local4.b, 4);
	if (nve->local6.family)
		nlbuf_put(b, IFLA_NVO3_LOCAL6, nve->local6.b, 16);
	if (nve->dstport)
		nlbuf_put_u16(b, IFLA_NVO3_DSTPORT, htons(nve->dstport));
	if (nve->csum >= 0)
		nlbuf_put_u8(b, IFLA_NVO3_CSUM, nve->csum);
	if (nve->geneve_port)
		nlbuf_put_u16(b, IFLA_NVO3_GENEVE_PORT, htons(nve->geneve_port));
	if (nve->underlay)
		nlbuf_put_u32(b, IFLA_NVO3_UNDERLAY, nve->underlay);
	put_header(b, nve);
	put_flag(b, nve, IFLA_NVO3_FASTPATH, nve->fastpath);
	put_flag(b, nve, IFLA_NVO3_VERIFY, nve->verify);
	put_flag(b, nve, IFLA_NVO3_RELAY, nve->relay);
	if (nve->has & LINK_HAS(REDIRECT))
		nlbuf_put_u32(b, IFLA_NVO3_REDIRECT, nve->redirect);
	nlbuf_nest_end(b, data);
	nlbuf_nest_end(b, info);
}

int link_nve_add(struct nlsock *s, const char *name, const struct link_nve *nve, struct err *err)
{
	int r = check_name(name, err);
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	if (r < 0)
		return r;
	link_start(&b, mem, NLM_F_CREATE | NLM_F_EXCL, 0);
	nlbuf_put_str(&b, IFLA_IFNAME, name);
	put_nve(&b, nve);
	return send_request(s, &b, err);
}

int link_nve_set(struct nlsock *s, uint32_t ifindex, const struct link_nve *nve, struct err *err)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	link_start(&b, mem, 0, ifindex);
	put_nve(&b, nve);
	return send_request(s, &b, err);
}

static int put_end(struct nlbuf *b, const struct link_end *end, struct err *err)
{
	int r = end->name ? check_name(end->name, err) : 0;

	if (r < 0)
		return r;
	if (end->name)
		nlbuf_put_str(b, IFLA_IFNAME, end->name);
	if (end->netns_fd >= 0)
		nlbuf_put_u32(b, IFLA_NET_NS_FD, end->netns_fd);
	if (!mac_addr_is_zero(&end->mac))
		nlbuf_put(b, IFLA_ADDRESS, end->mac.b, sizeof(end->mac.b));
	if (end->mtu)
		nlbuf_put_u32(b, IFLA_MTU, end->mtu);
	return 0;
}

int link_veth_add(struct nlsock *s, const struct link_end *a, const struct link_end *b,
		  struct err *err)
{
	struct nlattr *info, *data, *peer;
	struct nlbuf req;
	NLBUF_MEM(mem, NLBUF_SMALL);
	int r;

	link_start(&req, mem, NLM_F_CREATE | NLM_F_EXCL, 0);
	r = put_end(&req, a, err);
	if (r < 0)
		return r;
	info = nlbuf_nest_start(&req, IFLA_LINKINFO);
	nlbuf_put_str(&req, IFLA_INFO_KIND, "veth");
	data = nlbuf_nest_start(&req, IFLA_INFO_DATA);
	peer = nlbuf_nest_start(&req, VETH_INFO_PEER);
	nlbuf_put_header(&req, sizeof(struct ifinfomsg));
	r = put_end(&req, b, err);
	if (r < 0)
		return r;
	nlbuf_nest_end(&req, peer);
	nlbuf_nest_end(&req, data);
	nlbuf_nest_end(&req, info);
	return send_request(s, &req, err);
}

int link_del(struct nlsock *s, uint32_t ifindex, struct err *err)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	link_start(&b, mem, 0, ifindex);
	b.nlh->nlmsg_type = RTM_DELLINK;
	return send_request(s, &b, err);
}

int link_set_up(struct nlsock *s, uint32_t ifindex, bool up, struct err *err)
{
	struct ifinfomsg *ifi;
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	ifi = link_start(&b, mem, 0, ifindex);
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = up ? IFF_UP : 0;
	return send_request(s, &b, err);
}

static int set_u32(struct nlsock *s, uint32_t ifindex, uint16_t type, uint32_t v, struct err *err)
{
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	link_start(&b, mem, 0, ifindex);
	nlbuf_put_u32(&b, type, v);
	return send_request(s, &b, err);
}

int link_set_master(struct nlsock *s, uint32_t ifindex, uint32_t master, struct err *err)
{
	return set_u32(s, ifindex, IFLA_MASTER, master, err);
}

int link_set_netns(struct nlsock *s, uint32_t ifindex, int netns_fd, struct err *err)
{
	return set_u32(s, ifindex, IFLA_NET_NS_FD, netns_fd, err);
}

int link_set_mtu(struct nlsock *s, uint32_t ifindex, uint32_t mtu, struct err *err)
{
	return set_u32(s, ifindex, IFLA_MTU, mtu, err);
}

int link_set_name(struct nlsock *s, uint32_t ifindex, const char *name, struct err *err)
{
	int r = check_name(name, err);
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	if (r < 0)
		return r;
	link_start(&b, mem, 0, ifindex);
	nlbuf_put_str(&b, IFLA_IFNAME, name);
	return send_request(s, &b, err);
}

int link_set_mac(struct nlsock *s, uint32_t ifindex, const struct mac_addr *mac, struct err *err)
{
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	link_start(&b, mem, 0, ifindex);
	nlbuf_put(&b, IFLA_ADDRESS, mac->b, sizeof(mac->b));
	return send_request(s, &b, err);
}

int link_addr_add(struct nlsock *s, uint32_t ifindex, const struct ip_prefix *p, struct err *err)
{
	size_t len = ip_addr_len(&p->addr);
	struct ifaddrmsg *ifa;
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	nlbuf_init(&b, mem, sizeof(mem), RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	ifa = nlbuf_put_header(&b, sizeof(*ifa));
	ifa->ifa_family = p->addr.family;
	ifa->ifa_prefixlen = p->len;
	ifa->ifa_index = ifindex;
	ifa->ifa_flags = p->addr.family == AF_INET6 ? IFA_F_NODAD : 0;
	nlbuf_put(&b, IFA_LOCAL, p->addr.b, len);
	nlbuf_put(&b, IFA_ADDRESS, p->addr.b, len);
	return send_request(s, &b, err);
}

int link_route_default_add(struct nlsock *s, const struct ip_addr *gateway, uint32_t ifindex,
			   struct err *err)
{
	struct rtmsg *rtm;
	struct nlbuf b;
	NLBUF_MEM(mem, NLBUF_SMALL);

	nlbuf_init(&b, mem, sizeof(mem), RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	rtm = nlbuf_put_header(&b, sizeof(*rtm));
	rtm->rtm_family = gateway->family;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	nlbuf_put(&b, RTA_GATEWAY, gateway->b, ip_addr_len(gateway));
	if (ifindex)
		nlbuf_put_u32(&b, RTA_OIF, ifindex);
	return send_request(s, &b, err);
}
