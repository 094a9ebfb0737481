#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# What a VN does with a destination that no mapping covers, in both directions:
#
#	[vm1] -- p1 \
#	             [h1: nve0] ==== [h2: nve0] -- p3 [vm3]
#	[vm2] -- p2 /
#
# The mapping of vm3 is missing on h1, that of vm2 on both.
. "$(dirname "$0")/overlay.sh"

policy() {
	nvo3 -n "$1" vn set dev nve0 vni 100 unknown "$2"
}

misses() {
	stat_of misses h1 vn show dev nve0 vni 100
}

# Neighbours are known, so that nothing but unicast is sent.
probe() {
	in_ns vm1 ping -c 2 -i 0.3 -W 1 -q "$1" || true
}

dropped() {
	local before

	policy h1 "$1"
	before=$(misses)
	capture_start none vm3 eth0 icmp
	dropped_for h1 unknown-dst 2 probe 10.0.0.3
	capture_stop none
	fails capture_has none 1
	assert_ge "$(misses)" $((before + 2)) misses
}

told() {
	bg miss nvo3 -n h1 monitor miss
	busywait 20 probe_told "vni 100 dst $(mac 3) src $(mac 1)"
	bg_stop miss
}

probe_told() {
	probe 10.0.0.3
	grep "$1" "$LIB_TMP/miss.log"
}

flooded() {
	policy h1 flood
	capture_start flood vm2 eth0 icmp
	ping_ok vm1 10.0.0.3
	capture_until flood 1
	capture_stop flood
}

# The peer floods too, to its ports only: nothing comes back over the tunnel.
flooded_from_tunnel() {
	policy h1 flood
	nvo3 -n h2 map del dev nve0 vni 100 mac "$(mac 3)" 2>/dev/null || true
	run_cmd nvo3 -n h2 port del dev p3
	run_cmd nvo3 -n h2 port add dev p3 vni 100
	policy h2 drop
	dropped_for h2 unknown-dst 1 probe 10.0.0.3
	policy h2 flood
	ping_ok vm1 10.0.0.3
}

# Many misses: at most 100 events a second, and none is forgotten.
rate_limited() {
	local before

	policy h1 drop
	bg many nvo3 -n h1 monitor miss
	busywait 20 probe_counted
	before=$(misses)
	frame vm1 eth0 "$(mac 3) $(mac 1) 88b5" 3000
	busywait 30 misses_reach $((before + 3000))
	# One more, once there is a token again, tells how many were held back.
	busywait 20 probe_sums_up 3000
	bg_stop many
	echo "told $(wc -l <"$LIB_TMP/many.log"), suppressed $(suppressed)"
	assert_ge "$(suppressed)" 1000 suppressed
}

probe_counted() {
	probe 10.0.0.3
	grep -q vni "$LIB_TMP/many.log"
}

misses_reach() {
	(($(misses) >= $1))
}

suppressed() {
	awk '{ for (i = 1; i < NF; i++) if ($i == "suppressed") sum += $(i + 1) }
		END { print sum + 0 }' "$LIB_TMP/many.log"
}

# Told and suppressed cover all that were asked since the monitor began.
probe_sums_up() {
	probe 10.0.0.3
	(($(wc -l <"$LIB_TMP/many.log") + $(suppressed) >= $1))
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h1
vm_add 3 h2
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	port add dev p2 vni 100
	member add dev nve0 vni 100 nve 192.0.2.2
END
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p3 vni 100 mac $(mac 3)
	member add dev nve0 vni 100 nve 192.0.2.1
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
END
ip -n vm1 neigh add 10.0.0.3 lladdr "$(mac 3)" dev eth0
ip -n vm3 neigh add 10.0.0.1 lladdr "$(mac 1)" dev eth0

plan 6
test_run "drop: dropped and counted" dropped drop
test_run "ask: dropped and counted" dropped ask
test_run "listeners hear of it" told
test_run "no more than 100 events a second, and the rest is counted" rate_limited
test_run "flood: to all ports and members" flooded
test_run "from a tunnel: dropped, or flooded to ports" flooded_from_tunnel
