#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long fast
# fast: 600
# Half of the daemons are one minor version newer than the others (selftests/preload/newer.c): what a newer one says
# beyond the version is passed over, in every conversation, each way, and all works. Then the other half is
# the newer one, and each starts on what the other version has stored. Another major version is refused with a
# sentence.
#
#   management   host1 newer, vcenter1 older     host4 older, vcenter2 newer
#   placement    vcenter2 newer, director2 older vcenter1 older, director1 newer
#   control      host3 newer, director2 older    host2 older, director1 newer
#   peering      vcenter1 and 2; each is the client of the other, and so in federation
#   image        host1 and host2, within a data centre and between
#   association  the two roles of host2 as two programs
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-mixed
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=300
ONE="host1 host3 director1 vcenter2" OTHER="host2 host4 director2 vcenter1"
MAJOR="protocol version 2.0 is spoken there, 1.0 here"

bring_up() {
	modprobe nvo3
	LAB_NEWER=$ONE lab_up
	ctl 1 vn create blue --vni 100
	ctl 1 vn create green --vni 200 --distribution on-demand
	lab_until 20 "the VN in dc2" vn_known 2 green
	ctl 1 profile create web --default permit --rule "deny from-vm proto tcp dport 25"
}

reaches() {	# DC VM ADDR
	busywait 20 lab_in "$(vm_netns "$(vm_id "$1" "$2")")" ping -c 1 -W 2 "$3"
}

profile_here() {	# HOST TEXT
	lab_in "$1" nvo3 profile show dev nve0 | grep -q -- "$2"
}

idle_vm() {	# DC VM
	ctl "$1" -j vm show "$2" | jq -e '(.doing or .error) | not'
}

# Every conversation has its part: N keeps the rounds apart.
all_that_there_is() {	# N
	local n=$1

	ctl 1 vm create "a$n" --tenant alice --vn blue --server host1 --ip "10.9.$n.1/24" --profile web
	ctl 1 vm create "b$n" --tenant alice --vn blue --server host2 --ip "10.9.$n.2/24" --profile web
	ctl 2 vm create "c$n" --tenant bob --vn blue --server host3 --ip "10.9.$n.3/24"
	ctl 2 vm create "d$n" --tenant bob --vn green --server host4 --ip "10.9.$n.4/24"
	ctl 1 vm create "e$n" --tenant alice --vn green --server host2 --ip "10.9.$n.5/24"
	reaches 1 "a$n" "10.9.$n.2"
	reaches 1 "a$n" "10.9.$n.3"
	reaches 2 "d$n" "10.9.$n.5"
	profile_here host1 "dport 25"
	profile_here host2 "dport 25"
	ctl 1 profile set web --default permit --rule "deny from-vm proto tcp dport $((2500 + n))"
	busywait 20 profile_here host1 "dport $((2500 + n))"
	busywait 20 profile_here host2 "dport $((2500 + n))"
	ctl 1 vm set "b$n" --no-profile
	ctl 1 vm set "a$n" --no-profile
	busywait 20 idle_vm 1 "a$n"
	busywait 20 idle_vm 1 "b$n"
	# images and the peers' words, each way
	run_cmd ctl 1 vm migrate "a$n" --to dc1/host2
	run_cmd ctl 1 vm migrate "a$n" --to dc1/host1
	run_cmd ctl 1 vm migrate "a$n" --to dc2/host4
	run_cmd ctl 2 vm migrate "a$n" --to dc2/host3
	run_cmd ctl 2 vm migrate "a$n" --to dc1/host2
	reaches 1 "a$n" "10.9.$n.3"
	ctl 1 vm stop "a$n"
	ctl 1 vm start "a$n"
	reaches 1 "a$n" "10.9.$n.2"
	figures
	nothing_is_wrong
}

figures_known() {
	ctl 1 -j moves | jq -e 'all(.items[]; .state == "done" and .blackout and .late != null)'
}

figures() {	# what vServers tell late, and peers pass on
	busywait 60 figures_known
}

# No session has ended by a message that one of both did not understand.
nothing_is_wrong() {
	local name

	for name in $LAB_NODES; do
		! grep -E "does not decode|BAD_MESSAGE|it sent a frame|it said HELLO|it began with" \
			"$LAB/$name.log" || fail "of $name"
	done
	lab_servers_up 1 && lab_servers_up 2 && lab_peers_up
	if dctl 1 alerts | jq -e '.items[] | select(.kind != "nve-stale" and .kind != "peer-stale")'; then
		fail "director1 has alerts"
	fi
}

stored_news() {	# NAME: in its store is what no older program knows
	grep -rqa news "$LAB/$1"
}

# Each goes on from what the other version of it has stored.
swapped() {
	local name

	stored_news director1
	stored_news vcenter2
	stored_news host1
	for name in $LAB_NODES; do
		lab_signal "$name" TERM
	done
	for name in $LAB_NODES; do
		LAB_NEWER=$OTHER lab_launch "$name"
	done
	for name in $LAB_NODES; do
		lab_ready "$name" 1
	done
	lab_until 60 "the servers at vcenter1" lab_servers_up 1
	lab_until 60 "the servers at vcenter2" lab_servers_up 2
	lab_until 60 "the session between the data centres" lab_peers_up
	reaches 1 a1 10.9.1.3
	reaches 2 d1 10.9.1.5
}

# The roles of host2 are two programs; what they say to each other is association.
part_conf() {	# nve|vserver: the configuration of one role
	local other=vserver

	[[ $1 == nve ]] || other=nve
	sed "/^$other: {/,/^};/d; s|^state = .*|state = \"$LAB/host2-$1\";|" "$LAB/host2.conf"
}

part_launch() {	# nve|vserver NEWER-PART
	local preload=''

	[[ $1 != "$2" ]] || preload=$LIB_TOP/build/selftests/newer.so
	mkdir -p "$LAB/host2-$1"
	part_conf "$1" >"$LAB/host2-$1.conf"
	bg "part-$1" nsenter --net=/run/netns/host2 env "LD_PRELOAD=$preload" nvo3d \
		-c "$LAB/host2-$1.conf"
	busywait 30 grep -q "nvo3d: ready" "$LIB_TMP/part-$1.log"
}

split() {	# NEWER-PART
	part_launch nve "$1"
	part_launch vserver "$1"
	lab_until 60 "the servers at vcenter1" lab_servers_up 1
	ctl 1 vm create "f-$1" --tenant alice --vn blue --server host2 --ip 10.9.1.7/24 --profile web
	profile_here host2 "dport 25"
	reaches 1 "f-$1" 10.9.1.3
	ctl 1 vm set "f-$1" --no-profile
	busywait 20 idle_vm 1 "f-$1"
	run_cmd ctl 1 vm migrate "f-$1" --to dc1/host1
	run_cmd ctl 1 vm migrate "f-$1" --to dc1/host2
	reaches 1 "f-$1" 10.9.1.3
	figures
	ctl 1 vm delete "f-$1"
	nothing_is_wrong
	fails grep -E "does not decode|BAD_MESSAGE" "$LIB_TMP"/part-*.log
	bg_stop part-vserver
	bg_stop part-nve
}

association() {
	ctl 1 vm delete b1
	ctl 1 vm delete b2
	ctl 1 vm delete e1
	ctl 1 vm delete e2
	ctl 1 vm delete a1
	ctl 1 vm delete a2
	lab_signal host2 TERM
	split nve
	split vserver
	lab_start host2
	lab_until 60 "the servers at vcenter1" lab_servers_up 1
}

major_is_refused() {
	lab_signal host1 TERM
	NEWER_MAJOR=1 LAB_NEWER=host1 lab_launch host1
	lab_until 30 "vcenter1's refusal" lab_said vcenter1 "$MAJOR" 0
	lab_until 30 "director1's refusal" lab_said director1 "$MAJOR" 0
	lab_until 30 "what host1 says of it" lab_said host1 "it refuses us: $MAJOR" 0
	lab_signal host1 TERM
	lab_start host1
	lab_until 60 "the servers at vcenter1" lab_servers_up 1
}

plan 6
test_run "two data centres of mixed minor versions" bring_up
test_run "all that there is works between them" all_that_there_is 1
test_run "the other half is newer, on what was stored" swapped
test_run "all that there is works again" all_that_there_is 2
test_run "a vServer and its NVE are of two versions" association
test_run "another major version is refused with a sentence" major_is_refused
lab_down
