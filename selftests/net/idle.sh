#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# Which of an agent's mappings no frame has used in this period and the one before.
#
#	[vm1] eth0 --- p1 [h1: nve0] ul0 ---- [ul] ---- ul0 [h2: nve0] p2 --- eth0 [vm2]
#
# h1 has mappings to h2, and to NVEs that are not there. Frames are made by hand.
. "$(dirname "$0")/overlay.sh"

vn() {
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 "$@"
}

turn() {
	run_cmd nvo3 -n h1 map turn dev nve0 vni 100
}

idle() {	# the last bytes of the addresses, in order
	nvo3 -n h1 map idle dev nve0 vni 100 | sed 's/.* mac 02:00:00:00:00:\(..\) .*/\1/' | sort | xargs
}

idle_is() {
	assert_eq "$(idle)" "$*" "idle"
}

# by N TO [FROM]: a frame of the system at port N, which the port has counted.
by() {
	local before

	before=$(stat_of rx_packets "h$1" port show dev "p$1")
	frame "vm$1" eth0 "$(mac "$2") $(mac "${3-$1}") 88b5 $(printf '00%.0s' {1..46})"
	busywait 30 counted "$1" $((before + 1))
}

counted() {
	(($(stat_of rx_packets "h$1" port show dev "p$1") >= $2))
}

agent() {	# N NVE...: the mapping is the agent's
	run_cmd nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac "$1")" nve "$2" prov agent
}

# Tracking begins as if all had been used, so the page has to be turned twice.
begins() {
	nvo3 -n h1 vn show dev nve0 vni 100 | grep -v track
	fails_with "VN 100 does not remember what is used" nvo3 -n h1 map idle dev nve0 vni 100
	vn track on
	nvo3 -n h1 vn show dev nve0 vni 100 | grep "track on"
	idle_is
	turn
	idle_is 02 21 22 23
}

# Only the agent's to other NVEs: neither the static 24 nor the port's own.
whose() {
	idle_is 02 21 22 23
	run_cmd nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 0x24)"
	# Turning it on where it is on forgets nothing.
	vn track on
	idle_is 02 21 22 23
}

# In this period, in the one before, and no longer.
two_periods() {
	by 1 0x21
	idle_is 02 22 23
	turn
	idle_is 02 22 23
	by 1 0x22
	idle_is 02 23
	turn
	idle_is 02 21 23
	turn
	idle_is 02 21 22 23
	# That one was used twice is no other than once.
	by 1 0x21
	turn
	by 1 0x21
	turn
	idle_is 02 22 23
	turn
	idle_is 02 21 22 23
}

# A mapping with several paths is used as one is.
paths() {
	by 1 0x23
	idle_is 02 21 22
	turn
	turn
	idle_is 02 21 22 23
}

# Who sends, if it is checked; nobody looks for the mapping otherwise.
senders() {
	by 2 1
	idle_is 02 21 22 23
	run_cmd nvo3 -n h1 nve set dev nve0 verify drop
	by 2 1
	busywait 30 idle_is 21 22 23
	run_cmd nvo3 -n h1 nve set dev nve0 verify off
	turn
	turn
	idle_is 02 21 22 23
}

# What is new has not had the time; what is only named again is as idle as it was.
made() {
	agent 0x25 192.0.2.25
	idle_is 02 21 22 23
	turn
	idle_is 02 21 22 23
	turn
	idle_is 02 21 22 23 25
	run_cmd nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 0x25)" nve 192.0.2.25 prov agent generation 3
	idle_is 02 21 22 23 25
	agent 0x25 192.0.2.26
	idle_is 02 21 22 23
	nvo3 -n h1 map del dev nve0 vni 100 mac "$(mac 0x25)"
}

ends() {
	vn track off
	fails_with "does not remember" nvo3 -n h1 map turn dev nve0 vni 100
	by 1 0x21
	vn track on
	idle_is
	turn
	# And with its VN, of whose other life nothing is left.
	run_cmd nvo3 -n h1 vn add dev nve0 vni 300 track on
	run_cmd nvo3 -n h1 map turn dev nve0 vni 300
	run_cmd nvo3 -n h1 vn del dev nve0 vni 300
	run_cmd nvo3 -n h1 vn add dev nve0 vni 300
	fails_with "does not remember" nvo3 -n h1 map turn dev nve0 vni 300
	run_cmd nvo3 -n h1 vn del dev nve0 vni 300
}

# Of many a few are used: none of these is idle, and hardly another is taken for one.
many() {
	local n count

	seq 4096 8191 | awk '{ printf "map add dev nve0 vni 100 mac 02:00:00:01:%02x:%02x nve 192.0.2.25 prov agent\n", $1 / 256, $1 % 256 }' |
		nvo3 -n h1 -b -
	turn
	turn
	assert_eq "$(nvo3 -n h1 map idle dev nve0 vni 100 | wc -l)" 4100 "idle"
	for n in {16..31}; do
		printf -v n '%02x' "$n"
		frame vm1 eth0 "02:00:00:01:$n:$n $(mac 1) 88b5 $(printf '00%.0s' {1..46})"
	done
	busywait 30 few_are_left
	nvo3 -n h1 map idle dev nve0 vni 100 >"$LIB_TMP/idle"
	for n in {16..31}; do
		printf -v n '%02x' "$n"
		fails grep "02:00:00:01:$n:$n" "$LIB_TMP/idle"
	done
	count=$(wc -l <"$LIB_TMP/idle")
	assert_ge "$count" $((4100 - 16 - 24)) "idle"
	nvo3 -n h1 map flush dev nve0 vni 100 prov agent
}

few_are_left() {
	(($(nvo3 -n h1 map idle dev nve0 vni 100 | wc -l) <= 4084))
}

# Pages are turned, and tracking comes and goes, while frames use what they look at.
under_frames() {
	agent 0x21 192.0.2.2
	bg flood netns_run vm1 frame_send eth0 "$(mac 0x21 | tr -d :)$(mac 1 | tr -d :)88b5$(printf '00%.0s' {1..46})" 2000000
	for _ in {1..300}; do
		printf '%s\n' "vn set dev nve0 vni 100 track off" "vn set dev nve0 vni 100 track on" \
			"map turn dev nve0 vni 100" "map turn dev nve0 vni 100"
	done | nvo3 -n h1 -b -
	# While they go on, it is used.
	turn
	turn
	busywait 30 idle_is
	bg_stop flood
	turn
	turn
	idle_is 21
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h2
vm_quiet 1 2
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2 prov agent
	map add dev nve0 vni 100 mac $(mac 0x21) nve 192.0.2.2 prov agent
	map add dev nve0 vni 100 mac $(mac 0x22) nve 192.0.2.2 prov agent
	map add dev nve0 vni 100 mac $(mac 0x23) nve 192.0.2.2,2001:db8::2 prov agent
	map add dev nve0 vni 100 mac $(mac 0x24) nve 192.0.2.2
END
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p2 vni 100 mac $(mac 2)
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
END

plan 9
test_run "it begins with nothing idle" begins
test_run "only what is the agent's, to other NVEs" whose
test_run "this period and the one before" two_periods
test_run "several paths" paths
test_run "who sends, with verify" senders
test_run "what is new is not idle" made
test_run "it ends, alone and with its VN" ends
test_run "a few of many" many
test_run "under frames" under_frames
