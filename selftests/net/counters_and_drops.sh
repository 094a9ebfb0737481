#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bits: 32
# kernels: 6.12, long 6.1
# limit: 240
# Frames and bytes are counted where they pass, and each drop under its reason.
#
#	[vm1] -- p1 \
#	[vm2] -- p2 - [h1: nve0, VN 100] ==== [h2: no NVE, sends what it likes]
#	[vm4] -- p4 /
#
# p4 is enslaved and has no port; vm 9 is behind h2, as the mapping says.
. "$(dirname "$0")/overlay.sh"

IP4="0800 4500 0014 0000 0000 4000 0000 0a000001 0a000002"

# from TO [FROM]: addresses of a frame.
from() {
	echo "$(mac "$1") $(mac "${2-1}")"
}

send() {
	frame "vm$1" eth0 "$2"
}

# --- tenant side

port_stats() {
	local before after

	before=$(stat_of rx_packets h1 port show dev p1)
	frame vm1 eth0 "$(from 2) $IP4"
	busywait 30 counted "$((before + 1))" rx_packets port show dev p1
	after=$(stat_of rx_bytes h1 port show dev p1)
	before=$(stat_of tx_bytes h1 port show dev p2)
	frame vm1 eth0 "$(from 2) $IP4"
	# 14 + 20 bytes each.
	busywait 30 counted $((after + 34)) rx_bytes port show dev p1
	busywait 30 counted $((before + 34)) tx_bytes port show dev p2
}

counted() {	# AT-LEAST NAME WORD...
	local want=$1 name=$2

	shift 2
	(($(stat_of "$name" h1 "$@") >= want))
}

vn_stats() {
	local encap

	encap=$(stat_of encap_packets h1 vn show dev nve0 vni 100)
	frame vm1 eth0 "$(from 9) $IP4"
	busywait 30 counted $((encap + 1)) encap_packets vn show dev nve0 vni 100
	assert_ge "$(stat_of packets h1 remote show dev nve0)" 1 "packets to the remote"
}

# The drop is the port's and the VN's too.
dropped_is_summed() {
	local port vn

	port=$(stat_of dropped h1 port show dev p1)
	vn=$(stat_of dropped h1 vn show dev nve0 vni 100)
	dropped_for h1 unknown-dst 1 send 1 "$(from 77) $IP4"
	assert_eq "$(stat_of dropped h1 port show dev p1)" $((port + 1)) "dropped of p1"
	assert_eq "$(stat_of dropped h1 vn show dev nve0 vni 100)" $((vn + 1)) "dropped of VN 100"
}

nve_xmit() {
	dropped_for h1 nve-xmit 1 frame h1 nve0 "$(from 2) $IP4"
}

port_unbound() {
	dropped_for h1 port-unbound 1 send 4 "$(from 2) $IP4"
}

port_inactive() {
	run_cmd nvo3 -n h1 port set dev p2 state associated
	dropped_for h1 port-inactive 1 send 2 "$(from 1 2) $IP4"
	# It owns no mapping meanwhile; one that an operator made leads to silence.
	dropped_for h1 unknown-dst 1 send 1 "$(from 2) $IP4"
	run_cmd nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 22)" port p2
	dropped_for h1 port-inactive 1 send 1 "$(from 22) $IP4"
	run_cmd nvo3 -n h1 map del dev nve0 vni 100 mac "$(mac 22)"
	run_cmd nvo3 -n h1 port set dev p2 state active
}

port_down() {
	ip -n h1 link set p2 down
	dropped_for h1 port-down 1 send 1 "$(from 2) $IP4"
	ip -n h1 link set p2 up
}

bad_source() {
	dropped_for h1 bad-src 1 send 1 "$(mac 2) 00:00:00:00:00:00 $IP4"
	dropped_for h1 bad-src 1 send 1 "$(mac 2) 01:00:5e:00:00:01 $IP4"
	dropped_for h1 bad-src 1 send 1 "$(mac 2) ff:ff:ff:ff:ff:ff $IP4"
}

reserved_destination() {
	dropped_for h1 reserved-dst 1 send 1 "01:80:c2:00:00:00 $(mac 1) $IP4"
	dropped_for h1 reserved-dst 1 send 1 "01:80:c2:00:00:0e $(mac 1) $IP4"
}

hairpin() {
	dropped_for h1 hairpin 1 send 1 "$(from 1) $IP4"
}

bum_none() {
	# Port 2 keeps silent, so that there is no one else.
	nvo3 -n h1 port set dev p2 state associated
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 bum none
	dropped_for h1 bum-none 1 send 1 "ff:ff:ff:ff:ff:ff $(mac 1) $IP4"
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 bum replicate
	nvo3 -n h1 port set dev p2 state active
}

no_route() {
	nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 30)" nve 198.51.100.1
	nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 31)" nve 2001:db8:bad::1
	dropped_for h1 no-route 1 send 1 "$(from 30) $IP4"
	dropped_for h1 no-route 1 send 1 "$(from 31) $IP4"
}

loop() {
	ip -n h1 route add 203.0.113.0/24 dev nve0
	nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 32)" nve 203.0.113.1
	dropped_for h1 loop 1 send 1 "$(from 32) $IP4"
	ip -n h1 route del 203.0.113.0/24 dev nve0
}

too_big() {
	ip -n h1 link set p2 mtu 1000
	dropped_for h1 too-big 1 in_ns vm1 ping -c 1 -W 1 -s 1200 10.0.0.2 || true
	ip -n h1 link set p2 mtu 1500
}

# --- tunnel side: what h2 sends to h1's UDP port

VXLAN="08000000 00006400"	# VN 100
INNER="$(mac 1) $(mac 9) $IP4"

tunnel_header() {
	dropped_for h1 tunnel-header 1 tunnel_send h2 192.0.2.1 "080000"
	dropped_for h1 tunnel-header 1 tunnel_send h2 192.0.2.1 "00000000 00006400 $INNER"
	dropped_for h1 tunnel-header 1 tunnel_send h2 192.0.2.1 "0c000000 00006400 $INNER"
	dropped_for h1 tunnel-header 1 tunnel_send h2 2001:db8::1 "08000000 00006401 $INNER"
}

tunnel_addr() {
	addr_add h1 ul0 192.0.2.101/24 2001:db8::101/64
	dropped_for h1 tunnel-addr 1 tunnel_send h2 192.0.2.101 "$VXLAN $INNER"
	dropped_for h1 tunnel-addr 1 tunnel_send h2 2001:db8::101 "$VXLAN $INNER"
}

tunnel_vni() {
	dropped_for h1 tunnel-vni 1 tunnel_send h2 192.0.2.1 "08000000 0000c800 $INNER"
}

# Truncated in the Ethernet header, and with sources that cannot be.
tunnel_inner() {
	dropped_for h1 tunnel-inner 1 tunnel_send h2 192.0.2.1 "$VXLAN"
	dropped_for h1 tunnel-inner 1 tunnel_send h2 192.0.2.1 "$VXLAN $(mac 1) $(mac 9) 08"
	dropped_for h1 tunnel-inner 1 tunnel_send h2 192.0.2.1 "$VXLAN $(mac 1) 000000000000 $IP4"
	dropped_for h1 tunnel-inner 1 tunnel_send h2 192.0.2.1 "$VXLAN $(mac 1) 01005e000001 $IP4"
}

tunnel_vlan() {
	dropped_for h1 tunnel-vlan 1 tunnel_send h2 192.0.2.1 \
		"$VXLAN $(mac 1) $(mac 9) 8100 000a $IP4"
}

# Congestion experienced outside, but inside no one said that he understands.
tunnel_ecn() {
	dropped_for h1 tunnel-ecn 1 tunnel_send h2 192.0.2.1 "$VXLAN $INNER" -t 3
}

tunnel_remote() {
	dropped_for h1 tunnel-remote 1 tunnel_send h2 192.0.2.1 "$VXLAN $(mac 9) $(mac 8) $IP4"
}

tunnel_unknown() {
	dropped_for h1 unknown-dst 1 tunnel_send h2 192.0.2.1 "$VXLAN $(mac 77) $(mac 9) $IP4"
}

# --- marks that do pass (RFC 6040)

ecn_is_copied_out() {
	capture_start out h2 ul0 udp port 4789
	frame vm1 eth0 "$(from 9) 0800 4502 0014 0000 0000 4000 0000 0a000001 0a000009"
	frame vm1 eth0 "$(from 9) 0800 4503 0014 0000 0000 4000 0000 0a000001 0a000009"
	frame vm1 eth0 "$(from 9) 0800 4500 0014 0000 0000 4000 0000 0a000001 0a000009"
	capture_until out 1 'ip[1] & 3 = 2'
	capture_until out 1 'ip[1] & 3 = 3'
	capture_until out 1 'ip[1] & 3 = 0'
	capture_stop out
}

ecn_mark_goes_in() {
	capture_start in vm1 eth0 ip
	tunnel_send h2 192.0.2.1 \
		"$VXLAN $(mac 1) $(mac 9) 0800 4502 0014 0000 0000 4000 26e5 0a000009 0a000001" -t 3
	capture_until in 1 'src 10.0.0.9 and ip[1] & 3 = 3'
	capture_stop in
}

# An inner frame cut short at each byte: nothing worse than a drop happens.
truncated() {
	tunnel_send h2 192.0.2.1 "$VXLAN $INNER" -t 1 -p 8
	tunnel_send h2 2001:db8::1 "$VXLAN $INNER" -t 1 -p 8
	ping_ok vm1 10.0.0.2
}

# As a process sends them with UDP_SEGMENT, and no device on the way cuts them.
several_at_once() {
	local packet way

	packet="$VXLAN $(mac 1) $(mac 9) 0800 4500 0014 0000 0000 4000 26e7 0a000009 0a000001"
	capture_start several vm1 eth0 ip
	for way in off auto; do
		nvo3 -n h1 nve set dev nve0 fastpath "$way"
		tunnel_send h2 192.0.2.1 "$packet $packet $packet" -s 42
	done
	capture_until several 6 'src 10.0.0.9 and len = 34'
	capture_stop several
}

module_load
underlay_add
host_add 1 2
nve_add 1
for vm in 1 2 4; do
	vm_add "$vm" h1
done
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	port add dev p2 vni 100 mac $(mac 2)
	member add dev nve0 vni 100 nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 9) nve 192.0.2.2
END

plan 27
test_run "frames and bytes of ports" port_stats
test_run "frames of a VN and a remote" vn_stats
test_run "a drop is the port's and the VN's too" dropped_is_summed
test_run "nve-xmit" nve_xmit
test_run "port-unbound" port_unbound
test_run "port-inactive" port_inactive
test_run "port-down" port_down
test_run "bad-src" bad_source
test_run "reserved-dst" reserved_destination
test_run "hairpin" hairpin
test_run "bum-none" bum_none
test_run "no-route" no_route
test_run "loop" loop
test_run "too-big" too_big
test_run "tunnel-header" tunnel_header
test_run "tunnel-addr" tunnel_addr
test_run "tunnel-vni" tunnel_vni
test_run "tunnel-inner" tunnel_inner
test_run "tunnel-vlan" tunnel_vlan
test_run "tunnel-ecn" tunnel_ecn
test_run "tunnel-remote" tunnel_remote
test_run "unknown-dst from a tunnel" tunnel_unknown
test_run "ECN is copied to the outer header" ecn_is_copied_out
test_run "a congestion mark goes to the inner header" ecn_mark_goes_in
test_run "several packets sent as one" several_at_once
test_run "inner frames truncated at each byte" truncated
test_run "traffic still passes" ping_ok vm1 10.0.0.2
