# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# An NVE between taps, for tests that write frames byte by byte (taps.py). Sources overlay.sh.
#
#	c -- [h1: nve0, VN 100] -- d		c: MAC 1; d: MAC 2
#	        u: the underlay, 192.0.2.1 and 2001:db8::1; the NVE at the other end is .2
#
# c and u take frames in pages that are cut where the test wants. MAC 3 to 8 are behind u:
# VXLAN, Geneve and NVGRE over IPv4, then over IPv6.
. "$(dirname "$0")/overlay.sh"

taps_add() {
	modprobe tun
	ns_add h1
	# Frames are received at once, not eight at a time or merged.
	sysctl -qw net.core.gro_normal_batch=1
	ip -n h1 -b - <<-END
		tuntap add dev c mode tap multi_queue
		tuntap add dev d mode tap
		tuntap add dev u mode tap multi_queue
		link set dev c txqueuelen 5000
		link set dev d txqueuelen 5000
		link set dev u txqueuelen 5000 mtu 1600 address 02:00:00:00:00:aa
	END
	in_ns h1 sysctl -qw net.ipv6.conf.c.disable_ipv6=1 net.ipv6.conf.d.disable_ipv6=1 \
		net.ipv6.conf.u.router_solicitations=0 net.ipv4.conf.all.rp_filter=0
	# Merging would begin by moving the headers out of the pages.
	in_ns h1 ethtool -K c gro off
	in_ns h1 ethtool -K u gro off
	ip -n h1 -b - <<-END
		link set dev u up
		address add 192.0.2.1/24 dev u
		address add 2001:db8::1/64 dev u nodad
		neigh add 192.0.2.2 lladdr 02:00:00:00:00:bb dev u
		neigh add 2001:db8::2 lladdr 02:00:00:00:00:bb dev u
	END
	nve_add 1 accept vxlan,geneve,nvgre
	ip -n h1 -b - <<-END
		link set dev c master nve0 up
		link set dev d master nve0 up
	END
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100
		profile add dev nve0 id 1 default permit rule deny from-vm proto tcp dport 9999
		port add dev c vni 100 mac $(mac 1) ip 10.0.0.1 ip fd00::1 profile 1
		port add dev d vni 100 mac $(mac 2) profile 1
		map add dev nve0 vni 100 mac $(mac 3) nve 192.0.2.2
		map add dev nve0 vni 100 mac $(mac 4) nve 192.0.2.2 encap geneve
		map add dev nve0 vni 100 mac $(mac 5) nve 192.0.2.2 encap nvgre
		map add dev nve0 vni 100 mac $(mac 6) nve 2001:db8::2
		map add dev nve0 vni 100 mac $(mac 7) nve 2001:db8::2 encap geneve
		map add dev nve0 vni 100 mac $(mac 8) nve 2001:db8::2 encap nvgre
	END
}
