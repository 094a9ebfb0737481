#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long fast
# limit: 1500
# fast: 2400 NVO3_MOVES=100 NVO3_HERTZ=10000 NVO3_SESSIONS=1000
# A VM moves back and forth between two hosts while a third one sends it numbered frames, and asks
# nobody's leave: what was lost, what came twice, what came late, and whether the time that the move
# reports is the time that a tap at both ends sees.
#
#   vm1 (host1 <-> host2, dc1) <--- overlay, 2 x 5 ms --- vm9 (host4, dc2)       a VN on demand
#
# NVO3_MOVES: how many moves (5). NVO3_HERTZ: frames a second (200): what a rig bears that is emulated beside others.
# NVO3_SESSIONS: so many NVEs of a generator are in the VN and are told where vm1 is (0).
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-probe
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/system/seq.sh
. "$LIB_TOP/selftests/system/seq.sh"
# shellcheck source=selftests/system/nves.sh
. "$LIB_TOP/selftests/system/nves.sh"
MOVES=${NVO3_MOVES:-5} HERTZ=${NVO3_HERTZ:-200} SESSIONS=${NVO3_SESSIONS:-0}
TEST_LIMIT=$((120 + 200 * MOVES))
MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09

bring_up() {
	modprobe nvo3
	if ((SESSIONS)); then nves_room; fi
	lab_up
	# no broadcast to NVEs that are not there
	ctl 1 vn create blue --vni 100 --distribution on-demand --bum none --arp answer \
		--arp-unknown ask
	lab_until 30 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	vm_id 1 vm1 >"$LAB/vm1.id"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9.ns"
	# to whom the VM answers does not change with its host
	lab_in "$(<"$LAB/vm9.ns")" ip neigh replace 10.9.0.1 lladdr $MAC1 dev eth0 nud permanent
	busywait 20 lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 2 10.9.0.1
	if ((SESSIONS)); then nves_join 1 blue 1 "$SESSIONS"; fi
}

taps_begin() {	# on every host with one of the two
	seq_taps host1 host2 host4
	seq_send "$(<"$LAB/vm9.ns")" 10.9.0.1 "$HERTZ"
}

taps_end() {
	seq_sent "$(<"$LAB/vm9.ns")"
	seq_taps_end host1 host2 host4
}

watch() {	# NAME WORD... of nvo3ctl: what is told, and what was missed
	local name=$1

	shift
	bg "watch-$name" watched "$name" "$@"
}

watched() {
	exec nvo3ctl --socket "$LAB/vcenter1/api.sock" --director-socket "$LAB/director1/api.sock" \
		-j "${@:2}" >"$LAB/watch-$1" 2>"$LAB/missed-$1"
}

move_to() {	# HOST
	run_cmd ctl 1 vm migrate vm1 --to "dc1/$1"
}

# The times and the late frames of the last move are told after its end.
figures_known() {	# COUNT moves
	ctl 1 -j moves | jq -e --argjson n "$1" \
		'[.items[] | select(.state == "done" and .blackout and .late != null)] | length == $n'
}

knows() {	# HOST: it can send to vm9
	lab_in "$1" nvo3 map show dev nve0 | grep -q "$MAC9.*agent"
}

has_missed() {	# HOST: its kernel had to ask for an address
	lab_in "$1" nvo3 -s vn show dev nve0 | grep -E 'misses [1-9]'
}

back_and_forth() {
	local i host

	taps_begin
	watch moves moves -w
	watch maps map list -w --vn blue
	for ((i = 1; i <= MOVES; i++)); do
		host=host$((i % 2 + 1))
		move_to $host
		# what the VM used elsewhere came with it
		knows $host
		((i > 1)) || fails has_missed $host
	done
	busywait 60 figures_known "$MOVES"
	taps_end
	bg_stop watch-moves
	bg_stop watch-maps
	cat "$LAB/missed-moves" "$LAB/missed-maps"
	ctl 1 -j moves >"$LAB/moves.json"
	ctl 1 moves
	if ((SESSIONS)); then nves_do heard >"$LAB/heard.json"; fi
	python3 "$LIB_TOP/selftests/system/move_probe.py" "$LAB" "$HERTZ"
}

# Who watched has missed nothing: each move ends after its commit, and the address is where the last one
# has put it.
watchers_saw_all() {
	[[ ! -s $LAB/missed-moves && ! -s $LAB/missed-maps ]]
	jq -s -e --argjson n "$MOVES" '[.[] | select(.op == "set").item] | group_by(.id) |
		length == $n and all(.[]; [.[].step] | index("commit") < index("done"))' "$LAB/watch-moves"
	jq -s -e --arg nve "dc1/host$((MOVES % 2 + 1))" --arg mac $MAC1 \
		'[.[] | select(.item.mac == $mac and .op == "set").item.nve] | last == $nve' \
		"$LAB/watch-maps"
}

redirected() {	# HOST: by its NVE, whatever became of the VN
	lab_in "$1" nvo3 -j -s nve show dev nve0 | grep -o '"redirected": *[0-9]*' | grep -o '[0-9]*$' ||
		echo 0
}

late_frames_add_up() {
	local told counted

	told=$(jq '[.items[].late] | add' "$LAB/moves.json")
	counted=$(($(redirected host1) + $(redirected host2)))
	echo "late frames: told $told, counted by the kernels $counted"
	assert_eq "$told" "$counted" "late frames"
}

metrics_agree() {
	local dc=1 sum

	sum=$(jq '[.items[].late] | add' "$LAB/moves.json")
	curl -sf --unix-socket "$LAB/vcenter$dc/api.sock" http://localhost/metrics >"$LAB/metrics"
	python3 "$LIB_TOP/tools/check/metrics.py" "$LAB/metrics" \
		"nvo3_moves_total{result=\"done\"}=$MOVES" "nvo3_move_blackout_seconds_count=$MOVES" \
		"nvo3_move_late_frames_total=$sum" "nvo3_sessions{role=\"vserver\"}=2"
	curl -sf --unix-socket "$LAB/director$dc/api.sock" http://localhost/metrics >"$LAB/metrics"
	python3 "$LIB_TOP/tools/check/metrics.py" "$LAB/metrics" "nvo3_nves_stale=0" \
		"nvo3_mappings=$(dctl $dc mappings | jq '.items | length')" \
		"nvo3_claims_total{result=\"taken\"}>$MOVES" "nvo3_store_commit_seconds_count>1"
}

# While its image is to be read by one that stands still: the VM answers where it was, with the port
# that was never gone.
given_up() {
	local from to before during

	from=host$((MOVES % 2 + 1)) to=host$((2 - MOVES % 2))
	before=$(ports_of "$from")
	kill -STOP "$(<"$LAB/$to.pid")"
	ctl 1 vm migrate vm1 --to "dc1/$to" --no-wait || true
	busywait 60 at_step pull || true
	during=$(ports_of "$from")
	# nobody waits for the dead, so it may have been given up by itself meanwhile
	ctl 1 moves abort "$(ctl 1 -j moves | jq -r '.items[0].id')" || true
	kill -CONT "$(<"$LAB/$to.pid")"
	busywait 60 aborted
	assert_eq "$during" "$before" "ports while it moves"
	busywait 20 lab_in "$(<"$LAB/vm9.ns")" ping -c 1 -W 2 10.9.0.1
	assert_eq "$(ports_of "$from")" "$before" "ports"
	busywait 60 without_ports "$to"
}

ports_of() {	# HOST: without the times of their frames
	lab_in "$1" nvo3 port show | sed 's/ stamp on//; s/ last-out [0-9]*//; s/ first-in [0-9]*//'
}

at_step() {
	[[ $(ctl 1 -j moves | jq -r '.items[0].step') == "$1" ]]
}

aborted() {
	[[ $(ctl 1 -j moves | jq -r '.items[0].state') == aborted ]]
}

without_ports() {
	[[ -z $(lab_in "$1" nvo3 port show) ]]
}

plan 6
test_run "a VM, its peer in another data centre, $SESSIONS more NVEs, a VN on demand" bring_up
test_run "$MOVES moves under $HERTZ numbered frames a second: one gap each, nothing twice" back_and_forth
test_run "who watches is told of every move and of the address" watchers_saw_all
test_run "late frames are those that the kernels have sent on" late_frames_add_up
test_run "the metrics say what the API says" metrics_agree
test_run "a move that is given up in the middle leaves everything as it was" given_up
lab_down
