#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# A VN on demand: NVEs hold what their VMs talk to, and the mode changes under a stream of frames.
#
#   vm1 (host1, dc1)   vm2 (host2, dc1)   vm9 (host4, dc2)   one VN
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-demand
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=180

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100 --distribution on-demand
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--mac 02:00:00:00:00:01
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24 \
		--mac 02:00:00:00:00:02
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 \
		--mac 02:00:00:00:00:09
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1.ns"
}

holds() {	# HOST LAST: its kernel has the address from another NVE
	lab_in "$1" nvo3 map show dev nve0 | grep -q "02:00:00:00:00:$2.*agent"
}

lacks() {
	! holds "$@"
}

asks() {	# HOST: its kernel tells of what it does not know
	lab_in "$1" nvo3 vn show dev nve0 | grep -q "unknown ask"
}

nobody_is_told() {	# before anybody has spoken
	local host

	for host in host1 host2 host4; do
		asks "$host"
	done
	lacks host1 02 && lacks host1 09 && lacks host2 01 && lacks host2 09 && lacks host4 01
	dctl 1 vns | jq -e '.items[0].on_demand'
	dctl 1 members | jq -e 'all(.items[] | select(.nve | startswith("dc1/")); .interest == 0)'
}

both_ends() {	# vm1 talks to vm2, and not even its first frame is lost: both NVEs know, nobody else
	lab_in "$(<"$LAB/vm1.ns")" ping -c 1 -W 5 10.9.0.2
	holds host1 02
	holds host2 01
	lacks host1 09
	lacks host4 01
	lacks host4 02
}

other_dc() {
	lab_in "$(<"$LAB/vm1.ns")" ping -c 1 -W 5 10.9.0.9
	holds host1 09
	lacks host2 09
}

# Ten a second while somebody turns the mode, and again: not one is lost.
turned_under_frames() {
	local mode

	lab_in "$(<"$LAB/vm1.ns")" ping -i 0.1 -c 150 -W 5 10.9.0.2 >"$LAB/ping" &
	for _ in 1 2; do
		for mode in push on-demand; do
			run_cmd ctl 1 vn set blue --distribution $mode
			busywait 20 in_force $mode
		done
	done
	wait $!
	cat "$LAB/ping"
	grep -q "150 packets transmitted, 150 received, 0% packet loss" "$LAB/ping"
}

in_force() {	# MODE: told, and followed
	case $1 in
	push) holds host2 09 && ! asks host1 && ! asks host2 ;;
	*) dctl 1 members | jq -e \
		'all(.items[] | select(.nve == "dc1/host1" or .nve == "dc1/host2"); .interest)' &&
		asks host1 && asks host2 ;;
	esac
}

restarted() {	# the agent, then the director: what is held is said again, and stays
	lab_signal host1 KILL
	lab_start host1
	lab_signal director1 KILL
	lab_start director1
	holds host1 02
	busywait 20 in_force on-demand
	lab_in "$(<"$LAB/vm1.ns")" ping -c 3 -W 1 10.9.0.2
}

interest_is() {	# NUMBER: what host1 is told of, as its director counts
	dctl 1 members | jq -e ".items[] | select(.nve == \"dc1/host1\") | .interest == $1"
}

speaks() {	# LAST [COUNT]: vm1 is answered, each time
	lab_in "$(<"$LAB/vm1.ns")" ping -i 0.2 -c "${2-1}" -W 5 "10.9.0.$1" >"$LAB/answers"
	cat "$LAB/answers"
	grep -q " 0% packet loss" "$LAB/answers"
}

# What vm1 goes on to use stays, what it does not use goes; its next frame is as the first.
idle_ends() {
	local pid

	sed -i 's/dev = "nve0";/& idle = 4;/' "$LAB/host1.conf"
	lab_signal host1 TERM
	lab_start host1
	lab_in host1 nvo3 vn show dev nve0 | grep "track on"
	speaks 9
	holds host1 09
	speaks 2 300 &
	pid=$!
	busywait 45 lacks host1 09
	busywait 10 interest_is 1
	holds host1 02
	speaks 9
	holds host1 09
	holds host1 02
	wait "$pid"
	# Now nobody speaks.
	busywait 45 lacks host1 02
	speaks 2
	holds host1 02
}

plan 7
test_run "two data centres, a VN on demand" bring_up
test_run "who has not spoken is known to nobody" nobody_is_told
test_run "two that speak are known to each other" both_ends
test_run "and across data centres" other_dc
test_run "the mode changes under a stream of frames, none is lost" turned_under_frames
test_run "agent and director start again" restarted
test_run "what is not used is let go, and asked for again" idle_ends
lab_down
