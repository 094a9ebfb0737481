#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 240
# Each word about the outer header, on the wire: VXLAN over IPv4 to MAC 2, over IPv6 to
# MAC 3, Geneve over IPv6 to MAC 4, NVGRE over IPv6 to MAC 5. h2 only listens.
#
#	[vm1] -- p1 [h1: nve0] ==== [h2]
#
. "$(dirname "$0")/overlay.sh"

# Inner headers: TTL 9, AF41 and ECT(0); the second with DF.
IP4="0800 458a 0014 0000 0000 0940 0000 0a000001 0a000002"
IP4_DF="0800 458a 0014 0000 4000 0940 0000 0a000001 0a000002"
IP6="86dd 68a00000 0000 3b09 fd000000000000000000000000000001 fd000000000000000000000000000002"
ARP="0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002"

# sent TO INNER FILTER: a frame to that MAC leaves in a packet like this.
sent() {
	frame vm1 eth0 "$(mac "$1") $(mac 1) $2"
	capture_until out 1 "$3"
}

# with WORD... -- : set, and listen anew.
with() {
	run_cmd nvo3 -n h1 nve set dev nve0 "$@"
	[[ ! -e $LIB_TMP/out.pid ]] || capture_stop out
	capture_start out h2 ul0 src 192.0.2.1 or src 2001:db8::1
}

V4='udp dst port 4789 and'
GNV6='ip6 and udp dst port 6081 and'
GRE6='ip6 proto 47 and'

defaults() {
	with ttl 64
	sent 2 "$IP4" "$V4 ip[8] = 64 and ip[1] = 0x02 and ip[6] & 0x40 = 0 and udp[6:2] != 0"
	sent 3 "$IP4" "$V4 ip6 and ip6[7] = 64 and ip6[0:2] & 0x0ff0 = 0x0020"
	sent 4 "$IP4" "$GNV6 ip6[7] = 64 and ip6[0:2] & 0x0ff0 = 0x0020"
	sent 5 "$IP4" "$GRE6 ip6[7] = 64 and ip6[0:2] & 0x0ff0 = 0x0020"
}

ttl() {
	with ttl 7
	sent 2 "$IP4" "$V4 ip[8] = 7"
	sent 3 "$IP4" "$V4 ip6[7] = 7"
	sent 5 "$IP4" "$GRE6 ip6[7] = 7"
	with ttl inherit
	sent 2 "$IP4" "$V4 ip[8] = 9"
	sent 3 "$IP6" "$V4 ip6[7] = 9"
	sent 5 "$IP4" "$GRE6 ip6[7] = 9"
	sent 2 "$ARP" "$V4 ip[8] = 64"
	with ttl 64
}

tos() {
	with tos 184
	sent 2 "$IP4" "$V4 ip[1] = 0xba"
	sent 3 "$IP6" "$V4 ip6[0:2] & 0x0ff0 = 0x0ba0"
	sent 5 "$IP6" "$GRE6 ip6[0:2] & 0x0ff0 = 0x0ba0"
	sent 2 "$ARP" "$V4 ip[1] = 0xb8"
	with tos inherit
	sent 2 "$IP4" "$V4 ip[1] = 0x8a"
	sent 3 "$IP6" "$V4 ip6[0:2] & 0x0ff0 = 0x08a0"
	fails_with "the ECN bits of the outer header follow RFC 6040" \
		nvo3 -n h1 nve set dev nve0 tos 2
	with tos 0
}

# A profile's comes first, for its ports; ECN stays the inner one.
dscp() {
	with tos 184
	nvo3 -n h1 -b - <<-END
		profile add dev nve0 id 1 dscp 10
		port set dev p1 profile 1
	END
	sent 2 "$IP4" "$V4 ip[1] = 0x2a"
	sent 3 "$IP6" "$V4 ip6[0:2] & 0x0ff0 = 0x02a0"
	sent 5 "$IP6" "$GRE6 ip6[0:2] & 0x0ff0 = 0x02a0"
	sent 2 "$ARP" "$V4 ip[1] = 0x28"
	run_cmd nvo3 -n h1 profile replace dev nve0 id 1 dscp 0
	sent 2 "$ARP" "$V4 ip[1] = 0"
	run_cmd nvo3 -n h1 profile replace dev nve0 id 1
	sent 4 "$IP4" "$GNV6 ip6[0:2] & 0x0ff0 = 0x0ba0"
	run_cmd nvo3 -n h1 port set dev p1 profile 0
	run_cmd nvo3 -n h1 profile del dev nve0 id 1
	with tos 0
}

df() {
	with df set
	sent 2 "$IP4" "$V4 ip[6] & 0x40 = 0x40"
	sent 2 "$ARP" "$V4 ip[6] & 0x40 = 0x40"
	with df inherit
	sent 2 "$IP4" "$V4 ip[6] & 0x40 = 0"
	sent 2 "$IP4_DF" "$V4 ip[6] & 0x40 = 0x40"
	with df inherit
	sent 2 "$IP6" "$V4 ip[6] & 0x40 = 0x40"
	sent 2 "$ARP" "$V4 ip[6] & 0x40 = 0"
	with df unset
}

# By default each flow has a label, always the same; otherwise the one that is set.
label() {
	with label 74565
	sent 3 "$IP4" "$V4 ip6[0:4] & 0xfffff = 0x12345"
	sent 5 "$IP4" "$GRE6 ip6[0:4] & 0xfffff = 0x12345"
	with label 0
	sent 3 "$IP4" "$V4 ip6[0:4] & 0xfffff = 0"
	fails_with "\"label\" needs a number from 0 to 1048575 or flow" \
		nvo3 -n h1 nve set dev nve0 label 1048576
	with label flow
	flows fd00::3
	capture_until out 60 "$V4 ip6[0:4] & 0xfffff != 0"
	tcpdump -n -v -r "$LIB_TMP/out.pcap" 'ip6' 2>/dev/null |
		grep -o 'flowlabel 0x[0-9a-f]*' | sort | uniq -c >"$LIB_TMP/labels"
	cat "$LIB_TMP/labels"
	assert_ge "$(wc -l <"$LIB_TMP/labels")" 28 "flow labels of 30 flows"
}

# flows ADDR: two datagrams each of 30 flows.
flows() {
	in_ns vm1 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		for round in 1, 2:
		    for port in range(1, 31):
		        s.sendto(b"", ("$1", port))
	END
}

sport() {
	with sport 50000-50003
	flows fd00::3
	capture_until out 60 "$V4 udp src portrange 50000-50003"
	fails capture_has out 1 'udp and not udp src portrange 50000-50003'
	capture_has out 1 'udp src port 50000'
	capture_has out 1 'udp src port 50003'
	with sport 4000-4000
	sent 2 "$IP4" 'udp src port 4000'
	fails_with "\"sport\" needs a range like MIN-MAX from 1 to 65535 or any, not \"5-4\"" \
		nvo3 -n h1 nve set dev nve0 sport 5-4
	with sport any
}

# From h2, with and without a checksum.
csum_rx() {
	local before

	run_cmd nvo3 -n h1 nve set dev nve0 csum-rx require
	before=$(drops h1 unknown-dst)
	dropped_for h1 tunnel-csum 2 without_checksum
	assert_eq "$(drops h1 unknown-dst)" "$before" "received without a checksum"
	dropped_for h1 unknown-dst 2 with_checksum
	run_cmd nvo3 -n h1 nve set dev nve0 csum-rx any
	dropped_for h1 unknown-dst 2 without_checksum
}

VXLAN="0800000000006400$(mac 77)$(mac 9)${IP4}"

with_checksum() {
	tunnel_send h2 192.0.2.1 "$VXLAN"
	tunnel_send h2 2001:db8::1 "$VXLAN"
}

without_checksum() {
	local hex=${VXLAN//[ :]/}

	in_ns h2 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, 11, 1)		# SO_NO_CHECK
		s.sendto(bytes.fromhex("$hex"), ("192.0.2.1", 4789))
		s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_UDP, 101, 1)	# UDP_NO_CHECK6_TX
		s.sendto(bytes.fromhex("$hex"), ("2001:db8::1", 4789))
	END
}

# What is set is shown, and what is as ever is not.
shown() {
	assert_eq "$(nvo3 -n h1 nve show dev nve0)" "dev nve0 local 192.0.2.1 local6 2001:db8::1 \
encap vxlan dstport 4789 csum on fastpath auto up on mtu 1500 vns 1 ports 1 maps 5 remotes 4"
	run_cmd nvo3 -n h1 nve set dev nve0 ttl inherit tos 184 df inherit label 5 sport 7-9 \
		csum-rx require mss-clamp on flowid off
	assert_eq "$(nvo3 -n h1 nve show dev nve0)" "dev nve0 local 192.0.2.1 local6 2001:db8::1 \
encap vxlan dstport 4789 csum on flowid off ttl inherit tos 184 df inherit label 5 sport 7-9 \
csum-rx require mss-clamp on fastpath auto up on mtu 1500 vns 1 ports 1 maps 5 remotes 4"
}

module_load
underlay_add
host_add 1 2
nve_add 1
vm_add 1 h1
ip -n vm1 neigh add fd00::3 lladdr "$(mac 3)" dev eth0
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 3) nve 2001:db8::2
	map add dev nve0 vni 100 mac $(mac 4) nve 2001:db8::2 encap geneve
	map add dev nve0 vni 100 mac $(mac 5) nve 2001:db8::2 encap nvgre
END

plan 9
test_run "as it is without a word" defaults
test_run "ttl" ttl
test_run "tos" tos
test_run "dscp of a profile" dscp
test_run "df" df
test_run "label" label
test_run "sport" sport
test_run "csum-rx" csum_rx
test_run "all are shown" shown
