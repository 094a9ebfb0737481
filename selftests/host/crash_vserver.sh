#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# The vServer, as it is built for use, is killed at every step of making, stopping and starting a
# VM, and of taking one in, and started again: it or vCenter goes on, or all is as before. Never
# are there two VMs, and never none. V1, V9, V12; the driver is netns.
#
#   mid  vcenterd, ndirectord, and who talks to the VM
#   h1   nvo3d (vServer) with faults.so, nvo3d_bridge (NVE)
#   h2   the same
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_faults.sh
. "$LIB_TOP/selftests/virt_faults.sh"
# shellcheck source=selftests/virt_kills.sh
. "$LIB_TOP/selftests/virt_kills.sh"
TEST_LIMIT=300

dead() {	# HOST
	lib_gone "$(<"$LIB_TMP/nvo3d-$1.pid")"
}

back() {	# HOST
	virt_nvo3d "$1"
	busywait 20 virt_servers_up
}

guests() {
	echo $(($(guests_in h1) + $(guests_in h2)))
}

places() {
	echo $(($(places_in h1) + $(places_in h2)))
}

bring_up() {
	mkdir -p "$VIRT"
	virt_network
	virt_host h1 1
	virt_host h2 2
	virt_daemons
	run_cmd ctl vn create blue --vni 100
}

arrival() {
	kill_in h2 check_arrived "bring_it_to h1" ctl vm migrate vm1 --server h2 --no-wait
}

take_down() {
	local h

	delete_it
	assert_eq "$(guests)" 0 "guests"
	assert_eq "$(places)" 0 "places"
	for h in $VIRT_HOSTS; do
		bg_stop "nvo3d-$h"
		assert_eq "$(virt_in "$h" ip -o link show type veth | grep -c ' v[0-9a-f]\{8\}@')" 0 \
			"taps of $h"
	done
}

plan 5
test_run "two hosts" bring_up
test_run "V1: killed in each step of a creation, it is made" creation
test_run "V12: in each step of a stop and of a start" stop_and_start
test_run "V9: the destination, in each step of a move" arrival
test_run "nothing is left" take_down
