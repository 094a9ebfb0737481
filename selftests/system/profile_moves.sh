#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# A VM with an access list and a rate goes from one data centre to the other and back, under frames of which
# every second one is forbidden to it: none of those comes through, at either end, before, in and after the move. The
# profile is made and changed in dc1 alone.
#
#   vm1 (host1, dc1 <-> host3, dc2) <--- overlay, 2 x 5 ms --- vm9 (host4, dc2)		one VN
#
# NVO3_HERTZ: frames a second (200): what a rig bears that is emulated beside others.
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-profile-moves
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/system/seq.sh
. "$LIB_TOP/selftests/system/seq.sh"
TEST_LIMIT=300
HERTZ=${NVO3_HERTZ:-200}
MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09
# To 1000 and not to 1001; the VM itself may say nothing but ARP.
RULES=(--default deny --rule "permit to-vm proto udp dport 1000" --rule "permit to-vm ethertype 0x0806"
	--rule "permit from-vm ethertype 0x0806")

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 30 "the VN in dc2" vn_known 2 blue
	ctl 1 profile create web "${RULES[@]}" --rate 100000000 --burst 1000000
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1 --profile web
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	vm_id 1 vm1 >"$LAB/vm1.id"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9.ns"
	lab_in "$(<"$LAB/vm9.ns")" ip neigh replace 10.9.0.1 lladdr $MAC1 dev eth0 nud permanent
}

# dc2 has it before a VM with it comes, and cannot change it; no NVE there has it.
known_there() {
	busywait 20 ctl 2 profile show web
	assert_eq "$(ctl 2 -j profile show web | jq -r .home_dc)" dc1 "its home"
	fails_with "profile web belongs to dc1" ctl 2 profile set web --default permit
	fails_with "profile web belongs to dc1" ctl 2 profile delete web
	assert_eq "$(lab_in host3 nvo3 profile show dev nve0)" "" "profiles on host3"
}

in_kernel() {	# HOST TEXT: its NVE has a profile that says so
	lab_in "$1" nvo3 profile show dev nve0 | grep -q -- "$2"
}

without_profile() {	# HOST
	[[ -z $(lab_in "$1" nvo3 profile show dev nve0) ]]
}

dropped() {	# HOST: frames to ports there that an access list has denied
	lab_in "$1" nvo3 -j -s nve show dev nve0 | grep -o '"acl-to-vm": *[0-9]*' | grep -o '[0-9]*$' ||
		echo 0
}

monitor_hears() {	# HOST
	lab_in "$1" nvo3 vn set dev nve0 vni 100 limit "$((100000 + SECONDS))"
	grep -q "vni 100" "$LIB_TMP/monitor-$1.log"
}

watch_kernel() {	# HOST: what becomes of its profiles and ports
	bg "monitor-$1" nsenter --net="/run/netns/$1" nvo3 monitor config
}

# The profile comes, then the port, silent and with it; then the port is active, and is never without.
profile_came_first() {	# HOST
	bg_stop "monitor-$1"
	bg_log "monitor-$1"
	grep -E '^(profile|port) ' "$LIB_TMP/monitor-$1.log" | awk '
		$1 == "profile" { there = 1 }
		$1 == "port" && (!there || !/ profile 1000000/) { print "WRONG:", $0; wrong = 1 }
		/ state associated/ { silent = 1 }
		/ state active/ { if (!silent) { print "WRONG: active at once"; wrong = 1 } active = 1 }
		END { exit wrong || !active }'
}

move_under_frames() {	# KIND FROM'S-DC TARGET HOST OTHER-HOST
	local kind=$1 dc=$2 target=$3 to=$4 from=$5 before

	before=$(dropped "$to")
	watch_kernel "$to"
	seq_taps host1 host3 host4
	seq_send "$(<"$LAB/vm9.ns")" 10.9.0.1 "$HERTZ" 1000 1001
	busywait 30 arrives 50
	run_cmd ctl "$dc" vm "$kind" vm1 --to "$target"
	in_kernel "$to" "dport 1000"
	in_kernel "$to" "rate 100000000"
	busywait 30 arrives 50
	seq_sent "$(<"$LAB/vm9.ns")"
	busywait 10 seq_quiet "$(<"$LAB/vm9.ns")"
	seq_taps_end host1 host3 host4
	profile_came_first "$to"
	python3 "$LIB_TOP/selftests/system/profile_moves.py" moved "$LAB" "$from" "$to"
	assert_ge "$(dropped "$to")" $((before + 1)) "forbidden frames that have come to $to"
	busywait 30 without_profile "$from"
}

arrives() {	# N: so many frames have come to the VM since it is where it is now
	(($(seq_came "$(vm_netns "$(<"$LAB/vm1.id")")") >= $1))
}

# Forbidden to the VM itself: it does not get through to vm9, who would answer.
mute() {
	local ns

	ns=$(vm_netns "$(<"$LAB/vm1.id")")
	[[ -n $ns ]] || fail "vm1 has no network namespace"
	fails lab_in "$ns" ping -c 2 -i 0.2 -W 1 10.9.0.9
}

to_dc2() {
	move_under_frames migrate 1 dc2/host3 host3 host1
	mute
}

limited() {	# at host3
	in_kernel host3 "pps 20"
}

# Changed in dc1, where no VM has it any more: in force in dc2. The bucket has 32 frames, and after a pause twice.
changed_at_home() {
	local before

	ctl 1 profile set web --pps 20
	busywait 20 limited
	seq_taps host3 host4
	before=$(sent)
	seq_send "$(<"$LAB/vm9.ns")" 10.9.0.1 "$HERTZ" 1000 1001
	# which is more than the bucket has at first
	busywait 60 sent_since "$before" 600
	seq_sent "$(<"$LAB/vm9.ns")"
	busywait 10 seq_quiet "$(<"$LAB/vm9.ns")"
	seq_taps_end host3 host4
	python3 "$LIB_TOP/selftests/system/profile_moves.py" limited "$LAB" host3 20 64
}

sent() {	# by vm9
	ip -n "$(<"$LAB/vm9.ns")" -j -s link show dev eth0 | jq '.[0].stats64.tx.packets'
}

sent_since() {	# BEFORE N
	(($(sent) >= $1 + $2))
}

peer_down() {
	! ctl 2 -j status | jq -e '.peers | all(.up)'
}

peer_up() {
	ctl 1 -j status | jq -e '.peers | all(.up)' && ctl 2 -j status | jq -e '.peers | all(.up)'
}

unlimited() {
	! limited && in_kernel host3 "dport 1000"
}

# dc1 is cut off: dc2 goes on with what it was told, and hears of what has changed when it is back.
home_cut_off() {
	lab_cut
	busywait 60 peer_down
	ctl 1 profile set web --pps 0
	lab_signal vcenter2 KILL
	lab_start vcenter2
	limited
	assert_eq "$(ctl 2 -j profile show web | jq .pps)" 20 "frames a second in dc2"
	lab_heal
	busywait 120 peer_up
	busywait 30 unlimited
}

back_replicated() {
	move_under_frames replicate 2 dc1/host1 host1 host3
	mute
}

# dc2 does not know it: nothing is stopped, nothing is moved.
refused() {
	local ns pids

	lab_cut
	busywait 60 peer_down
	ctl 1 profile create odd --default deny
	ctl 2 profile create odd
	lab_heal
	busywait 120 peer_up
	ctl 1 vm set vm1 --profile odd
	busywait 20 idle_vm
	ns=$(vm_netns "$(<"$LAB/vm1.id")")
	pids=$(ip netns pids "$ns")
	fails_with "profile odd of dc1 is not known in dc2" ctl 1 vm migrate vm1 --to dc2/host3
	assert_eq "$(ip netns pids "$ns")" "$pids" "vm1's processes"
	without_profile host3
	ctl 1 vm set vm1 --profile web
	busywait 20 idle_vm
}

idle_vm() {
	ctl 1 -j vm show vm1 | jq -e '.doing | not' >/dev/null
}

on_vlan() {	# HOST: vm2's port there
	lab_in "$1" nvo3 port show nve nve0 | grep -q "vlan 30 .*state active"
}

# Its guest speaks on the VLAN.
tag() {
	local ns

	ns=$(vm_netns "$(<"$LAB/vm2.id")")
	ip -n "$ns" address flush dev eth0
	ip -n "$ns" link add link eth0 name eth0.30 up type vlan id 30
	ip -n "$ns" address add 10.9.0.2/24 dev eth0.30
	busywait 20 lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 1 10.9.0.2
}

# The profile says by which VLAN its VM is attached: at both ends.
same_vlan() {
	ctl 1 profile create tagged --vlan 30
	busywait 20 ctl 2 profile show tagged
	ctl 1 vm create vm2 --tenant alice --vn blue --server host1 --ip 10.9.0.2/24 --profile tagged
	vm_id 1 vm2 >"$LAB/vm2.id"
	on_vlan host1
	tag
	run_cmd ctl 1 vm migrate vm2 --to dc2/host3
	on_vlan host3
	tag
	ctl 2 vm delete vm2
}

gone_there() {
	! ctl 2 profile show web
}

deleted() {
	ctl 1 vm set vm1 --no-profile
	busywait 20 idle_vm
	ctl 1 profile delete web
	busywait 20 gone_there
	busywait 60 ctl 1 profile delete tagged
	busywait 20 without_profile host1
}

plan 9
test_run "two data centres, a VM with a profile" bring_up
test_run "the other data centre knows it, and leaves it alone" known_there
test_run "the VM moves under frames: no forbidden one comes through, the profile is there first" to_dc2
test_run "changed at its home, in force where the VM is" changed_at_home
test_run "the home is cut off: the rules stay, and the change comes later" home_cut_off
test_run "the VM is replicated back under frames: the same" back_replicated
test_run "a profile that is not known there: refused, nothing is stopped" refused
test_run "its VLAN is the same at the destination" same_vlan
test_run "deleted, in both" deleted
lab_down
