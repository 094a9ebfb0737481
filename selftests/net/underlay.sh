#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 240
# The underlay is a VRF of the host (h1), or another namespace than the device's (h2):
# with each encapsulation, over both families.
#
#	[vm1] -- p1 [h1: nve0, vrf blue: ul0] ==== [h2: ul0] [nve0: inside, p2] -- [vm2]
#
. "$(dirname "$0")/overlay.sh"

# way LOCATOR-PATTERN ENCAP
way() {
	local n other

	for n in 1 2; do
		other=$((3 - n))
		nvo3 -n "${AT[$n]}" map replace dev nve0 vni 100 mac "$(mac "$other")" \
			nve "${1//N/$other}" encap "$2"
	done
	ping_ok vm1 10.0.0.2
	ping_ok vm2 fd00::1
}
declare -A AT=([1]=h1 [2]=inside)

# What came by tunnels, taken or not. (What the host says on the device itself is something else.)
heard() {
	nvo3 -n h1 -s nve show dev nve0 | grep -oE 'tunnel-[a-z-]+ [0-9]+|rx_(fast|compat) [0-9]+'
}

# What comes in by another device than those of the VRF is not for the NVE.
only_the_vrf() {
	local before

	link_add h1 out h2 out
	addr_add h1 out 198.51.100.1/24
	addr_add h2 out 198.51.100.2/24
	before=$(heard)
	in_ns h2 udp_send 198.51.100.1 4789 0800000000006400ffff
	in_ns h2 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
		s.sendto(bytes.fromhex("2000655800006400ffff"), ("198.51.100.1", 0))
	END
	ping_ok h1 198.51.100.2
	assert_eq "$(heard)" "$before" "packets by another device than the VRF's"
	# Its twin without VRF would hear it; two of the same underlay cannot be.
	fails_with "UDP port 4789 of this namespace belongs to nve0" \
		nvo3 -n h1 nve add dev nve1
	fails_with "UDP port 4789 of this namespace belongs to nve0" \
		nvo3 -n h1 nve add dev nve1 underlay blue
	run_cmd nvo3 -n h1 nve add dev nve1 underlay out accept vxlan,geneve,nvgre
	run_cmd ip -n h1 link set nve1 up
	dropped_in nve1 tunnel-vni in_ns h2 udp_send 198.51.100.1 4789 0800000000006400ffff
	fails_with "the underlay of nve1 cannot be changed" \
		nvo3 -n h1 nve set dev nve1 underlay blue
	run_cmd nvo3 -n h1 nve del dev nve1
}

# dropped_in NVE REASON COMMAND...
dropped_in() {
	local nve=$1 reason=$2

	shift 2
	run_cmd "$@"
	busywait 10 has_drop "$nve" "$reason"
}

has_drop() {
	nvo3 -n h1 -s nve show dev "$1" | grep "$2 [1-9]"
}

# The device may go; then there is no way, and another life is none of ours.
vrf_goes() {
	run_cmd ip -n h1 link del blue
	dropped_for h1 no-route 1 frame vm1 eth0 "$(mac 2) $(mac 1) 88b5 4500"
	run_cmd nvo3 -n h1 nve del dev nve0
}

module_load
modprobe vrf
underlay_add
host_add 1 2
ip -n h1 -b - <<-END
	link add blue type vrf table 10
	link set blue up
	link set ul0 master blue
END
# Enslaving takes IPv6 addresses off.
addr_add h1 ul0 2001:db8::1/64
nve_add 1 accept vxlan,geneve,nvgre underlay blue
vm_add 1 h1
ns_add inside
nvo3 -n h2 nve add dev nve0 local 192.0.2.2 local6 2001:db8::2 accept vxlan,geneve,nvgre
ip -n h2 link set nve0 netns inside
ip -n inside link set nve0 up
HAS_NVE[inside]=1
vm_add 2 inside
for n in 1 2; do
	nvo3 -n "${AT[$n]}" vn add dev nve0 vni 100
	nvo3 -n "${AT[$n]}" port add dev "p$n" vni 100 mac "$(mac "$n")"
	ip -n "vm$n" neigh add 10.0.0.$((3 - n)) lladdr "$(mac $((3 - n)))" dev eth0
	ip -n "vm$n" neigh add fd00::$((3 - n)) lladdr "$(mac $((3 - n)))" dev eth0
done

plan 8
for encap in vxlan geneve nvgre; do
	test_run "$encap over IPv4" way 192.0.2.N "$encap"
	test_run "$encap over IPv6" way 2001:db8::N "$encap"
done
test_run "only what comes by the VRF" only_the_vrf
test_run "the VRF goes away" vrf_goes
