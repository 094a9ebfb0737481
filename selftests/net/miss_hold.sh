#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 400
# A frame without a mapping waits for it, is asked for once, and is not in others' way.
#
#	[vm1] -- p1 \                            / p3 -- [vm3]
#	             [h1: nve0] ==== [h2: nve0] -
#	[vm2] -- p2 /      \         //
#	                    [h3: a bridge with a vxlan device, as a relay]
#
# h1 asks; h2 has all mappings. The mapping of vm3 is missing on h1.
. "$(dirname "$0")/overlay.sh"

vn() {
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 "$@"
}

now() {
	stat_of "$1" h1 vn show dev nve0 vni 100
}

now_is() {
	local got

	got=$(now "$1")
	echo "$1: $got, wanted $2"
	[[ $got == "$2" ]]
}

forget_all() {
	local dst

	nvo3 -n h1 map flush dev nve0 vni 100
	nvo3 -n h1 -j miss show dev nve0 | jq -r '.[].dst' | while read -r dst; do
		nvo3 -n h1 miss forget dev nve0 vni 100 mac "$dst"
	done
	assert_eq "$(nvo3 -n h1 miss show dev nve0)" "" "what is known"
}

# The one packet that is sent arrives, and so does its answer.
first_packet() {
	bg ping netns_run vm1 ping -c 1 -W 60 10.0.0.3
	busywait 30 now_is held 1
	run_cmd nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 3)" nve 192.0.2.2
	busywait 30 grep -q ' 1 received' "$LIB_TMP/ping.log"
	forget_all
}

probe() {	# N DST [COUNT]
	frame "vm$1" eth0 "$(mac "$2") $(mac "$1") 88b5" ${3+"$3"}
}

# By the destination's own NVE, and by something between that knows it.
relayed() {	# RELAY
	forget_all
	run_cmd nvo3 -n h1 member add dev nve0 vni 100 nve "$1" relay on
	vn unknown relay hold 60000
	capture_start "relayed$1" vm3 eth0 ether proto 0x88b5
	probe 1 3
	capture_until "relayed$1" 1
	now_is held 0
	now_is pending 1
	[[ $(nvo3 -n h1 miss show dev nve0) == *"dst $(mac 3) src $(mac 1) port p1 state asked"*" held 0" ]]
	# Absent is absent for a relay too.
	run_cmd nvo3 -n h1 miss absent dev nve0 vni 100 mac "$(mac 3)" lifetime 60000
	dropped_for h1 unknown-dst 1 probe 1 3
	run_cmd nvo3 -n h1 miss forget dev nve0 vni 100 mac "$(mac 3)"
	run_cmd nvo3 -n h1 member del dev nve0 vni 100 nve "$1"
	# Without one it waits.
	probe 1 3
	busywait 20 now_is held 1
	run_cmd nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 3)" nve 192.0.2.2
	capture_until "relayed$1" 2
	capture_stop "relayed$1"
	capture_has "relayed$1" 2
	fails capture_has "relayed$1" 3
	vn unknown ask
	forget_all
}

# Of two relays it is one that is up.
relay_down() {
	nvo3 -n h1 -b - <<-END
		member add dev nve0 vni 100 nve 192.0.2.2 relay on
		member add dev nve0 vni 100 nve 192.0.2.77 relay on
		remote set dev nve0 nve 192.0.2.77 state down
		vn set dev nve0 vni 100 unknown relay hold 60000
	END
	capture_start up vm3 eth0 ether proto 0x88b5
	probe 1 3 8
	capture_until up 8
	capture_stop up
	# None that is up: as without one.
	run_cmd nvo3 -n h1 remote set dev nve0 nve 192.0.2.2 state down
	probe 1 3
	busywait 20 now_is held 1
	nvo3 -n h1 -b - <<-END
		member del dev nve0 vni 100 nve 192.0.2.2
		member del dev nve0 vni 100 nve 192.0.2.77
		vn set dev nve0 vni 100 unknown ask
	END
	forget_all
}

# What waits for a tenant system that comes to this very host.
to_new_port() {
	vm_add 4 h1
	vm_quiet 4
	capture_start new vm4 eth0 ether proto 0x88b5
	probe 1 4
	busywait 20 now_is held 1
	run_cmd nvo3 -n h1 port add dev p4 vni 100 mac "$(mac 4)" state associated
	now_is held 1
	run_cmd nvo3 -n h1 port set dev p4 state active
	capture_until new 1
	capture_stop new
	# And the port that it came by may have become silent.
	probe 4 3
	busywait 20 now_is held 1
	run_cmd nvo3 -n h1 port set dev p4 state associated
	dropped_for h1 port-inactive 1 nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 3)" nve 192.0.2.2
	run_cmd ip -n h1 link del p4
	forget_all
}

# The end of the script shows that nothing refers to what has gone: namespaces, devices, the
# module go too, and the debug kernels look for lost memory.
port_goes() {
	packets leave
	now_is held 5
	dropped_for h1 port-unbound 2 run_cmd nvo3 -n h1 port del dev p1
	now_is held 3
	now_is pending 2
	dropped_for h1 port-unbound 3 run_cmd ip -n h1 link del p2
	now_is held 0
	now_is pending 0
	now_is absent 1
	busywait 20 no_device p2
}

no_device() {
	[[ ! -e /sys/class/net/$1 ]] && ! ip -n h1 link show "$1" 2>/dev/null
}

vn_goes() {
	run_cmd nvo3 -n h1 vn del dev nve0 vni 100
	assert_eq "$(nvo3 -n h1 miss show dev nve0)" "" "what is known"
	build_h1
}

device_moves() {
	packets leave
	dropped_for h1 port-unbound 2 run_cmd ip -n h1 link set p1 netns h2
	now_is held 3
	run_cmd ip -n h2 link set p1 netns h1
	ip -n h1 link set p1 up master nve0
	nvo3 -n h1 port add dev p1 vni 100 mac "$(mac 1)"
	forget_all
}

nve_goes() {
	packets leave
	# While it is down nothing leaves, and what is answered then is dropped.
	run_cmd ip -n h1 link set nve0 down
	now_is held 5
	run_cmd nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 3)" nve 192.0.2.2
	now_is held 1
	run_cmd ip -n h1 link del nve0
	nve_add 1
	ip -n h1 link set p1 master nve0
	ip -n h1 link set p2 master nve0
	build_h1
}

namespace_goes() {
	packets leave
	ns_del h1
	busywait 30 lib_unused_by_h1
}

# h2 has the other NVE of the module.
lib_unused_by_h1() {
	[[ ! -e /run/netns/h1 ]]
}

build_h1() {
	if ! ip -n h1 link show p2 &>/dev/null; then
		ip netns del vm2
		sed -i '/^vm2$/d' "$LIB_TMP/namespaces"
		vm_add 2 h1
		vm_quiet 2
	fi
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100 unknown ask hold 60000
		profile replace dev nve0 id 1 default deny rule permit from-vm dst group 5
		port add dev p1 vni 100 mac $(mac 1)
		port add dev p2 vni 100 mac $(mac 2)
	END
}

by_groups() {
	run_cmd nvo3 -n h1 port set dev p2 profile 1
	packets judged_again
	run_cmd nvo3 -n h1 port set dev p2 profile 0
}

shown() {
	packets leave
	nvo3 -n h1 -j miss show dev nve0 vni 100 >"$LIB_TMP/misses.json"
	run_cmd jq -e 'map({dst, src, port, state, held}) == [
		{dst: "'"$(mac 3)"'", src: "'"$(mac 1)"'", port: "p1", state: "asked", held: 4},
		{dst: "'"$(mac 4)"'", src: "'"$(mac 2)"'", port: "p2", state: "asked", held: 1},
		{dst: "'"$(mac 9)"'", src: null, port: null, state: "absent", held: 0}] and
		all(.lifetime > 0 and .lifetime <= 60000)' "$LIB_TMP/misses.json"
	nvo3 -n h1 -s vn show dev nve0 vni 100 | grep -E ' hold 60000 .* pending 2 held 5 absent 1 released [0-9]+( |$)'
	assert_eq "$(nvo3 -n h1 miss show dev nve0 vni 200 2>&1)" "Error: VN 200 does not exist on nve0."
	run_cmd nvo3 -n h1 vn add dev nve0 vni 200
	assert_eq "$(nvo3 -n h1 miss show dev nve0 vni 200)" "" "of another VN"
	run_cmd nvo3 -n h1 vn del dev nve0 vni 200
	forget_all
}

module_load
underlay_add
host_add 1 2 3
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h1
vm_add 3 h2
build_h1
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p3 vni 100 mac $(mac 3)
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.1
	map add dev nve0 vni 100 mac $(mac 77) nve 192.0.2.1
END
ip -n h3 -b - <<-END
	link add br0 up type bridge
	link add vx0 type vxlan id 100 local 192.0.2.3 dstport 4789 nolearning
	link set vx0 master br0 up
	link set vx0 type bridge_slave hairpin on learning off flood off
END
bridge -n h3 fdb replace "$(mac 3)" dev vx0 master static
bridge -n h3 fdb replace "$(mac 3)" dev vx0 dst 192.0.2.2 self
ip -n vm1 neigh add 10.0.0.3 lladdr "$(mac 3)" dev eth0
ip -n vm3 neigh add 10.0.0.1 lladdr "$(mac 1)" dev eth0

plan 19
test_run "the first packet of a flow arrives" first_packet
vm_quiet 1 2 3
test_run "the first frame, 8 in order, one question, the rest is counted" packets answered
test_run "of two ports in one row; from a tunnel nothing waits" packets of_two
test_run "absent: without a question, until a mapping or the time ends it" packets absent
test_run "no answer: dropped, and asked again" packets silence
test_run "a listener that loses events finds all questions" packets slow_listener
test_run "a port that floods does not stop its neighbour's question" packets neighbour
test_run "a request that is undone lets nothing out" packets undone
test_run "rules of groups judge when the group is known" by_groups
test_run "relay: by the destination's NVE" relayed 192.0.2.2
test_run "relay: by one between" relayed 192.0.2.3
test_run "relay: by one that is up, or it waits" relay_down
test_run "the port that comes has what waited, the one that went silent sends nothing" to_new_port
test_run "what is shown" shown
test_run "ports go while frames wait" port_goes
test_run "a VN goes" vn_goes
test_run "an access device moves away" device_moves
test_run "the NVE goes" nve_goes
test_run "its namespace goes" namespace_goes
