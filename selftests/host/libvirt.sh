#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Guests in QEMU on two libvirtd's, as domains of the driver libvirt: their life, what happens to
# them behind our back, programs that die, and a move while they run.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_guest.sh
. "$LIB_TOP/selftests/virt_guest.sh"
TEST_LIMIT=240

GUEST=vm1
ADDR=10.9.0.11

life() {
	virt_vn
	run_cmd ctl vm create vm1 --tenant alice --vn blue --server h1 --memory 128 --disk 16
	domain_is h1 vm1 running
	boots
	told_first "bound $ADDR/24 10.9.0.100 10.9.0.100 blue.example 60 1"
	run_cmd ctl vm suspend vm1
	domain_is h1 vm1 paused
	fails guest_get $ADDR boot
	run_cmd ctl vm resume vm1
	same_boot
	guest_get $ADDR data | md5sum >"$LIB_TMP/sum"
	busywait 30 used 4000000
	busywait 30 machine_told
}

# It takes seconds to be back, which the next test waits for.
reboot() {
	boots
	run_cmd ctl vm reboot vm1
	fails in_ns "$VIRT_NS-mid" curl -sf --max-time 1 "http://$ADDR/boot"
}

# V11: as the guest sees it, it has sent so many bytes. Its disk is a file of this machine's.
used() {	# BYTES
	local sent

	ctl -j vm show vm1 | jq -c .use
	sent=$(ctl -j vm show vm1 | jq '.use | select(.cpu_ms > 0 and .memory_kib > 1000 and
		.disk_kib > 0 and .store_in == 0) | .net_out')
	((${sent:-0} > $1))
}

# And its host's machine is busy, at least with it.
machine_told() {
	ctl -j server show h1 | jq -e '.host | .cpus > 0 and .cpu_permille > 0 and
		.memory_used_kib > 0 and .memory_used_kib < .memory_kib and .disk_kib > 0'
}

others() {
	boots
	port_is_active h1
	run_cmd virsh_on h1 suspend nvo3-vm1
	busywait 30 vm_is vm1 suspended
	run_cmd virsh_on h1 resume nvo3-vm1
	busywait 30 vm_is vm1 running
	same_boot
	run_cmd virsh_on h1 destroy nvo3-vm1
	busywait 30 vm_is vm1 stopped
	run_cmd virsh_on h1 start nvo3-vm1
	busywait 30 vm_is vm1 running
	boots
	ctl -j events | jq -e '.items[] | select(.kind == "vm-stopped" or .kind == "vm-started")' \
		>/dev/null
}

beside_it() {	# FUNCTION
	boots
	"$1"
}

# --- the console

# Types a line into vm1's console, as long as that is open.
types() {	# LINE
	echo "$1" >&"$CONSOLE_IN"
}

shown() {	# TEXT: as a line of the console's output
	tr -d '\r' <"$LIB_TMP/console.log" | grep -qx "$1"
}

# LINE ANSWER: the shell may not be there yet, and what is typed before is nobody's.
answers() {
	types "$1"
	busywait 5 shown "$2"
}

follows() {	# HOST
	run_cmd ctl vm mobility vm1 --server "$1"
	busywait 60 grep -q "VM vm1 has moved to dc1/$1; its console is opened again" "$LIB_TMP/console.log"
}

# The same shell answers at both hosts.
console() {
	boots
	console_begin
	busywait 60 answers "echo here\$((6*7))" here42
	fails_with "root is at the console of VM vm1" ctl vm console vm1
	fails_with "ctive console session" virt_in h1 timeout 20 \
		script -qec "virsh -c qemu:///system console nvo3-vm1" /dev/null
	types "mark=moved"
	follows h2
	busywait 60 answers "echo \$mark\$((5*11))" moved55
	follows h1
	busywait 60 answers "echo \$mark\$((3*11))" moved33
	console_end
	assert_eq "$(echo "echo \$((6*7))" | ctl vm console vm1 | tr -d '\r' | grep -cx 42)" 1 "a pipe"
	ctl -j audit | jq -e '.items[] | select(.after.vm_name == "vm1" and .after.out > 0 and .after.end == "left")' >/dev/null
}

termination() {
	run_cmd ctl vm delete vm1
	virt_nothing_left vm1
}

plan 10
test_run "two hosts, each with a libvirtd" virt_up
test_run "a VM boots, is reached through its port, tells what it uses, stands still" life
test_run "it reboots" reboot
test_run "what virsh does to it is seen" others
test_run "nvo3d is killed and comes back: the guest has not noticed" beside_it nvo3d_dies
test_run "libvirtd is killed and comes back: the guest has not noticed" beside_it libvirtd_dies
test_run "it moves to the other host while it runs, under pings and a download" live h1 h2
test_run "and back" live h2 h1
test_run "somebody is at its console, alone, and stays there while it moves there and back" console
test_run "it is deleted, and nothing is left" termination
