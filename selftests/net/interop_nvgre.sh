#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 300
# nvo3 and the kernel's gretap and ip6gretap devices understand each other; the picture
# is in interop.sh. Their key is the whole field, VSID and FlowID: so h1 sends no FlowID
# here. They are loaded in h1's kernel too, and keep their own tunnels.
. "$(dirname "$0")/interop.sh"

# gre_add TYPE VNI LOCAL REMOTE VM
gre_add() {
	ip -n h2 link add "gre$2" mtu 1500 type "$1" local "$3" remote "$4" key $(($2 << 8))
	peer_bridge "$2" "gre$2" "$5"
}

outer_is_nvgre() {
	local fields

	capture_start outer h1 ul0 proto gre or ip6 proto 47
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
	capture_until outer 4
	capture_stop outer
	fields=$(capture_show outer 'icmp.type == 8' -T fields -e ip.src -e ipv6.src \
		-e gre.flags_and_version -e gre.proto -e gre.key -e ip.ttl -e ipv6.hlim)
	echo "$fields"
	grep -q "^192.0.2.1,10.0.0.1[[:space:]]*0x2000[[:space:]]0x6558[[:space:]]0x00006400[[:space:]]64,64" \
		<<<"$fields"
	grep -q "^10.0.0.3[[:space:]]*2001:db8::1[[:space:]]*0x2000[[:space:]]0x6558[[:space:]]0x0000c800" \
		<<<"$fields"
}

# Each flow has its FlowID, and always the same. Raw frames: UDP, ports 1 to 50.
flow_id() {
	# Nobody over there understands it, so nobody is asked for the neighbour.
	ip -n vm1 neigh replace 10.0.0.2 lladdr "$(mac 2)" dev eth0 nud permanent
	run_cmd nvo3 -n h1 nve set dev nve0 flowid on
	# Short ones, so that the buffer holds all of them at once.
	capture_start flows h1 ul0 -s 200 src 192.0.2.1 and proto gre
	in_ns vm1 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for round in 1, 2:
		    for port in range(1, 51):
		        s.sendto(b"", ("10.0.0.2", port))
	END
	capture_until flows 100 'ip[24:2] = 0 and ip[26] = 0x64'
	capture_stop flows
	run_cmd nvo3 -n h1 nve set dev nve0 flowid off
	ip -n vm1 neigh del 10.0.0.2 dev eth0
	capture_show flows 'gre && udp' -T fields -e udp.dstport -e gre.key | sort -u >"$LIB_TMP/flows"
	assert_eq "$(wc -l <"$LIB_TMP/flows")" 50 "flows"
	assert_ge "$(cut -f 2 "$LIB_TMP/flows" | sort -u | wc -l)" 20 "different FlowIDs"
}

# What is received may have one.
flow_id_received() {
	capture_start id vm1 eth0 src 10.0.0.2 and ip[8] = 64
	gre_send "20006558 000064ab $INNER"
	capture_until id 2
	capture_stop id
}

INNER="$(mac 1) $(mac 2) 0800 4500 0014 0000 0000 4000 26e7 0a000002 0a000001"

# gre_send HEX [FROM]: raw GRE from h2, both families; with FROM all beginnings from there.
gre_send() {
	in_ns h2 /usr/bin/python3 - <<-END
		import socket
		data = bytes.fromhex("${1//[ :]/}")
		for family, addr in (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"):
		    s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_GRE)
		    for end in range(${2-len(data)}, len(data) + 1):
		        s.sendto(data[:end], (addr, 0))
	END
}

truncated() {
	local before

	before=$(drops h1 tunnel-inner)
	gre_send "20006558 00006400 $INNER" 0
	# Of the inner frame's 34 bytes, whole Ethernet headers begin at 14.
	assert_ge $(($(drops h1 tunnel-inner) - before)) 28 "cut in the Ethernet header"
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
}

# tunnel_drops: what was received and refused.
tunnel_drops() {
	nvo3 -n h1 -j -s nve show dev nve0 |
		jq -c '.[0].drops | with_entries(select(.key | startswith("tunnel")))'
}

# Not ours, and so neither delivered nor in our counters: no key, a checksum, a sequence
# number, another payload, no VN of that number, version 1. Behind them comes one of ours.
others_gre() {
	local header before

	before=$(tunnel_drops)
	capture_start others vm1 eth0 src 10.0.0.2 and ip[9] = 0
	for header in "00006558" "a0006558 00000000 00006400" "30006558 00006400 00000000" \
		"20000800 00006400" "20006558 00006500" "20016558 00006400" "20006558 00006400"; do
		gre_send "$header $INNER"
	done
	capture_until others 2
	fails capture_has others 3
	capture_stop others
	assert_eq "$(tunnel_drops)" "$before" "counters"
}

# gretap and ip6gretap on h1 itself, between the same addresses, have their own keys.
beside_gretap() {
	local n

	for n in 1 2; do
		ip -n "h$n" -b - <<-END
			link add t4 type gretap local 192.0.2.$n remote 192.0.2.$((3 - n)) key 77
			link add t6 type ip6gretap local 2001:db8::$n remote 2001:db8::$((3 - n)) key 77
			link add plain type gretap local 192.0.2.$n remote 192.0.2.$((3 - n))
			link set t4 up
			link set t6 up
			link set plain up
			address add 198.51.100.$n/26 dev t4
			address add 198.51.100.$((64 + n))/26 dev t6
			address add 198.51.100.$((128 + n))/26 dev plain
		END
	done
	ping_ok h1 198.51.100.2
	ping_ok h2 198.51.100.65
	ping_ok h1 198.51.100.130
	ping_ok vm1 10.0.0.2
	ping_ok vm4 10.0.0.3
}

# The hook is before IP asks IPsec, and so asks it itself.
ipsec() {
	ip -n h1 -b - <<-END
		xfrm policy add src 192.0.2.2 dst 192.0.2.1 proto gre dir in action block
		xfrm policy add src 2001:db8::2 dst 2001:db8::1 proto gre dir in action block
	END
	ping_lost vm2 10.0.0.1
	ping_lost vm4 10.0.0.3
	run_cmd ip -n h1 xfrm policy deleteall
	ping_ok vm2 10.0.0.1
	ping_ok vm4 10.0.0.3
}

# The hook is there only while an NVE that wants it is up.
only_while_up() {
	run_cmd ip -n h1 link set nve0 down
	ping_lost vm2 10.0.0.1
	run_cmd ip -n h1 link set nve0 up
	ping_ok vm2 10.0.0.1
	fails_with "NVGRE of this namespace belongs to nve0" nvo3 -n h1 nve add dev nve1 encap nvgre
	fails_with "NVGRE has no UDP port" nvo3 -n h1 map replace dev nve0 vni 100 \
		mac "$(mac 2)" nve 192.0.2.2 dstport 4789
}

# Two NVEs, FlowID on, over both families: what one sends the other receives.
between_nves() {
	nve_add 2 encap nvgre
	vm_add 6 h2
	vm_add 5 h1
	nvo3 -n h1 nve set dev nve0 flowid on
	vn_both 4096 5 6 192.0.2
	ping_ok vm5 10.0.0.6 -s 1400
	nvo3 -n h1 map replace dev nve0 vni 4096 mac "$(mac 6)" nve 2001:db8::2
	nvo3 -n h2 map replace dev nve0 vni 4096 mac "$(mac 5)" nve 2001:db8::1
	ping_ok vm6 10.0.0.5 -s 1400
	bulk 5 6 10.0.0.6 'src 2001:db8::1'
}

# vn_both VNI VM1 VM2 NET
vn_both() {
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni $1
		port add dev p$2 vni $1 mac $(mac "$2")
		member add dev nve0 vni $1 nve $4.2
		map add dev nve0 vni $1 mac $(mac "$3") nve $4.2
	END
	nvo3 -n h2 -b - <<-END
		vn add dev nve0 vni $1
		port add dev p$3 vni $1 mac $(mac "$3")
		member add dev nve0 vni $1 nve $4.1
		map add dev nve0 vni $1 mac $(mac "$2") nve $4.1
	END
}

module_load
modprobe -a ip_gre ip6_gre
underlay_add
host_add 1 2
nve_add 1 encap nvgre flowid off
for vm in 1 3; do
	vm_add "$vm" h1
done
gre_add gretap 100 192.0.2.2 192.0.2.1 2
gre_add ip6gretap 200 2001:db8::2 2001:db8::1 4
vn_add 100 1 2 192.0.2.2
vn_add 200 3 4 2001:db8::2

plan 16
test_run "ping over IPv4" both_ways 1 2
test_run "ping over IPv6" both_ways 3 4
test_run "tshark decodes the outer packets" outer_is_nvgre
test_run "TCP to gretap over IPv4, GSO kept" bulk 1 2 10.0.0.2 'src 192.0.2.1'
test_run "TCP from gretap over IPv4, GSO kept" bulk 2 1 10.0.0.1 'src 192.0.2.2'
test_run "TCP to ip6gretap over IPv6, GSO kept" bulk 3 4 fd00::4 'src 2001:db8::1'
test_run "TCP from ip6gretap over IPv6, GSO kept" bulk 4 3 10.0.0.3 'src 2001:db8::2'
test_run "broadcast and multicast" bum 1 2
test_run "each flow has a FlowID" flow_id
test_run "a FlowID is received" flow_id_received
test_run "packets of every length" truncated
test_run "other GRE is left alone" others_gre
test_run "beside gretap and ip6gretap of the host" beside_gretap
test_run "not let in by IPsec" ipsec
test_run "received only while up" only_while_up
test_run "between two NVEs" between_nves
