#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Each daemon is killed (SIGKILL) and started again while two VMs in two data centres send
# each other 1,000 frames a second: none is lost, and afterwards everybody says what he said
# before.
#
#   vm1 (host1, dc1) ---- overlay, 2 x 5 ms ---- vm9 (host4, dc2)
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-kill
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/probe.sh
. "$LIB_TOP/selftests/probe.sh"
TEST_LIMIT=240
MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	lab_until 20 "the mapping of vm9 on host1" mapped host1
	lab_until 20 "the mapping of vm1 on host4" mapped host4
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9"
	busywait 10 lab_in "$(<"$LAB/vm1")" ping -c 1 -W 1 10.9.0.9
	probe_sink "$(<"$LAB/vm1")"
	probe_sink "$(<"$LAB/vm9")"
}

mapped() {	# HOST: it knows both VMs
	(($(lab_in "$1" nvo3 -j map show dev nve0 | grep -o '"mac"' | wc -l) == 2))
}

state_of_all() {
	python3 "$LIB_TOP/selftests/system/state_of_all.py" "$LAB"
}

same_state() {
	state_of_all >"$LAB/after" && diff -u "$LAB/before" "$LAB/after"
}

kill_under_probe() {	# NAME
	local vm1 vm9 sent1 sent9

	vm1=$(<"$LAB/vm1") vm9=$(<"$LAB/vm9")
	busywait 60 same_as_ever
	probe_start "$vm1" eth0 10.9.0.1 $MAC9 10.9.0.9
	probe_start "$vm9" eth0 10.9.0.9 $MAC1 10.9.0.1
	run_cmd lab_signal "$1" KILL
	run_cmd lab_start "$1"
	busywait 60 same_state
	sent1=$(probe_stop "$vm1" eth0)
	sent9=$(probe_stop "$vm9" eth0)
	probe_all_came "$vm9" "$sent1"
	probe_all_came "$vm1" "$sent9"
}

# Everybody has settled: two looks show the same.
same_as_ever() {
	state_of_all >"$LAB/before" && same_state
}

still_works() {	# after all that, the system takes new work
	ctl 1 vm create vm4 --tenant alice --vn blue --server host2 --ip 10.9.0.4/24
	busywait 20 lab_in "$(<"$LAB/vm1")" ping -c 1 -W 1 10.9.0.4
	ctl 1 vm delete vm4
}

take_down() {
	lab_down
}

plan 9
test_run "two data centres, a VM in each" bring_up
test_run "kill -9 of nvo3d at the sender loses nothing" kill_under_probe host1
test_run "kill -9 of nvo3d at the receiver loses nothing" kill_under_probe host4
test_run "kill -9 of ndirectord loses nothing" kill_under_probe director1
test_run "kill -9 of the other ndirectord loses nothing" kill_under_probe director2
test_run "kill -9 of vcenterd loses nothing" kill_under_probe vcenter1
test_run "kill -9 of the other vcenterd loses nothing" kill_under_probe vcenter2
test_run "afterwards new VMs are made" still_works
test_run "all is taken down" take_down
