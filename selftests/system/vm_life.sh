#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# A VM's life on one server: made, stopped, started, deleted; each of them twice.
#
#   vm1 (host1, dc1)   vm9 (host4, dc2)   one VN
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-life
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=120

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9.ns"
}

create() {	# as it was asked for, running, and known in the other data centre
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--ip fd00:9::1/64 --mac 02:00:00:00:00:01
	state_is running
	lab_in "$(vm_netns "$(vm_id 1 vm1)")" ip -br address show dev eth0 >"$LAB/addresses"
	cat "$LAB/addresses"
	grep -q "10.9.0.1/24 fd00:9::1/64" "$LAB/addresses"
	answers
	fails_with "vm1" ctl 1 vm create vm1 --tenant alice --vn blue --server host1
	answers
}

state_is() {
	assert_eq "$(ctl 1 -j vm show vm1 | jq -r .state)" "$1" "vm1's state"
}

answers() {
	busywait 20 lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 1 10.9.0.1
}

image_sum() {
	find "$LAB/host1" -path "*$(vm_id 1 vm1)*" -name image -exec sha256sum {} +
}

# Its interface stays associated (RFC 8394), silent and known to nobody; its image is kept.
stop() {
	image_sum >"$LAB/sum"
	run_cmd ctl 1 vm stop vm1
	stopped
	run_cmd ctl 1 vm stop vm1
	stopped
}

stopped() {
	state_is stopped
	fails lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 1 10.9.0.1
	lab_in host1 nvo3 port show | grep "state associated"
	busywait 10 unknown_on_host4
	image_sum | diff "$LAB/sum" -
}

unknown_on_host4() {
	! lab_in host4 nvo3 map show dev nve0 | grep 02:00:00:00:00:01
}

start() {	# the same VM again
	run_cmd ctl 1 vm start vm1
	started
	run_cmd ctl 1 vm start vm1
	started
}

started() {
	state_is running
	image_sum | diff "$LAB/sum" -
	lab_in "$(vm_netns "$(vm_id 1 vm1)")" ip -br address show dev eth0 | cut -d' ' -f2- |
		diff - <(cut -d' ' -f2- "$LAB/addresses")
	answers
}

# By itself, as a guest that crashes
guest_ends() {
	local pid

	for pid in $(ip netns pids "$(vm_netns "$(vm_id 1 vm1)")"); do
		kill -KILL "$pid"
	done
	busywait 20 state_is failed
	run_cmd ctl 1 vm start vm1
	started
}

delete() {
	vm_id 1 vm1 >"$LAB/id"
	run_cmd ctl 1 vm delete vm1
	busywait 10 nothing_of_it
	fails_with "vm1" ctl 1 vm delete vm1
	fails_with "vm1" ctl 1 vm start vm1
}

nothing_of_it() {
	local left dc

	left=$(find "$LAB/host1" -path "*$(<"$LAB/id")*"; lab_in host1 nvo3 port show
	       vm_netns "$(<"$LAB/id")"; lab_in host4 nvo3 map show dev nve0 | grep 02:00:00:00:00:01)
	for dc in 1 2; do
		left+=$(dctl $dc mappings | grep -o 02:00:00:00:00:01)
	done
	[[ -z $left ]] || fail "left: $left"
}

plan 6
test_run "two data centres, a VM in the other one" bring_up
test_run "a VM is made with its addresses, once" create
test_run "it is stopped, and again" stop
test_run "it is started, and again" start
test_run "a guest that ends by itself is seen, and started again" guest_ends
test_run "it is deleted, once, and nothing is left" delete
lab_down
