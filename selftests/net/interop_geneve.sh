#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 300
# nvo3 and the kernel's own geneve device understand each other; the picture is in
# interop.sh. What geneve devices do not send, options and control messages, h2 sends
# by hand.
. "$(dirname "$0")/interop.sh"

# geneve_add VNI REMOTE VM
geneve_add() {
	ip -n h2 link add "gnv$1" type geneve id "$1" remote "$2" udp6zerocsumrx
	peer_bridge "$1" "gnv$1" "$3"
}

outer_is_geneve() {
	local fields

	capture_start outer h1 ul0 udp port 6081
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
	capture_until outer 4
	capture_stop outer
	fields=$(capture_show outer 'icmp.type == 8' -T fields -e ip.src -e ipv6.src \
		-e geneve.vni -e geneve.version -e geneve.flags -e geneve.proto_type \
		-e udp.checksum.status)
	echo "$fields"
	grep -q "^192.0.2.1,10.0.0.1[[:space:]]*0x000064[[:space:]]0[[:space:]]0x00[[:space:]]0x6558" \
		<<<"$fields"
	grep -q "^10.0.0.3[[:space:]]*2001:db8::1[[:space:]]*0x0000c8[[:space:]]0[[:space:]]0x00" \
		<<<"$fields"
	fails capture_has outer 1 'src 192.0.2.1 and udp[6:2] = 0'
}

# geneve_send HEX [UDP_SEND-OPTION]...: from h2, both families.
geneve_send() {
	local hex=${1//[ :]/}

	shift
	in_ns h2 udp_send "$@" 192.0.2.1 6081 "$hex"
	in_ns h2 udp_send "$@" 2001:db8::1 6081 "$hex"
}

INNER="$(mac 1) $(mac 2) 0800 4500 0014 0000 0000 4000 26e7 0a000002 0a000001"

headers_refused() {
	# Version 1, another payload, options of the wrong sum, C set without cause.
	dropped_for h1 tunnel-header 2 geneve_send "40006558 00006400 $INNER"
	dropped_for h1 tunnel-header 2 geneve_send "00000800 00006400 $INNER"
	dropped_for h1 tunnel-header 2 geneve_send "01006558 00006400 01020301 $INNER"
	dropped_for h1 tunnel-header 2 geneve_send "00406558 00006400 $INNER"
	dropped_for h1 tunnel-header 2 geneve_send "3f006558 00006400 01020300"
	dropped_for h1 tunnel-oam 2 geneve_send "00806558 00006400 $INNER"
	dropped_for h1 tunnel-option 2 geneve_send "01406558 00006400 01028300 $INNER"
	dropped_for h1 tunnel-vni 2 geneve_send "00006558 00000000 $INNER"
}

# They are passed over, and reserved bits ignored; both frames of each reach vm1.
options_passed_over() {
	capture_start options vm1 eth0 src 10.0.0.2 and ip[8] = 64
	geneve_send "01006558 00006400 01020300 $INNER"
	geneve_send "033f6558 000064ff 01020301 00000000 010203e0 $INNER"
	capture_until options 4
	capture_stop options
}

# Each option length in each space, and each beginning of a packet: no harm is done.
hostile_options() {
	in_ns h2 /usr/bin/python3 - <<-END
		import socket
		inner = bytes.fromhex("${INNER//[ :]/}")
		for family, addr in (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"):
		    s = socket.socket(family, socket.SOCK_DGRAM)
		    for space in range(64):
		        for length in range(32):
		            base = bytes([space, 0, 0x65, 0x58, 0, 0, 100, 0])
		            option = bytes([1, 2, 3, length]) + bytes(4 * 63)
		            s.sendto(base + option[:4 * space] + inner, (addr, 6081))
		    whole = bytes([5, 0, 0x65, 0x58, 0, 0, 100, 0, 1, 2, 3, 4]) + bytes(16) + inner
		    for end in range(len(whole)):
		        s.sendto(whole[:end], (addr, 6081))
	END
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
}

# A VN that is called otherwise there, on another port.
another_name() {
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 2)" nve 192.0.2.2 remote-vni 777
	capture_start name h1 ul0 src 192.0.2.1
	frame vm1 eth0 "$(mac 2) $(mac 1) 0800 4500 0014 0000 0000 4000 26e7 0a000001 0a000002"
	capture_until name 1 'udp[12:4] = 0x00030900'
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 2)" nve 192.0.2.2 dstport 7000
	frame vm1 eth0 "$(mac 2) $(mac 1) 0800 4500 0014 0000 0000 4000 26e7 0a000001 0a000002"
	capture_until name 1 'udp dst port 7000 and udp[12:4] = 0x6400'
	capture_stop name
	assert_eq "$(nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 2)")" \
		"dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2 dstport 7000 prov static"
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 2)" nve 192.0.2.2
	ping_ok vm1 10.0.0.2
}

# Both encapsulations in one VN: the mapping says geneve, the NVE's own is VXLAN.
one_of_many() {
	run_cmd nvo3 -n h1 nve add dev nve1 dstport 4790 accept vxlan
	ip -n h1 link set nve1 up
	fails_with "UDP port 6081 of this namespace belongs to nve0" \
		nvo3 -n h1 nve add dev nve2 accept vxlan,geneve dstport 4791
	fails_with "VXLAN and Geneve cannot share UDP port 6081" \
		nvo3 -n h1 nve add dev nve2 accept vxlan,geneve dstport 6081
	fails_with "the encapsulation of nve1 cannot be changed" \
		nvo3 -n h1 nve set dev nve1 encap geneve
	fails_with "the accepted encapsulations of nve1 cannot be changed" \
		nvo3 -n h1 nve set dev nve1 accept geneve
	vm_add 5 h1
	ip -n h1 link set p5 master nve1
	nvo3 -n h1 -b - <<-END
		vn add dev nve1 vni 500
		port add dev p5 vni 500 mac $(mac 5)
		map add dev nve1 vni 500 mac $(mac 6) nve 192.0.2.2 encap geneve
		map add dev nve1 vni 500 mac $(mac 7) nve 192.0.2.2
	END
	assert_eq "$(nvo3 -n h1 remote show dev nve1 | sort)" "$(
		echo "dev nve1 nve 192.0.2.2 encap geneve dstport 6081 state up refs 1"
		echo "dev nve1 nve 192.0.2.2 encap vxlan dstport 4790 state up refs 1"
	)"
	capture_start many h1 ul0 src 192.0.2.1
	frame vm5 eth0 "$(mac 6) $(mac 5) 0800 4500 0014 0000 0000 4000 26e7 0a000005 0a000006"
	frame vm5 eth0 "$(mac 7) $(mac 5) 0800 4500 0014 0000 0000 4000 26e7 0a000005 0a000007"
	capture_until many 1 'udp dst port 6081 and udp[12:4] = 0x0001f400'
	capture_until many 1 'udp dst port 4790 and udp[12:4] = 0x0001f400'
	capture_stop many
	run_cmd nvo3 -n h1 nve del dev nve1
}

module_load
modprobe geneve
underlay_add
host_add 1 2
nve_add 1 encap geneve
for vm in 1 3; do
	vm_add "$vm" h1
done
geneve_add 100 192.0.2.1 2
geneve_add 200 2001:db8::1 4
vn_add 100 1 2 192.0.2.2
vn_add 200 3 4 2001:db8::2

plan 13
test_run "ping over IPv4" both_ways 1 2
test_run "ping over IPv6" both_ways 3 4
test_run "tshark decodes the outer packets" outer_is_geneve
test_run "TCP to geneve over IPv4, GSO kept" bulk 1 2 10.0.0.2 'src 192.0.2.1'
test_run "TCP from geneve over IPv4, GSO kept" bulk 2 1 10.0.0.1 'src 192.0.2.2'
test_run "TCP to geneve over IPv6, GSO kept" bulk 3 4 fd00::4 'src 2001:db8::1'
test_run "TCP from geneve over IPv6, GSO kept" bulk 4 3 10.0.0.3 'src 2001:db8::2'
test_run "broadcast and multicast" bum 1 2
test_run "malformed headers, control messages, critical options" headers_refused
test_run "other options are passed over" options_passed_over
test_run "options of every length, packets of every length" hostile_options
test_run "another VNI and port at the other end" another_name
test_run "the encapsulation is the mapping's" one_of_many
