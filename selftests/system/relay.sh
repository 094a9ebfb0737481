#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# A relay in a VN on demand: the first frame to an address that its sender's NVE does not know goes
# by the relay, and does not wait; what follows goes straight. Without the relay it waits.
#
#   vm1 (host1, dc1)        vm8, vm9 (host4, dc2)    one VN, "unknown relay"
#              \               /
#           host2 (dc1): relay = true, no VM at all
#
# The NVEs of all three talk BFD, so that a relay that has died is known to be down.
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-relay
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=180

eval "plain_$(declare -f lab_conf_host)"
lab_conf_host() {	# NAME: with BFD, and host2 is a relay
	local words='bfd: { enabled = true; multihop = true; };'

	[[ $1 != host2 ]] || words+=' relay = true;'
	plain_lab_conf_host "$1" | sed "s/dev = \"nve0\";/& $words/"
}

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100 --distribution on-demand --unknown relay
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--mac 02:00:00:00:00:01
	ctl 2 vm create vm8 --tenant bob --vn blue --server host4 --ip 10.9.0.8/24 \
		--mac 02:00:00:00:00:08
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 \
		--mac 02:00:00:00:00:09
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1.ns"
	# Who asks by ARP has broadcast before: that is not what is tried here.
	lab_in "$(<"$LAB/vm1.ns")" ip neigh replace 10.9.0.8 lladdr 02:00:00:00:00:08 dev eth0
	lab_in "$(<"$LAB/vm1.ns")" ip neigh replace 10.9.0.9 lladdr 02:00:00:00:00:09 dev eth0
}

vn() {	# HOST
	lab_in "$1" nvo3 -s vn show dev nve0 vni 100
}

counter() {	# HOST NAME
	vn "$1" | sed -n "s/.*\<$2 \([0-9]*\).*/\1/p" | head -1
}

holds() {	# HOST LAST: its kernel has the address from another NVE
	lab_in "$1" nvo3 map show dev nve0 | grep -q "02:00:00:00:00:$2.*agent"
}

lacks() {
	! holds "$@"
}

is_relay() {	# as its director and host1's kernel know it
	lab_in host2 nvo3 nve show dev nve0 | grep "relay on" &&
		lab_in host1 nvo3 member show dev nve0 vni 100 | grep "nve 10.1.0.12 relay on" &&
		lab_in host1 nvo3 vn show dev nve0 vni 100 | grep "unknown relay"
}

# It is in the VN without a VM, and knows all of it; VNs that come and go are followed.
in_all_vns() {
	busywait 30 is_relay
	busywait 30 holds host2 01
	busywait 30 holds host2 09
	vn host2 | grep -v "track on"
	ctl 1 vn create green --vni 200
	busywait 20 lab_in host2 nvo3 vn show dev nve0 vni 200
	fails lab_in host1 nvo3 vn show dev nve0 vni 200
	ctl 1 vn delete green
	busywait 20 no_green
	vn host2
}

no_green() {
	! lab_in host2 nvo3 vn show dev nve0 vni 200
}

speaks() {	# LAST
	run_cmd lab_in "$(<"$LAB/vm1.ns")" ping -c 1 -W 5 "10.9.0.$1"
}

# By the relay, at once: no frame of it waits at its sender's.
first_frame() {
	local before

	lacks host1 09
	before=$(counter host2 relayed)
	speaks 9
	assert_ge "$(counter host2 relayed)" $((before + 1)) "relayed"
	assert_eq "$(counter host1 released)" 0 "frames that waited"
}

# It was asked for meanwhile; the relay has no more to do with it.
then_straight() {
	local before

	busywait 20 holds host1 09
	busywait 20 holds host4 01
	before=$(counter host2 relayed)
	speaks 9
	speaks 9
	assert_eq "$(counter host2 relayed)" "$before" "relayed"
}

is_down() {
	lab_in host1 nvo3 remote show dev nve0 | grep "nve 10.1.0.12 .*state down" &&
		lab_in host4 nvo3 remote show dev nve0 | grep "nve 10.1.0.12 .*state down"
}

# Then it is as with "ask": the frame waits for its mapping, and is not lost.
without_relay() {
	local before

	lacks host1 08
	before=$(counter host2 relayed)
	lab_signal host2 KILL
	busywait 60 is_down
	speaks 8
	assert_eq "$(counter host2 relayed)" "$before" "relayed"
	assert_ge "$(counter host1 released)" 1 "frames that waited"
	holds host1 08
}

# An agent that comes back finds its VNs as they were.
comes_back() {
	lab_start host2
	busywait 60 is_relay
	vn host2
	holds host2 09
}

plan 6
test_run "two data centres, a relay in one of them" bring_up
test_run "it is in all VNs, as they come and go" in_all_vns
test_run "the first frame goes by the relay" first_frame
test_run "what follows goes straight" then_straight
test_run "without the relay it waits" without_relay
test_run "the relay comes back" comes_back
lab_down
