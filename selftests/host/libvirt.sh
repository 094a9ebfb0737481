#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Guests in QEMU on two libvirtd's, as domains of the driver libvirt: their life, what happens to
# them behind our back, programs that die, and a move while they run.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
TEST_LIMIT=240

ADDR=10.9.0.11

life() {
	virt_vn
	run_cmd ctl vm create vm1 --tenant alice --vn blue --server h1 --memory 128 --disk 16
	domain_is h1 vm1 running
	boots
	told "bound $ADDR/24 10.9.0.100 10.9.0.100 blue.example 60 1"
	run_cmd ctl vm suspend vm1
	domain_is h1 vm1 paused
	fails guest_get $ADDR boot
	run_cmd ctl vm resume vm1
	same_boot
	guest_get $ADDR data | md5sum >"$LIB_TMP/sum"
	busywait 30 used 4000000
}

# It takes seconds to be back, which the next test waits for.
reboot() {
	boots
	run_cmd ctl vm reboot vm1
	fails in_ns "$VIRT_NS-mid" curl -sf --max-time 1 "http://$ADDR/boot"
}

# V11: as the guest sees it, it has sent so many bytes.
used() {	# BYTES
	local sent

	ctl -j vm show vm1 | jq -c .use
	sent=$(ctl -j vm show vm1 | jq '.use | select(.cpu_ms > 0 and .memory_kib > 1000) | .net_out')
	((${sent:-0} > $1))
}

# Its last line of what it was told by DHCP begins so
told() {	# LINE
	[[ $(guest_get $ADDR told | tail -n 1) == "$1"* ]]
}

boots() {
	busywait 200 guest_get $ADDR boot
	guest_get $ADDR boot >"$LIB_TMP/boot"
}

same_boot() {	# It is reached, and has not been started anew since
	busywait 60 guest_get $ADDR boot
	assert_eq "$(guest_get $ADDR boot)" "$(<"$LIB_TMP/boot")" "the guest's boot"
}

tap() {	# HOST: state of vm1's port
	local dev

	dev=$(virsh_on "$1" domiflist nvo3-vm1 | awk '$2 == "ethernet" { print $1 }')
	ip -n "$VIRT_NS-$1" -j link show dev "$dev" | jq -r '.[0] | "\(.operstate) \(.master)"'
}

others() {
	boots
	assert_eq "$(tap h1)" "UP br0" "vm1's port"
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

told_more() {	# LINES
	(($(guest_get $ADDR told | wc -l) > $1))
}

# The guest goes on where it was, with its memory and its disk, and an open download with it.
live() {
	local from=$1 to=$2 lost asked

	boots
	bg pings netns_run "$VIRT_NS-mid" ping -n -i 0.05 $ADDR
	bg download netns_run "$VIRT_NS-mid" curl -sf --limit-rate 300k -o "$LIB_TMP/data" "http://$ADDR/data"
	busywait 20 test -s "$LIB_TMP/data"
	run_cmd ctl vm mobility vm1 --server "$to"
	domain_is "$to" vm1 running
	same_boot
	assert_eq "$(guest_get $ADDR cgi-bin/disk)" "$(<"$LIB_TMP/boot")" "its disk"
	asked=$(guest_get $ADDR told | wc -l)
	busywait 60 lib_gone "$(<"$LIB_TMP/download.pid")" || fail "$(ls -l "$LIB_TMP/data"; ss -N "$VIRT_NS-mid" -tin)"
	assert_eq "$(md5sum <"$LIB_TMP/data")" "$(guest_get $ADDR sum)" "the download"
	bg_stop pings INT
	tail -n 3 "$LIB_TMP/pings.log"
	lost=$(grep -o '[0-9]* packets transmitted, [0-9]* received' "$LIB_TMP/pings.log")
	echo "$lost, one each 50 ms; $(ctl -j moves | jq -c '.items[0] | {kind, blackout}')"
	virsh_on "$to" domjobinfo nvo3-vm1 --completed | grep -i downtime || true
	# All of it has gone over: the disk of 16 MiB, and what else there is
	ctl -j moves | jq -ce '.items[0].image | select(.done == .total and .total >= 16 * 1048576)' ||
		fail "$(ctl -j moves | jq -c '.items[0].image')"
	fails virsh_on "$from" dominfo nvo3-vm1
	assert_eq "$(tap "$to")" "UP br0" "vm1's port"
	# It asks again after half of its lease, and is told by who knows it now
	busywait 60 told_more "$asked"
	told "renew $ADDR/24 "
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
