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
	IFLA_NVO3_DSTPORT,	/* __be16, UDP port, default 4789; fixed at creation */
	IFLA_NVO3_CSUM,		/* u8, send outer UDP checksums, default 1 */
	IFLA_NVO3_FASTPATH,	/* u8, enum nvo3_fastpath, default auto */
	__IFLA_NVO3_MAX
};

#define IFLA_NVO3_MAX (__IFLA_NVO3_MAX - 1)

#define NVO3_DSTPORT_DEFAULT	4789

#endif /* _UAPI_LINUX_NVO3_LINK_H */
