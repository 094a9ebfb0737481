#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# limit: 600
# Everything is made and destroyed in any order, with traffic, and nothing is left.
#
#	[vm1] -- p1 [h1: nve0] ==== [h2: nve0] p2 -- [vm2]
#
TEST_LIMIT=300
. "$(dirname "$0")/overlay.sh"
# At a processor's own speed there is time for more.
case ${NVO3_RIG-} in
uml-fast) ROUNDS=${ROUNDS:-1000} ;;
uml-debug) ROUNDS=${ROUNDS:-300} ;;
*) ROUNDS=${ROUNDS:-100} ;;
esac

# The whole topology of one VN, and a frame through it.
lab_up() {
	local n other

	lab_down
	underlay_add
	host_add 1 2
	for n in 1 2; do
		nve_add "$n"
		vm_add "$n" "h$n"
		other=$((3 - n))
		nvo3 -n "h$n" -b - <<-END
			vn add dev nve0 vni 100
			port add dev p$n vni 100 mac $(mac "$n")
			member add dev nve0 vni 100 nve 192.0.2.$other
			member add dev nve0 vni 100 nve 2001:db8::$other
			map add dev nve0 vni 100 mac $(mac "$other") nve 192.0.2.$other
		END
	done
	ping_ok vm1 10.0.0.2
}

lab_down() {
	local ns

	for ns in vm1 vm2 h1 h2 ul; do
		[[ ! -e /run/netns/$ns ]] || ns_del "$ns"
	done
}

# Frames without end, to the mapped address, to an unknown one and to all; at a rate that
# leaves time for what is done meanwhile.
traffic_start() {
	bg flow1 netns_run vm1 ping -i 0.002 -q 10.0.0.2
	bg flow2 netns_run vm2 ping -i 0.005 -q -b 10.0.0.255
	bg flow3 netns_run vm2 frame_send eth0 02000000007702000000000288b5 1000000000 1000
	busywait 30 traffic_flows
}

traffic_flows() {
	(($(drops h2 unknown-dst) > 100 && $(stat_of decap_packets h1 vn show dev nve0 vni 100) > 10))
}

traffic_stop() {
	local flow

	for flow in flow1 flow2 flow3; do
		bg_stop "$flow" KILL
	done
}

rounds() {
	python3 -B "$LIB_TOP/selftests/net/rounds.py" "$ROUNDS"
}

nve_deleted_under_traffic() {
	lab_up
	traffic_start
	run_cmd ip -n h1 link del nve0
	run_cmd ip -n h2 link del nve0
	traffic_stop
	lab_down
}

ports_come_and_go_under_traffic() {
	local n

	lab_up
	traffic_start
	for ((n = 0; n < 20; n++)); do
		nvo3 -n h1 -b - <<-END
			port set dev p1 state associated
			port del dev p1
			map flush dev nve0
			member del dev nve0 vni 100 nve 192.0.2.2
			vn del dev nve0 vni 100
			vn add dev nve0 vni 100
			member add dev nve0 vni 100 nve 192.0.2.2
			map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2
			port add dev p1 vni 100 mac $(mac 1)
		END
	done
	ip -n h1 link set p1 nomaster
	ip -n h1 link set p1 master nve0
	nvo3 -n h1 port add dev p1 vni 100 mac "$(mac 1)"
	ip -n h1 link set nve0 down
	ip -n h1 link set nve0 up
	ping_ok vm1 10.0.0.2
	traffic_stop
	lab_down
}

# Nobody waits for the device: what was cached of its routes is given up.
underlay_device_deleted() {
	lab_up
	traffic_start
	run_cmd timeout 60 ip -n h1 link del ul0
	dropped_for h1 no-route 10 true
	host_connect 1
	ping_ok vm1 10.0.0.2
	traffic_stop
	lab_down
}

# Every change under frames on their way: sizes, links, and where a device is.
devices_flap() {
	local n

	lab_up
	traffic_start
	for ((n = 0; n < 50; n++)); do
		echo "link set ul0 mtu $((1300 + n % 2 * 300))"
		echo "link set nve0 mtu $((1300 + n % 3 * 100))"
		((n % 5)) || printf 'link set %s\n' "p1 down" "p1 up" "ul0 down" "ul0 up"
	done >"$LIB_TMP/flaps"
	run_cmd ip -n h1 -b "$LIB_TMP/flaps"
	ping_ok vm1 10.0.0.2
	traffic_stop
	lab_down
}

devices_move() {
	local n

	lab_up
	traffic_start
	for n in 1 2 3; do
		run_cmd ip -n h1 link set p1 netns ul
		run_cmd ip -n ul link set p1 netns h1
		ip -n h1 link set p1 up master nve0
		nvo3 -n h1 port add dev p1 vni 100 mac "$(mac 1)"
		run_cmd ip -n h1 link set ul0 netns ul
		run_cmd ip -n ul link set ul0 netns h1
		ip -n h1 link set ul0 up
		addr_add h1 ul0 192.0.2.1/24
		# its neighbour may have been asked for in vain meanwhile, which is told once
		busywait 10 in_ns vm1 ping -c 1 -W 10 10.0.0.2
	done
	traffic_stop
	lab_down
}

# The namespace of the device dies, and the namespace of the underlay under a device that lives
# elsewhere, and that of a device whose underlay lives on: its port is free again.
namespaces_die() {
	lab_up
	traffic_start
	ns_add away
	nvo3 -n h1 nve add dev near dstport 5001
	ip -n h1 link set near netns away
	ip -n away link set near up
	run_cmd ns_del away
	busywait 60 nvo3 -n h1 nve add dev near dstport 5001
	ip -n h1 link set near up
	run_cmd ns_del h2
	busywait 60 no_nve_in h2
	nvo3 -n h1 nve add dev far dstport 5000
	ip -n h1 link set far netns vm1
	ip -n vm1 link set far up
	run_cmd ns_del h1
	busywait 60 no_link vm1 far
	traffic_stop
	lab_down
}

no_nve_in() {
	[[ ! -e /run/netns/$1 ]]
}

no_link() {
	! ip -n "$1" link show dev "$2"
}

module_removed_under_traffic() {
	local n

	for n in 1 2 3; do
		lab_up
		traffic_start
		run_cmd rmmod nvo3
		traffic_stop
		lab_down
		module_load
	done
}

# Whoever asks for policies or listens must not keep the module (but while he is answered), nor
# meet it half gone.
module_removed_under_requests() {
	local n

	bg policies bash -c 'while :; do genl ctrl policy name nvo3; done'
	for ((n = 0; n < 10; n++)); do
		nvo3 nve add dev nve9 dstport 9999
		bg "listen$n" nvo3 monitor
		busywait 20 rmmod nvo3
		bg_stop "listen$n"
		modprobe nvo3
	done
	bg_stop policies KILL
}

module_load
plan 9
test_run "$ROUNDS rounds of making and destroying" rounds
test_run "NVEs deleted under traffic" nve_deleted_under_traffic
test_run "ports, VNs and slaves come and go under traffic" ports_come_and_go_under_traffic
test_run "an underlay device deleted under traffic" underlay_device_deleted
test_run "sizes and links change under traffic" devices_flap
test_run "devices move under traffic" devices_move
test_run "namespaces die under traffic" namespaces_die
test_run "the module removed under traffic" module_removed_under_traffic
test_run "the module removed under requests" module_removed_under_requests
