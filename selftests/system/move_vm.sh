#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Migration and replication within and between data centres, and moves that must not happen; what a
# host knows of others (D1).
#
#   vm1 (host1, dc1)   vm2 (host2, dc1)   vm9 (host4, dc2)   one VN
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-move
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=240

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24
	vm_id 1 vm1 >"$LAB/vm1.id"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9.ns"
	image_sum host1 >"$LAB/vm1.sum"
	answers 10.9.0.1
}

answers() {	# ADDR: vm9 reaches it
	busywait 20 lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 1 "$1"
}

image_sum() {	# HOST: of vm1's image there
	local image

	image=$(find "$LAB/$1" -path "*$(<"$LAB/vm1.id")*" -name image)
	[[ -n $image ]] || fail "no image of vm1 on $1"
	sha256sum <"$image"
}

hosted() {	# DC SERVER: vm1 runs there, and both vCenters say so
	local dc

	for dc in 1 2; do
		busywait 10 looked_up "$dc" "$1" "$2"
	done
	[[ -n $(vm_netns "$(<"$LAB/vm1.id")") ]] || fail "vm1 has no network namespace"
	image_sum "$2" | diff - "$LAB/vm1.sum"
	answers 10.9.0.1
}

looked_up() {	# DC HOME SERVER
	ctl "$1" -j vm lookup --vn blue --name vm1 | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert (r["result"], r["dc"], r["server"]) == ("found", "dc" + sys.argv[1], sys.argv[2]), r
' "$2" "$3"
}

nothing_of_vm1() {	# HOST: no image, no port, no namespace
	busywait 20 without_vm1 "$1"
}

without_vm1() {
	local left

	left=$(find "$LAB/$1" -path "*$(<"$LAB/vm1.id")*"; lab_in "$1" nvo3 port show)
	[[ -z $left ]] || fail "on $1 is left: $left"
}

# --- who knows what

# The VNs that the kernel has, and those that it has mappings of.
vnis_are() {	# HOST "VNI..."
	[[ $(lab_in "$1" nvo3 -j vn show | jq -r '[.[].vni] | sort | join(" ")') == "$2" &&
		$(lab_in "$1" nvo3 -j map show | jq -r '[.[].vni] | unique | join(" ")') == "$2" ]]
}

# What the vServer has on its disk
vms_are() {	# HOST VM...
	local host=$1 id

	shift
	diff <(for id; do vm_id "$DC" "$id"; done | sort) \
		<(find "$LAB/$host" -path '*/vms/*' -prune -type d -printf '%f\n' | sort)
}

own_only() {
	ctl 1 vn create red --vni 101
	lab_until 20 "the VN in dc2" vn_known 2 red
	ctl 1 vm create r1 --tenant alice --vn red --server host1 --ip 10.8.0.1/24
	ctl 2 vm create r3 --tenant alice --vn red --server host3 --ip 10.8.0.3/24
	DC=1 vms_are host1 vm1 r1
	DC=1 vms_are host2 vm2
	DC=2 vms_are host3 r3
	DC=2 vms_are host4 vm9
	busywait 20 vnis_are host1 "100 101"
	busywait 20 vnis_are host2 100
	busywait 20 vnis_are host3 101
	busywait 20 vnis_are host4 100
	ctl 1 vm delete r1
	ctl 2 vm delete r3
	busywait 20 vnis_are host1 100
	busywait 20 vnis_are host3 ""
	ctl 1 vn delete red
}

# --- moves

within_a_dc() {
	run_cmd ctl 1 vm migrate vm1 --to dc1/host2
	hosted 1 host2
	nothing_of_vm1 host1
}

to_the_other_dc() {
	run_cmd ctl 1 vm migrate vm1 --to dc2/host3
	hosted 2 host3
	fails_with "vm1" ctl 1 vm show vm1
}

and_back() {
	run_cmd ctl 2 vm migrate vm1 --to dc1/host1
	hosted 1 host1
	nothing_of_vm1 host3
}

refused() {	# SENTENCE TARGET: and vm1 has not even been stopped
	local ns before

	ns=$(vm_netns "$(<"$LAB/vm1.id")")
	before=$(ip netns pids "$ns")
	[[ -n $before ]] || fail "vm1 has no process"
	fails_with "$1" ctl 1 vm migrate vm1 --to "$2"
	assert_eq "$(ip netns pids "$ns")" "$before" "vm1's process"
	hosted 1 host1
}

to_a_full_server() {
	ctl 2 vm create big --tenant bob --vn blue --server host3 --cpus 8
	refused "host3" dc2/host3
	ctl 2 vm delete big
}

# The image goes first, then the VM: it is one move of another kind.
replicated() {
	run_cmd ctl 1 vm replicate vm1 --to dc2/host3 >"$LAB/replicate"
	cat "$LAB/replicate"
	grep -q ' copy$' "$LAB/replicate" || fail "no step copy"
	hosted 2 host3
	nothing_of_vm1 host1
	ctl 1 -j moves | python3 -c '
import json, sys
m = json.load(sys.stdin)["items"][0]
assert (m["kind"], m["state"]) == ("replication", "done"), m
steps = [p["step"] for p in m["phases"]]
assert steps == ["reserve", "copy", "stop", "pull", "commit", "release"], steps'
	ctl 2 vm migrate vm1 --to dc1/host1
	hosted 1 host1
}

# The destination dies while the image is on its way and comes back: the move goes on or is
# given up, and the VM is in one place with its image.
destination_dies() {
	local migrate

	ctl 1 vm migrate vm1 --to dc2/host3 >"$LAB/migrate" 2>&1 &
	migrate=$!
	busywait 20 grep -q pull "$LAB/migrate"
	lab_signal host3 KILL
	lab_start host3
	wait $migrate || true
	cat "$LAB/migrate"
	in_one_place
}

# The coordinator dies in the middle: the same.
coordinator_dies() {
	ctl 1 vm migrate vm1 --to dc2/host3 --no-wait
	lab_signal vcenter1 KILL
	lab_start vcenter1
	in_one_place
}

in_one_place() {
	busywait 120 ended
	if looked_up 2 2 host3; then
		hosted 2 host3
		nothing_of_vm1 host1
		ctl 2 vm migrate vm1 --to dc1/host1
	fi
	hosted 1 host1
	nothing_of_vm1 host3
}

ended() {
	ctl 1 -j moves | python3 -c '
import json, sys
assert all(m["state"] in ("done", "aborted") for m in json.load(sys.stdin)["items"])'
}

plan 11
test_run "two data centres, three VMs" bring_up
test_run "a vServer has its own VMs, its NVE the VNs of these, and neither has others" own_only
test_run "a VM moves to another server of its data centre" within_a_dc
test_run "a VM moves to another data centre" to_the_other_dc
test_run "and back, with its image" and_back
test_run "a VM is replicated to the other data centre" replicated
test_run "a move to an unknown server is refused, nothing is touched" refused "nosuch" dc2/nosuch
test_run "a move to an unknown data centre is refused, nothing is touched" refused "dc7" dc7/host3
test_run "a move to a full server is refused, nothing is touched" to_a_full_server
test_run "the destination dies during the pull and comes back: the VM is in one place" destination_dies
test_run "the coordinator dies and comes back: the VM is in one place" coordinator_dies
lab_down
