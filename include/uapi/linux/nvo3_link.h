/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * rtnetlink attributes of the netdevice kind "nvo3".
 *
 * An NVE is created by RTM_NEWLINK:
 *
 *	IFLA_IFNAME			its name
 *	IFLA_LINKINFO
 *		IFLA_INFO_KIND		"nvo3"
 *		IFLA_INFO_DATA		optional
 *			IFLA_NVO3_LOCAL4
 *			IFLA_NVO3_LOCAL6
 *			IFLA_NVO3_DSTPORT
 *			IFLA_NVO3_CSUM
 *			IFLA_NVO3_FASTPATH
 *			IFLA_NVO3_ENCAP
 *			IFLA_NVO3_ACCEPT
 *			IFLA_NVO3_GENEVE_PORT
 *			IFLA_NVO3_FLOWID
 *			IFLA_NVO3_TTL
 *			IFLA_NVO3_TOS
 *			IFLA_NVO3_DF
 *			IFLA_NVO3_LABEL
 *			IFLA_NVO3_SPORT_MIN
 *			IFLA_NVO3_SPORT_MAX
 *			IFLA_NVO3_CSUM_RX
 *			IFLA_NVO3_UNDERLAY
 *			IFLA_NVO3_MSS_CLAMP
 *			IFLA_NVO3_VERIFY
 *			IFLA_NVO3_REDIRECT
 *			IFLA_NVO3_RELAY
 *
 * The underlay is the network namespace of the socket that sends the request
 * and stays so for good; the device itself may be created in another one
 * (IFLA_NET_NS_FD) or be moved there while it has no ports. Everything below
 * the device (VNs, ports, mappings) goes by generic netlink: linux/nvo3.h.
 */
#ifndef _UAPI_LINUX_NVO3_LINK_H
#define _UAPI_LINUX_NVO3_LINK_H

enum {
	IFLA_NVO3_UNSPEC,
	IFLA_NVO3_LOCAL4,	/* __be32, outer source and only outer destination accepted */
	IFLA_NVO3_LOCAL6,	/* struct in6_addr, likewise for IPv6 */
	IFLA_NVO3_DSTPORT,	/* __be16, UDP port of VXLAN, default 4789; fixed at creation */
	IFLA_NVO3_CSUM,		/* u8, send outer UDP checksums, default 1 */
	IFLA_NVO3_FASTPATH,	/* u8, enum nvo3_fastpath, default auto */
	IFLA_NVO3_ENCAP,	/* u8, enum nvo3_encap: what is sent, default VXLAN; fixed */
	IFLA_NVO3_ACCEPT,	/* u8, bits 1 << encap: what is received, default encap; fixed */
	IFLA_NVO3_GENEVE_PORT,	/* __be16, UDP port of Geneve, default 6081; fixed */
	IFLA_NVO3_FLOWID,	/* u8, send NVGRE's FlowID, default 1 */
	IFLA_NVO3_TTL,		/* u8, outer TTL, default 64; NVO3_TTL_INHERIT */
	IFLA_NVO3_TOS,		/* u8, outer DSCP (ECN bits 0), default 0; NVO3_TOS_INHERIT */
	IFLA_NVO3_DF,		/* u8, enum nvo3_df */
	IFLA_NVO3_LABEL,	/* u32, outer IPv6 flow label, default NVO3_LABEL_FLOW */
	IFLA_NVO3_SPORT_MIN,	/* u16, UDP source ports; 0, the default: ip_local_port_range */
	IFLA_NVO3_SPORT_MAX,	/* u16, beside it */
	IFLA_NVO3_CSUM_RX,	/* u8, receive nothing without a UDP checksum, default 0 */
	IFLA_NVO3_UNDERLAY,	/* u32, ifindex of a VRF or device of the underlay; fixed */
	IFLA_NVO3_MSS_CLAMP,	/* u8, lower the MSS of TCP to what fits, default 0 */
	IFLA_NVO3_VERIFY,	/* u8, enum nvo3_verify, default off */
	IFLA_NVO3_REDIRECT,	/* u32, ms that the NVE a tenant system left sends on for it */
	IFLA_NVO3_RELAY,	/* u8, send on what comes for other NVEs, default 0 */
	__IFLA_NVO3_MAX
};

#define IFLA_NVO3_MAX (__IFLA_NVO3_MAX - 1)

#define NVO3_DSTPORT_DEFAULT		4789
#define NVO3_GENEVE_PORT_DEFAULT	6081
#define NVO3_REDIRECT_DEFAULT		10000

/* Values that no header has. */
#define NVO3_TTL_INHERIT		0
#define NVO3_TOS_INHERIT		1
#define NVO3_LABEL_FLOW			0x100000	/* each flow its own */

/* The outer DF bit. Over IPv6: whether this NVE may fragment. */
enum nvo3_df {
	NVO3_DF_UNSET,		/* the default: what is too large is fragmented */
	NVO3_DF_SET,
	NVO3_DF_INHERIT,	/* the inner one; of inner IPv6 set, of what is not IP unset */
	__NVO3_DF_MAX
};

#define NVO3_DF_MAX (__NVO3_DF_MAX - 1)

#endif /* _UAPI_LINUX_NVO3_LINK_H */
