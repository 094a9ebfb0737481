#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Each daemon is killed (SIGKILL) and started again under a 1 kHz probe between two VMs in
# two data centres: no frame is lost, and afterwards everybody says what he said before.
#
#   vm1 (host1, dc1) ---- overlay, 2 x 5 ms ---- vm9 (host4, dc2)
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-kill
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=240
PROBES=15000	# at 1 kHz

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24
	lab_until 20 "the mapping of vm9 on host1" mapped host1
	lab_until 20 "the mapping of vm1 on host4" mapped host4
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1"
	busywait 10 lab_in "$(<"$LAB/vm1")" ping -c 1 -W 1 10.9.0.9
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
	local probe

	busywait 60 same_as_ever
	run_cmd lab_in "$(<"$LAB/vm1")" ping -i 0.001 -c $PROBES -q 10.9.0.9 >"$LAB/probe" 2>&1 &
	probe=$!
	busywait 10 probing "$(received)"
	run_cmd lab_signal "$1" KILL
	run_cmd lab_start "$1"
	kill -0 $probe || fail "the probe ended before $1 was back: it proves nothing"
	wait $probe || true
	busywait 60 same_state
	cat "$LAB/probe"
	grep -q "^$PROBES packets transmitted, $PROBES received, 0% packet loss" "$LAB/probe" ||
		fail "frames were lost while $1 was down"
}

# Everybody has settled: two looks show the same.
same_as_ever() {
	state_of_all >"$LAB/before" && same_state
}

# The kernel's own counter says that the probe runs.
probing() {
	(($(received) > $1 + 10))
}

received() {	# frames that host1's kernel has got from vm1
	lab_in host1 nvo3 -j -s port show | grep -o '"rx_packets": *[0-9]*' | grep -o '[0-9]*$'
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
