#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# Mark and sweep: a snapshot names all that stays, then what it has not named goes. What stays is
# never missing meanwhile, and nobody is told of it.
#
#	[vm1] eth0 --- p1 [h1: nve0] ul0 ---- [ul] ---- ul0 [gen: no NVE]
#
. "$(dirname "$0")/overlay.sh"

MANY=2000

# of N: the address of the N-th mapping
of() {
	printf '02:00:00:01:%02x:%02x' $(($1 / 256)) $(($1 % 256))
}

# snapshot GENERATION STEP: names each STEP-th, as it is.
snapshot() {
	# One process for all of them.
	awk -v generation="$1" -v step="$2" -v many="$MANY" 'BEGIN {
		for (n = 0; n < many; n += step)
			printf "map replace dev nve0 vni 100 mac 02:00:00:01:%02x:%02x " \
			       "nve 192.0.2.22 epoch 7 prov agent generation %d\n",
			       n / 256, n % 256, generation
	}' >"$LIB_TMP/snapshot"
	echo "+ a snapshot of $((MANY / $2)), generation $1"
	nvo3 -n h1 -b "$LIB_TMP/snapshot"
}

sweep() {
	run_cmd nvo3 -n h1 map flush dev nve0 vni 100 stale-generation "$1"
}

held() {
	stat_of maps h1 vn show dev nve0 vni 100
}

told_since() {
	grep -c "^map.* prov agent" "$LIB_TMP/monitor.log" || true
}

monitor_hears() {
	nvo3 -n h1 map replace dev nve0 vni 999 mac "$(mac 9)" nve "192.0.2.$((100 + SECONDS % 100))"
	grep "vni 999" "$LIB_TMP/monitor.log"
}

last_heard() {
	nvo3 -n h1 map flush dev nve0 vni 999
	grep "^map-del .*vni 999" "$LIB_TMP/monitor.log"
}

listen() {
	bg monitor nvo3 -n h1 monitor mapping
	busywait 30 monitor_hears
}

# Nobody has heard of what is the same but for its generation, or wholly.
unchanged() {
	local agents

	snapshot 1 1
	listen
	snapshot 2 1
	snapshot 2 1
	busywait 30 last_heard
	bg_stop monitor
	assert_eq "$(told_since)" 0 "events"
	agents=$(nvo3 -n h1 map show dev nve0 vni 100 prov agent)
	assert_eq "$(grep -c "generation 2$" <<<"$agents")" "$MANY" "mappings of generation 2"
}

# What changes besides is told, with its generation.
changed() {
	listen
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(of 1)" nve 192.0.2.22 epoch 8 prov agent generation 3
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(of 1)" nve 192.0.2.23 epoch 9 prov agent generation 3
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(of 1)" nve 192.0.2.23 epoch 9 prov agent generation 3 group 5
	busywait 30 last_heard
	bg_stop monitor
	diff -u - <(grep "prov agent" "$LIB_TMP/monitor.log") <<-END
		map dev nve0 vni 100 mac $(of 1) nve 192.0.2.22 epoch 8 prov agent generation 3
		map dev nve0 vni 100 mac $(of 1) nve 192.0.2.23 epoch 9 prov agent generation 3
		map dev nve0 vni 100 mac $(of 1) nve 192.0.2.23 epoch 9 prov agent group 5 generation 3
	END
	nvo3 -n h1 map del dev nve0 vni 100 mac "$(of 1)"
}

# Only the agent's, only of the VN, only of other generations; each is told.
swept() {
	nvo3 -n h1 -b - <<-END
		map add dev nve0 vni 100 mac $(mac 0x41) nve 192.0.2.22
		map add dev nve0 vni 200 mac $(mac 0x42) nve 192.0.2.22 prov agent generation 1
	END
	snapshot 4 1
	snapshot 5 4
	listen
	sweep 5
	busywait 30 last_heard
	bg_stop monitor
	assert_eq "$(grep -c "^map-del .*generation 4$" "$LIB_TMP/monitor.log")" $((MANY * 3 / 4)) "events"
	# With the static one and the port's.
	assert_eq "$(held)" $((MANY / 4 + 2)) "mappings"
	assert_eq "$(stat_of maps h1 vn show dev nve0 vni 200)" 1 "mappings of the other VN"
	sweep 5
	assert_eq "$(held)" $((MANY / 4 + 2)) "mappings"
	sweep 6
	assert_eq "$(held)" 2 "mappings"
	nvo3 -n h1 map flush dev nve0 prov static
	nvo3 -n h1 map flush dev nve0 vni 200
}

# A dump begins before and ends behind the marking: it is as good as any.
dumps() {
	snapshot 1 1
	packets dump_while_marking
}

# Frames for those that stay, one for each, again and again while generations come and go: each
# is sent, and none finds no mapping.
probed() {
	snapshot 1 1
	packets never_missing
}

# Neither does marking move anything in the table, nor the digest.
table_rests() {
	snapshot 8 1
	nvo3 -n h1 vn digest dev nve0 vni 100 >"$LIB_TMP/digest"
	snapshot 9 1
	nvo3 -n h1 vn digest dev nve0 vni 100 | cmp "$LIB_TMP/digest" -
	grep -q " digest_maps $MANY$" "$LIB_TMP/digest"
}

module_load
underlay_add
host_add 1
nve_add 1
vm_add 1 h1
ns_add gen
ip link add ul0 mtu 1600 address 02:00:00:00:00:77 netns gen type veth peer name ulg mtu 1600 netns ul
ip -n ul link set ulg up master sw
ip -n gen link set ul0 up
in_ns gen sysctl -qw net.ipv6.conf.all.disable_ipv6=1
vm_quiet 1
ip -n h1 neigh add 192.0.2.22 lladdr 02:00:00:00:00:77 dev ul0
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	vn add dev nve0 vni 200
	vn add dev nve0 vni 999
	port add dev p1 vni 100 mac $(mac 1)
END

plan 6
test_run "what a snapshot names again is no event" unchanged
test_run "what it changes is one" changed
test_run "what no snapshot has named is swept, and nothing else" swept
test_run "a dump is not interrupted by marking" dumps
test_run "the digest does not change with generations" table_rests
test_run "what stays is never missing" probed
