#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long fast
# limit: 900
# fast: 600 NVO3_HERTZ=10000 NVO3_CHANGES=100
# What a VM may send: said to vCenter, in force at the NVE before the VM's first frame, and changed under
# numbered frames: none is lost, and each is judged by one whole profile.
#
#   vm1 (host1) ---- overlay ---- vm2 (host2)	one data centre, one VN
#
# NVO3_HERTZ: frames a second (600). NVO3_CHANGES: how often the profile is another one (10).
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-profile
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/system/seq.sh
. "$LIB_TOP/selftests/system/seq.sh"
HERTZ=${NVO3_HERTZ:-600} CHANGES=${NVO3_CHANGES:-10}
TEST_LIMIT=$((240 + 2 * CHANGES))
MAC1=02:00:00:00:00:01 MAC2=02:00:00:00:00:02
# Both let UDP port 1000 and ARP pass, by other rules; 1001 is for the old one alone, 1002 for the new one.
OLD=(--default deny --rule "permit to-vm" --rule "permit from-vm ethertype 0x0806"
	--rule "permit from-vm proto udp dport 1000-1001" --pps 0)
NEW=(--default deny --rule "permit from-vm proto udp dst 10.9.0.0/24 dport 1002"
	--rule "permit from-vm proto udp src 10.9.0.1/32 dport 1000"
	--rule "permit from-vm ethertype 0x0806" --rule "permit to-vm ethertype 0x0806"
	--rule "permit to-vm ethertype 0x0800" --pps 500000)

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	ctl 1 profile create probe "${OLD[@]}"
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24 --mac $MAC2
	vm_netns "$(vm_id 1 vm2)" >"$LAB/vm2"
}

in_kernel() {	# HOST TEXT: its NVE has a profile that says so
	lab_in "$1" nvo3 profile show dev nve0 | grep -q -- "$2"
}

port_obeys() {	# HOST: its port has a profile
	lab_in "$1" nvo3 port show nve nve0 | grep -q "profile 1000000"
}

blocked() {	# vm1 does not get through, other than by the probe
	! lab_in "$(<"$LAB/vm1")" ping -c 2 -i 0.2 -W 1 10.9.0.2
}

free_port() {	# HOST
	! port_obeys "$1"
}

# The VM runs when its creation has ended: by then the rules have been in the kernel.
first_frame() {
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1 \
		--profile probe
	in_kernel host1 "proto 17"
	port_obeys host1
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1"
	blocked
	free_port host2
	[[ -z $(lab_in host2 nvo3 profile show dev nve0) ]]
}

start_probe() {
	seq_taps host1 host2
	seq_send "$(<"$LAB/vm1")" 10.9.0.2 "$HERTZ" 1000 1001 1002
}

stop_probe() {	# OTHER CHANGES: see there
	seq_sent "$(<"$LAB/vm1")"
	busywait 10 seq_quiet "$(<"$LAB/vm2")"
	seq_taps_end host1 host2
	python3 "$LIB_TOP/selftests/system/seq_fates.py" "$LAB/tap-host1" "$LAB/tap-host2" "$@"
}

says_new() {
	in_kernel host1 "dport 1002"
}

says_old() {
	! says_new && in_kernel host1 "dport 1000-1001"
}

replaced_live() {
	local i

	seq_sink "$(<"$LAB/vm2")" 10.9.0.1 $MAC1
	lab_in "$(<"$LAB/vm1")" ip neigh replace 10.9.0.2 lladdr $MAC2 dev eth0 nud permanent
	start_probe
	for ((i = 0; i < CHANGES; i += 2)); do
		ctl 1 profile set probe "${NEW[@]}" >/dev/null
		busywait 10 says_new
		ctl 1 profile set probe "${OLD[@]}" >/dev/null
		busywait 10 says_old
	done
	stop_probe old "$i"
	blocked
}

idle_vm() {	# nothing is being done to it
	ctl 1 -j vm show vm1 | jq -e '.doing | not' >/dev/null
}

no_profile() {
	! port_obeys host1 && [[ -z $(lab_in host1 nvo3 profile show dev nve0) ]]
}

# Taken from a live port, and given to it again.
given_and_taken() {
	start_probe
	for _ in 1 2 3; do
		ctl 1 vm set vm1 --no-profile
		busywait 10 no_profile
		busywait 10 idle_vm
		ctl 1 vm set vm1 --profile probe
		busywait 10 port_obeys host1
		busywait 10 idle_vm
	done
	stop_probe none 6
	blocked
}

mapped_as() {	# IP: the nDirector says so of vm1
	dctl 1 mappings | jq -e --arg ip "$1" 'any(.items[]; .ips | index($ip))' >/dev/null
}

not_mapped_as() {
	! mapped_as "$1"
}

addresses_change() {
	start_probe
	ctl 1 vm set vm1 --ip 10.9.0.1/24 --ip 10.9.0.11/24
	busywait 10 mapped_as 10.9.0.11/24
	busywait 10 idle_vm
	ctl 1 vm set vm1 --ip 10.9.0.1/24
	busywait 10 idle_vm
	busywait 10 not_mapped_as 10.9.0.11/24
	stop_probe old 0
}

# Killed under the probe: the rules stay in force all the time, and a change comes through afterwards.
survives() {	# NAME
	start_probe
	run_cmd lab_signal "$1" KILL
	in_kernel host1 "proto 17"
	blocked
	run_cmd lab_start "$1"
	port_obeys host1
	ctl 1 profile set probe "${NEW[@]}" >/dev/null
	busywait 30 says_new
	ctl 1 profile set probe "${OLD[@]}" >/dev/null
	busywait 30 says_old
	stop_probe old 2
}

undeletable() {
	! ctl 1 profile delete probe
}

deleted() {
	undeletable
	ctl 1 vm set vm1 --no-profile
	busywait 10 no_profile
	busywait 10 idle_vm
	lab_in "$(<"$LAB/vm1")" ping -c 2 -i 0.2 -W 2 10.9.0.2
	ctl 1 profile delete probe
	[[ $(ctl 1 -j profile list | jq '.items | length') == 0 ]]
}

plan 9
test_run "a data centre, a VM, a profile" bring_up
test_run "the rules are there before the first frame" first_frame
test_run "replaced $CHANGES times under $HERTZ frames a second, each judged by one whole profile" replaced_live
test_run "taken and given under frames, none is lost" given_and_taken
test_run "addresses change under frames, none is lost" addresses_change
test_run "kill -9 of nvo3d: in force all the time" survives host1
test_run "kill -9 of ndirectord: in force all the time" survives director1
test_run "kill -9 of vcenterd: in force all the time" survives vcenter1
test_run "taken away and deleted" deleted
lab_down
