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
PROBES=12000	# at 1 kHz

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

# What everybody holds, without what may change (counters, times).
state_of_all() {
	local dc host

	for host in $LAB_HOSTS; do
		echo "$host"
		lab_in "$host" nvo3 map show dev nve0 | sort
		lab_in "$host" nvo3 member show dev nve0 | sort
		lab_in "$host" nvo3 port show | sort
	done
	for dc in 1 2; do
		echo "dc$dc"
		dctl $dc mappings | json_lines
		dctl $dc placements | json_lines
		dctl $dc members | json_lines
		ctl $dc -j vm list | json_lines
		ctl $dc -j server list | json_lines
	done
}

json_lines() {	# an {"items": [...]} as sorted lines
	python3 -c '
import json, sys
print("\n".join(sorted(json.dumps(i, sort_keys=True) for i in json.load(sys.stdin)["items"])))'
}

same_state() {
	state_of_all >"$LAB/after"
	diff -u "$LAB/before" "$LAB/after"
}

kill_under_probe() {	# NAME
	local probe

	busywait 30 same_as_ever
	run_cmd lab_in "$(<"$LAB/vm1")" ping -i 0.001 -c $PROBES -q 10.9.0.9 >"$LAB/probe" 2>&1 &
	probe=$!
	busywait 10 probing
	run_cmd lab_signal "$1" KILL
	run_cmd lab_start "$1"
	busywait 40 same_state
	kill -0 $probe || fail "the probe ended before $1 was back: it proves nothing"
	wait $probe || true
	cat "$LAB/probe"
	grep -q "^$PROBES packets transmitted, $PROBES received, 0% packet loss" "$LAB/probe" ||
		fail "frames were lost while $1 was down"
}

# Taken once everybody has settled.
same_as_ever() {
	[[ -f $LAB/before ]] || state_of_all >"$LAB/before"
	same_state
}

# The kernel's own counter says that the probe runs.
probing() {
	local before after

	before=$(lab_in host1 nvo3 -s port show | grep -o 'rx [0-9]* packets' | head -n 1)
	after=$before
	[[ -n $before ]] || fail "no counters"
	while [[ $after == "$before" ]]; do
		after=$(lab_in host1 nvo3 -s port show | grep -o 'rx [0-9]* packets' | head -n 1)
	done
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
