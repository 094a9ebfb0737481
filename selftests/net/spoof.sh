#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# No tenant system speaks for another one (SEC3).
#
#	[vm1] -- p1 - [h1: nve0, VN 100] - p2 -- [vm2]
#
# vm1 has two addresses and a prefix for a second MAC; vm2 serves DHCP and routes.
. "$(dirname "$0")/overlay.sh"

mac_alone() {
	run_cmd nvo3 -n h1 port set dev p1 ip none
	packets mac_alone
}

switched_off() {
	run_cmd nvo3 -n h1 port set dev p1 spoof off
	packets unchecked
	run_cmd nvo3 -n h1 port set dev p1 spoof auto
	packets mac_alone
}

# What the tool sets is what it shows.
shown() {
	local port

	port="dev p1 nve nve0 vni 100 mac $(mac 1) state active"

	assert_eq "$(nvo3 -n h1 port show dev p1)" \
		"$port ip 10.0.0.1/32 ip fd00::1/128 ip 10.0.5.0/24@$(mac 5)"
	assert_eq "$(json_of '.[0].ip | join(" ")' nvo3 -n h1 -j port show dev p1)" \
		"10.0.0.1/32 fd00::1/128 10.0.5.0/24@$(mac 5)" "JSON"
	[[ $(nvo3 -n h1 port show dev p2) == *" dhcp-server on router on" ]]
}

refused() {
	ip -n h1 link add p9 up type veth peer name p9-peer
	ip -n h1 link set p9 master nve0
	fails_with "the check of sources needs a MAC address" \
		nvo3 -n h1 port add dev p9 vni 100 spoof on
	fails_with "allowed addresses need a MAC address" \
		nvo3 -n h1 port add dev p9 vni 100 ip 10.0.0.9
	fails_with "bits set behind its /24" nvo3 -n h1 port set dev p1 ip 10.0.0.1/24
	fails_with "is a multicast MAC address" \
		nvo3 -n h1 port set dev p1 ip 10.0.0.1@01:00:5e:00:00:01
	fails_with '"ip" needs an address or prefix' nvo3 -n h1 port set dev p1 ip 10.0.0.256
	shown
}

module_load
underlay_add
host_add 1
nve_add 1
vm_add 1 h1
vm_add 2 h1
vm_quiet 1 2
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1) ip 10.0.0.1 ip fd00::1 ip 10.0.5.0/24@$(mac 5)
	port add dev p2 vni 100 mac $(mac 2) ip 10.0.0.2 dhcp-server on router on
END

plan 8
test_run "an honest system" packets honest
test_run "a thousand forged frames" packets forged
test_run "options of neighbour discovery, of every length" packets options
test_run "servers and routers" packets servers
test_run "shown as set" shown
test_run "refused" refused
test_run "the MAC alone" mac_alone
test_run "switched off and on" switched_off
