#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long fast
# limit: 1200
# fast: 900 NVO3_HERTZ=10000
# Each daemon is killed (SIGKILL) and started again, and replaced by a newer build and back, while two VMs in two
# data centres exchange numbered frames: none is lost, doubled or put out of order, either way; afterwards everybody
# says what he said before, and a change that all of them have a part in is accepted.
#
#   vm1 (host1, dc1) ---- overlay, 2 x 5 ms ---- vm9 (host4, dc2)
#
# NVO3_HERTZ: frames a second (500). NVO3_RESTART_MS: from the start of the program until that change is done at most
# (0: it is only told, which is all that makes sense where a processor is emulated or shared).
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-kill
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/system/seq.sh
. "$LIB_TOP/selftests/system/seq.sh"
TEST_LIMIT=240
HERTZ=${NVO3_HERTZ:-500} RESTART_MS=${NVO3_RESTART_MS:-0}
MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	lab_until 20 "the mapping of vm9 on host1" mapped host1
	lab_until 20 "the mapping of vm1 on host4" mapped host4
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9"
	seq_sink "$(<"$LAB/vm1")" 10.9.0.9 $MAC9
	seq_sink "$(<"$LAB/vm9")" 10.9.0.1 $MAC1
	busywait 10 lab_in "$(<"$LAB/vm9")" ping -c 1 -W 1 10.9.0.1
}

mapped() {	# HOST: it knows both VMs
	(($(lab_in "$1" nvo3 -j map show dev nve0 | grep -o '"mac"' | wc -l) == 2))
}

state_of_all() {
	python3 "$LIB_TOP/selftests/system/state_of_all.py" "$LAB"
}

same_state() {
	state_of_all >"$LAB/after" && diff -u "$LAB/before" "$LAB/after"
}

# Everybody has settled: two looks show the same.
same_as_ever() {
	state_of_all >"$LAB/before" && same_state
}

# The VM of the killed one's data centre, and addresses that it does not have.
subject_of() {	# NAME
	local dc

	dc=$(lab_dc "$1")
	if [[ $dc == 1 ]]; then echo "1 vm1 10.9.0.1/24 10.9.0.11/24"; else echo "2 vm9 10.9.0.9/24 10.9.0.19/24"; fi
}

# The program that will ask for a change, before anything else takes the processor.
change_ready() {	# NAME IP...: IPs of the subject
	local name=$1 dc vm

	read -r dc vm _ <<<"$(subject_of "$name")"
	mkfifo "$LAB/go-$name"
	# shellcheck disable=SC2016 # for the inner shell
	bg change bash -c 'exec "${@:2}" 0<>"$1"' go "$LAB/go-$name" python3 -u \
		"$LIB_TOP/selftests/system/first_change.py" "$LAB/vcenter$dc/api.sock" "$vm" "${@:2}"
	busywait 20 grep -q ready "$LIB_TMP/change.log"
}

# A change is asked for from the moment of the start.
start_and_change() {	# NAME
	local name=$1 began accepted ended tries

	began=$EPOCHREALTIME
	lab_launch "$name"
	echo >"$LAB/go-$name"
	rm "$LAB/go-$name"
	busywait 90 lib_gone "$(<"$LIB_TMP/change.pid")"
	read -r accepted ended tries < <(sed 1d "$LIB_TMP/change.log")
	[[ -n ${tries-} ]] || fail "$(bg_log change)"
	accepted=$(ms_between "$began" "$accepted") ended=$(ms_between "$began" "$ended")
	echo "restart of $name: a change accepted after $accepted ms, done after $ended ms, asked $tries times"
	((!RESTART_MS || ended <= RESTART_MS)) || fail "a change takes $ended ms"
}

ms_between() {	# BEGIN END in s with a fraction
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%d\n", (b - a) * 1000 }'
}

# Signal the daemon, start it again by lab_launch, judge.
under_probe() {	# NAME SIGNAL [NEWER]
	local name=$1 vm1 vm9 dc vm ip more

	vm1=$(<"$LAB/vm1") vm9=$(<"$LAB/vm9")
	read -r dc vm ip more <<<"$(subject_of "$name")"
	busywait 60 same_as_ever
	change_ready "$name" "$ip" "$more"
	seq_taps host1 host4
	seq_send "$vm9" 10.9.0.1 "$HERTZ" 1000
	seq_send "$vm1" 10.9.0.9 "$HERTZ" 1000
	run_cmd lab_signal "$name" "$2"
	LAB_NEWER=${3-} start_and_change "$name"
	# and what it was before, by the same way
	ctl "$dc" vm set "$vm" --ip "$ip"
	busywait 60 same_state
	seq_sent "$vm9"
	seq_sent "$vm1"
	busywait 20 seq_quiet "$vm1" "$vm9"
	seq_taps_end host1 host4
	seq_whole host4 host1
	seq_whole host1 host4
}

killed() {
	under_probe "$1" KILL
}

# In good order, by a build that is a minor version newer, and back by the present one: both read
# what the other has stored.
upgraded() {
	under_probe "$1" TERM "$1"
	under_probe "$1" TERM
}

still_works() {	# after all that, the system takes new work
	ctl 1 vm create vm4 --tenant alice --vn blue --server host2 --ip 10.9.0.4/24
	busywait 20 lab_in "$(<"$LAB/vm1")" ping -c 1 -W 1 10.9.0.4
	ctl 1 vm delete vm4
}

take_down() {
	# for who wonders what took long
	[[ -z ${NVO3_EXCHANGE-} ]] || cp "$LAB"/*.log "$NVO3_EXCHANGE"
	lab_down
}

plan 12
test_run "two data centres, a VM in each" bring_up
test_run "kill -9 of nvo3d at the receiver loses nothing" killed host1
test_run "kill -9 of nvo3d at the sender loses nothing" killed host4
test_run "kill -9 of ndirectord loses nothing" killed director1
test_run "kill -9 of the other ndirectord loses nothing" killed director2
test_run "kill -9 of vcenterd loses nothing" killed vcenter1
test_run "kill -9 of the other vcenterd loses nothing" killed vcenter2
test_run "an upgrade of nvo3d and back loses nothing" upgraded host1
test_run "an upgrade of ndirectord and back loses nothing" upgraded director1
test_run "an upgrade of vcenterd and back loses nothing" upgraded vcenter1
test_run "afterwards new VMs are made" still_works
test_run "all is taken down" take_down
