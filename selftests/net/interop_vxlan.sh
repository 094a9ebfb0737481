#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 240
# nvo3 and the kernel's own vxlan device understand each other, over IPv4 (VN 100)
# and over IPv6 (VN 200) at once:
#
#	[vm1] -- p1 \                                    / br100 -- [vm2]
#	             [h1: nve0] ==== underlay ==== [h2: vx100, vx200]
#	[vm3] -- p3 /                                    \ br200 -- [vm4]
#
. "$(dirname "$0")/interop.sh"

# vxlan_add VNI LOCAL REMOTE VM: a vxlan device that knows one other end, bridged.
vxlan_add() {
	ip -n h2 link add "vx$1" type vxlan id "$1" local "$2" remote "$3" dstport 4789 \
		udp6zerocsumrx udp6zerocsumtx
	peer_bridge "$1" "vx$1" "$4"
}

outer_is_vxlan() {
	local fields

	capture_start outer h1 ul0 udp port 4789
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
	capture_until outer 4
	capture_stop outer
	fields=$(capture_show outer 'icmp.type == 8' -T fields -e ip.src -e ipv6.src -e vxlan.vni \
		-e vxlan.flags -e ip.ttl -e ipv6.hlim)
	echo "$fields"
	# The inner addresses are listed behind the outer ones.
	grep -q "^192.0.2.1,10.0.0.1[[:space:]]*100[[:space:]]*0x0800[[:space:]]*64,64" <<<"$fields"
	grep -q "^10.0.0.3[[:space:]]*2001:db8::1[[:space:]]*200[[:space:]]*0x0800" <<<"$fields"
	fails capture_has outer 1 'src 192.0.2.1 and udp[6:2] = 0'
}

without_checksums() {
	run_cmd nvo3 -n h1 nve set dev nve0 csum off
	capture_start zero h1 ul0 udp port 4789
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
	capture_until zero 1 'src 192.0.2.1 and udp[6:2] = 0'
	capture_until zero 2 'ip6 and ip6[46:2] = 0'
	capture_stop zero
	run_cmd nvo3 -n h1 nve set dev nve0 csum on
}

module_load
modprobe vxlan
underlay_add
host_add 1 2
nve_add 1
for vm in 1 3; do
	vm_add "$vm" h1
done
vxlan_add 100 192.0.2.2 192.0.2.1 2
vxlan_add 200 2001:db8::2 2001:db8::1 4
vn_add 100 1 2 192.0.2.2
vn_add 200 3 4 2001:db8::2

plan 9
test_run "ping over IPv4" both_ways 1 2
test_run "ping over IPv6" both_ways 3 4
test_run "tshark decodes the outer packets" outer_is_vxlan
test_run "TCP to vxlan over IPv4, GSO kept" bulk 1 2 10.0.0.2 'src 192.0.2.1'
test_run "TCP from vxlan over IPv4, GSO kept" bulk 2 1 10.0.0.1 'src 192.0.2.2'
test_run "TCP to vxlan over IPv6, GSO kept" bulk 3 4 fd00::4 'src 2001:db8::1'
test_run "TCP from vxlan over IPv6, GSO kept" bulk 4 3 10.0.0.3 'src 2001:db8::2'
test_run "broadcast and multicast" bum 1 2
test_run "no outer checksums if so configured" without_checksums
