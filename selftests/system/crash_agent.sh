#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12
# limit: 1200
# nvo3d, as it is built for use, is killed at each crash point of the NVE that it passes, and started
# again: the kernel's tables, the director and the vCenter then say what they would have said.
#
#   host1: nvo3d with faults.so	host2: a VM that comes and goes
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-crash
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=400
FAULTS=$LAB/faults

# As in selftests/preload/faults.h: 160 bytes, the point's name in 32, and at which passage
arm() {	# POINT
	python3 - "$FAULTS" "$1" <<-'EOF'
		import struct, sys
		with open(sys.argv[1], 'r+b') as file:
		    file.seek(160)
		    file.write(struct.pack('=32sI', sys.argv[2].encode(), 1))
	EOF
}

disarm() {
	rm -f "$FAULTS"
	truncate -s 1M "$FAULTS"
}

launch_with_faults() {
	LD_PRELOAD=$LIB_TOP/build/selftests/faults.so NVO3_FAULTS=$FAULTS lab_launch host1
}

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24
	busywait 30 mappings 2
	lab_signal host1 TERM
	again
	state_of_all >"$LAB/before"
}

mappings() {	# N: host1 has so many
	(($(lab_in host1 nvo3 -j map show dev nve0 | grep -o '"mac"' | wc -l) == $1))
}

state_of_all() {
	python3 "$LIB_TOP/selftests/system/state_of_all.py" "$LAB"
}

same_state() {
	state_of_all >"$LAB/after" && diff -u "$LAB/before" "$LAB/after"
}

again() {	# with faults, but none now
	local seen
	disarm
	seen=$(grep -c "nvo3d: ready" "$LAB/host1.log")
	launch_with_faults
	lab_ready host1 "$seen"
}

died() {
	lab_until 30 "the end of host1" lab_gone "$(<"$LAB/host1.pid")"
}

at_a_change() {	# POINT: the NVE hears of a new address
	arm "$1"
	ctl 1 vm create vm3 --tenant alice --vn blue --server host2 --ip 10.9.0.3/24
	died
	again
	busywait 30 mappings 3
	ctl 1 vm delete vm3
	busywait 30 mappings 2
	busywait 60 same_state
}

at_a_snapshot() {	# POINT: it is told all, since it comes with nothing
	lab_signal host1 KILL
	disarm
	arm "$1"
	launch_with_faults
	died
	again
	busywait 60 same_state
}

take_down() {
	lab_down
}

plan 6
test_run "two data centres, two VMs" bring_up
test_run "killed before the kernel is told" at_a_change agent-applying
test_run "killed when the kernel has been told" at_a_change agent-applied
test_run "killed before the sweep" at_a_snapshot agent-sweeping
test_run "killed after the sweep" at_a_snapshot agent-swept
test_run "all is taken down" take_down
