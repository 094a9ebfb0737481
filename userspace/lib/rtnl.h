/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices, addresses and routes by rtnetlink. @s is a socket of NETLINK_ROUTE
 * (nl.h); everything happens in the netns that it was opened in.
 */
#ifndef NVO3_LIB_RTNL_H
#define NVO3_LIB_RTNL_H

#include <linux/nvo3_link.h>
#include <net/if.h>
#include <stddef.h>

#include "addr.h"

struct err;
struct nlsock;

#define LINK_HAS(attr) (1u << IFLA_NVO3_##attr)

/*
 * Of a device of kind nvo3. family, ports 0, csum negative and all that is not in
 * has (LINK_HAS(ENCAP) and so on, linux/nvo3_link.h) are left to the kernel.
 */
struct link_nve {
	struct ip_addr local4, local6;
	uint16_t dstport, geneve_port;
	int csum;			/* 0 off, 1 on */
	uint32_t has;
	uint8_t encap;			/* enum nvo3_encap */
	uint8_t accept;			/* bits 1 << encap */
	uint8_t flowid;			/* 0 off, 1 on */
	uint8_t csum_rx;		/* 0 any, 1 require */
	uint8_t mss_clamp;		/* 0 off, 1 on */
	uint8_t ttl, tos;		/* NVO3_TTL_INHERIT, NVO3_TOS_INHERIT */
	uint8_t df;			/* enum nvo3_df */
	uint32_t label;			/* NVO3_LABEL_FLOW */
	uint16_t sport_min, sport_max;	/* 0 as the namespace has them; the bit is that of min */
	uint32_t underlay;		/* ifindex, 0 none */
	uint8_t fastpath, verify;	/* enum nvo3_fastpath, nvo3_verify */
	uint32_t redirect;		/* ms */
	uint8_t relay;			/* 0 off, 1 on */
};

struct link_info {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	char kind[16];			/* "" for a device without one */
	uint32_t master;		/* 0 none */
	uint32_t peer;			/* of a veth: its ifindex in the peer's netns */
	uint32_t mtu;
	struct mac_addr mac;
	bool up;			/* administratively */
	bool carrier;
	struct link_nve nve;		/* when kind is "nvo3" */
};

/* One end each, NULL or zero for what the kernel shall choose */
struct link_end {
	const char *name;
	int netns_fd;			/* negative: that of the socket */
	struct mac_addr mac;
	uint32_t mtu;
};

int link_nve_add(struct nlsock *s, const char *name, const struct link_nve *nve, struct err *err);
int link_nve_set(struct nlsock *s, uint32_t ifindex, const struct link_nve *nve, struct err *err);
int link_veth_add(struct nlsock *s, const struct link_end *a, const struct link_end *b,
		  struct err *err);
int link_del(struct nlsock *s, uint32_t ifindex, struct err *err);

/* -ENODEV with a sentence when there is none */
int link_get(struct nlsock *s, const char *name, struct link_info *ret, struct err *err);
int link_get_by_index(struct nlsock *s, uint32_t ifindex, struct link_info *ret, struct err *err);
/* Of one kind (NULL for all) into an array for the caller to free() */
int link_list(struct nlsock *s, const char *kind, struct link_info **ret, size_t *ret_n,
	      struct err *err);

/* Since the device was made */
struct link_bytes {
	uint64_t in, out;
};

int link_get_bytes(struct nlsock *s, const char *name, struct link_bytes *ret, struct err *err);

int link_set_up(struct nlsock *s, uint32_t ifindex, bool up, struct err *err);
/* @master 0 releases the device */
int link_set_master(struct nlsock *s, uint32_t ifindex, uint32_t master, struct err *err);
int link_set_name(struct nlsock *s, uint32_t ifindex, const char *name, struct err *err);
int link_set_netns(struct nlsock *s, uint32_t ifindex, int netns_fd, struct err *err);
int link_set_mtu(struct nlsock *s, uint32_t ifindex, uint32_t mtu, struct err *err);
int link_set_mac(struct nlsock *s, uint32_t ifindex, const struct mac_addr *mac, struct err *err);

/* An address that is there already is no error; IPv6 goes without duplicate detection */
int link_addr_add(struct nlsock *s, uint32_t ifindex, const struct ip_prefix *p, struct err *err);
/* @ifindex 0 lets the kernel find the device; replaces another default route of equal metric */
int link_route_default_add(struct nlsock *s, const struct ip_addr *gateway, uint32_t ifindex,
			   struct err *err);

#endif
