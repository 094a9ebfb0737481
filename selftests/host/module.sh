#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 1200
# Guests in QEMU on two libvirtd's, whose NVEs have the module, on machines of their own (V1, V2, V7,
# V9, V10, E2; S4 without a trunk): they boot, are told their addresses, are reached through the
# overlay from a third NVE, change and move. What happens behind our back is in libvirt.sh.
# selftests/virt_rig.sh draws it.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_guest.sh
. "$LIB_TOP/selftests/virt_guest.sh"
# shellcheck source=selftests/virt_rig.sh
. "$LIB_TOP/selftests/virt_rig.sh"
TEST_LIMIT=400

GUEST=vm1
ADDR=10.9.0.11
MORE=02:00:00:00:00:0d
read -r TSI TSI2 <<<"$TSIS"

used() {
	ctl -j vm show vm1 | jq -ce '.use | select(.cpu_ms > 0 and .memory_kib > 1000 and .net_out > 4000000)'
}

counted() {	# HOST MINIMUM: its kernel has had frames both ways
	local out in

	out=$(rig_count "$1" encap) in=$(rig_count "$1" decap)
	echo "frames through the kernel of $1: $out encapsulated, $in decapsulated"
	assert_ge "$out" "$2" "encapsulated"
	assert_ge "$in" "$2" "decapsulated"
}

life() {
	virt_vn
	run_cmd client_make 10.9.0.200/24
	run_cmd ctl vm create vm1 --tenant alice --nic "vn=blue,tsi=$TSI" --server h1 --memory 128 --disk 16
	domain_is h1 vm1 running
	boots
	told_first "bound $ADDR/24 10.9.0.100 10.9.0.100 blue.example 60 $RIG_MTU"
	port_is_active h1
	run_cmd in_client "ping -c 3 -i 0.2 -W 2 $ADDR"
	in_client "curl -sf --max-time 60 http://$ADDR/data | md5sum" >"$LIB_TMP/sum"
	assert_eq "$(<"$LIB_TMP/sum")" "$(guest_get $ADDR sum)" "the download"
	busywait 30 used
	counted h1 100
	counted h3 100
}

second_is() {	# STATE: the second interface in the NVE's kernel; none: it is not there
	[[ $(rig_ports h1 | sed -n "s/^v${TSI2:0:8} //p") == "$1" ]]
}

changed() {
	run_cmd ctl vm set vm1 --plug "vn=blue,tsi=$TSI2,mac=$MORE"
	busywait 30 nics_are h1 2
	second_is active
	fails_with "interface $TSI2 is given twice" ctl vm set vm1 --plug "vn=blue,tsi=$TSI2"
	run_cmd ctl vm set vm1 --unplug $MORE
	busywait 30 nics_are h1 1
	second_is ""
	same_boot
}

relocated() {
	keeps h1 h2
	port_is_active h2
	busywait 30 rig_is_empty h1
}

# What was late is what the source's kernel has sent on.
moved_live() {
	local before

	before=$(rig_redirected h2)
	live h2 h1
	busywait 60 late_is_told
	assert_eq "$(ctl -j moves | jq '.items[0].late')" "$(($(rig_redirected h2) - before))" \
		"late frames"
	counted h1 100
}

late_is_told() {
	ctl -j moves | jq -e '.items[0] | {kind, blackout, late} | select(.late != null and .blackout)'
}

replicated() {
	goes h1 h2 replicate
	port_is_active h2
}

gone() {
	local h

	run_cmd ctl vm delete vm1
	virt_nothing_left vm1
	run_cmd ctl vm delete client
	for h in $VIRT_HOSTS $VIRT_OTHERS; do
		busywait 30 rig_is_empty "$h"
	done
}

plan 8
test_run "two libvirtd's, and three NVEs that have the module" rigs_up
test_run "a VM boots, is told its address by its NVE, and is reached through the overlay" life
test_run "an interface comes and goes while it runs" changed
test_run "it is relocated, and goes on where it was" relocated
test_run "it moves back while it runs, under pings and a download" moved_live
test_run "it is replicated" replicated
test_run "it is deleted, and nothing is left in libvirt, the hosts and the kernels" gone
test_run "the NVEs' machines end well" rigs_down
