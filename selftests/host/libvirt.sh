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

# It comes back and finds the guest as it was.
nvo3d_dies() {
	boots
	bg_stop nvo3d-h1 KILL
	same_boot
	virt_nvo3d h1
	busywait 20 virt_servers_up
	vm_is vm1 running
	same_boot
}

# What happened to the guest meanwhile is seen when libvirtd is there again.
libvirtd_dies() {
	boots
	bg_stop libvirtd-h1 KILL
	same_boot
	vm_is vm1 running
	# What is asked meanwhile is done then
	run_cmd ctl vm suspend vm1 --no-wait
	fails vm_is vm1 suspended
	virt_libvirtd h1
	busywait 30 vm_is vm1 suspended
	run_cmd ctl vm resume vm1
	same_boot
}

termination() {
	run_cmd ctl vm delete vm1
	virt_nothing_left vm1
}

plan 9
test_run "two hosts, each with a libvirtd" virt_up
test_run "a VM boots, is reached through its port, tells what it uses, stands still" life
test_run "it reboots" reboot
test_run "what virsh does to it is seen" others
test_run "nvo3d is killed and comes back: the guest has not noticed" nvo3d_dies
test_run "libvirtd is killed and comes back: the guest has not noticed" libvirtd_dies
test_run "it moves to the other host while it runs, under pings and a download" live h1 h2
test_run "and back" live h2 h1
test_run "it is deleted, and nothing is left" termination
