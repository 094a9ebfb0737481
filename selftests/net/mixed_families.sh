#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# One VN over IPv4 and IPv6 at once: h1 reaches h2 by IPv4 and h3 by IPv6, h2 and h3
# reach each other by IPv6.
#
#	[vm1] -- [h1] ==IPv4== [h2] -- [vm2]
#	            \==IPv6== [h3] -- [vm3]
#
. "$(dirname "$0")/overlay.sh"

# leads HOST VM NVE: a mapping and a membership.
leads() {
	nvo3 -n "$1" member add dev nve0 vni 100 nve "$3"
	nvo3 -n "$1" map add dev nve0 vni 100 mac "$(mac "$2")" nve "$3"
}

all_pairs() {
	local from to

	for from in 1 2 3; do
		for to in 1 2 3; do
			((from == to)) || ping_ok "vm$from" "10.0.0.$to"
		done
	done
}

# One broadcast leaves once by each family.
broadcast_to_all() {
	capture_start v4 h1 ul0 src 192.0.2.1 and udp port 4789
	capture_start v6 h1 ul0 src 2001:db8::1 and udp port 4789
	in_ns vm1 ip neigh flush all
	run_cmd in_ns vm1 arping -c 1 -w 10 -b -I eth0 10.0.0.2
	run_cmd in_ns vm1 arping -c 1 -w 10 -b -I eth0 10.0.0.3
	capture_until v4 2
	capture_until v6 2
	capture_stop v4
	capture_stop v6
}

remotes_are_shared() {
	local refs

	refs=$(nvo3 -n h1 -j remote show dev nve0 | jq -r '[.[].refs] | join(" ")')
	assert_eq "$refs" "2 2" "references of the remotes"
}

module_load
underlay_add
host_add 1 2 3
for host in 1 2 3; do
	nve_add "$host"
	nvo3 -n "h$host" vn add dev nve0 vni 100
	vm_add "$host" "h$host"
	nvo3 -n "h$host" port add dev "p$host" vni 100 mac "$(mac "$host")"
done
leads h1 2 192.0.2.2
leads h1 3 2001:db8::3
leads h2 1 192.0.2.1
leads h2 3 2001:db8::3
leads h3 1 2001:db8::1
leads h3 2 2001:db8::2

plan 3
test_run "all reach all" all_pairs
test_run "a broadcast leaves by both families" broadcast_to_all
test_run "a mapping and a membership share the remote" remotes_are_shared
