#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# processors: 2
# limit: 400
# An armed port: its tenant system's first frame makes it active, and nothing is lost by that.
#
#	[vm1, vm3] -- p1, p3 - [h1: nve0] ---- [ul] ---- [h2: nve0] - p2, p4 -- [vm2, vm4]
#
# The system with the MAC address of vm1 comes to p2 of h2: vm2 sends as it. Frames are made by
# hand; h1 sends what is for it to h2 already.
TEST_LIMIT=240
. "$(dirname "$0")/overlay.sh"

by() {	# N SOURCE DST [COUNT]
	frame "vm$1" eth0 "$(mac "$3") $(mac "$2") 88b5 $(printf '00%.0s' {1..46})" "${4-1}"
}

port() {	# WORD...: of p2
	run_cmd nvo3 -n h2 port "$1" dev p2 "${@:2}"
}

state_is() {
	nvo3 -n h2 port show dev p2 | grep " state $1" || fail "it is not $1"
}

tx_is() {	# HOST PORT COUNT
	assert_eq "$(stat_of tx_packets "$1" port show dev "$2")" "$3" "frames out of $2"
}

tx() {
	stat_of tx_packets "$1" port show dev "$2"
}

mapped() {	# WORDS: where h2 has the system
	nvo3 -n h2 map get dev nve0 vni 100 mac "$(mac 1)" | grep " $1"
}

elsewhere() {	# EPOCH
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac "$(mac 1)" nve 192.0.2.1 epoch "$1" prov agent
}

# It has no mapping of its own, takes nothing, and only its system's frames make it active.
armed() {
	port set state armed mac "$(mac 1)" epoch 5
	state_is armed
	mapped "nve 192.0.2.1 epoch 1"
	dropped_for h2 port-inactive 1 by 4 4 0x51
	dropped_for h2 tunnel-remote 1 by 3 3 1
	dropped_for h2 spoof-mac 1 by 2 9 4
	state_is armed
	# What is set of it besides leaves it armed.
	port set group 7
	port set group 0
	state_is armed
	json_of '.[0].state == "armed"' nvo3 -n h2 -j port show dev p2
}

first_frame() {
	local before

	bg monitor nvo3 -n h2 monitor config mapping
	busywait 30 monitor_hears
	before=$(tx h1 p3)
	by 2 1 3
	busywait 30 tx_is h1 p3 $((before + 1))
	busywait 30 mapped "port p2 epoch 5"
	state_is active
	busywait 30 grep "^port dev p2 .*state active" "$LIB_TMP/monitor.log"
	grep "^map .*mac $(mac 1) port p2 epoch 5" "$LIB_TMP/monitor.log"
	bg_stop monitor
	assert_eq "$(grep -c "^port dev p2" "$LIB_TMP/monitor.log")" 1 "port events"
	# From here on it is as any.
	before=$(tx h2 p2)
	by 3 3 1
	by 4 4 1
	busywait 30 tx_is h2 p2 $((before + 2))
}

monitor_hears() {
	nvo3 -n h2 vn set dev nve0 vni 999 limit "$SECONDS"
	grep "vni 999" "$LIB_TMP/monitor.log"
}

# With a stamp, that frame is the first.
stamped() {
	elsewhere 10
	port set state armed epoch 11 stamp on
	by 2 1 3
	busywait 30 mapped "port p2 epoch 11"
	assert_ge "$(stat_of first-in h2 port show dev p2)" 1 "first-in"
	nvo3 -n h2 port show dev p2 | grep "stamp on"
	port set stamp off
	state_is active
}

# A newer epoch elsewhere: the port is told so, as an agent is.
refused() {
	elsewhere 20
	bg monitor nvo3 -n h2 monitor config alert
	busywait 30 monitor_hears
	port set state armed epoch 15
	by 2 1 3
	busywait 30 state_is associated
	mapped "nve 192.0.2.1 epoch 20"
	busywait 30 grep "^alert .*mac $(mac 1) .*epoch 15" "$LIB_TMP/monitor.log"
	busywait 30 grep "^port dev p2 .*state associated" "$LIB_TMP/monitor.log"
	bg_stop monitor
	dropped_for h2 port-inactive 1 by 2 1 3
}

# Its profile may deny it: the system is there all the same.
denied() {
	run_cmd nvo3 -n h2 profile add dev nve0 id 1 default deny
	port set state armed epoch 21 profile 1
	dropped_for h2 acl-from-vm 1 by 2 1 3
	busywait 30 mapped "port p2 epoch 21"
	state_is active
	port set profile 0
	run_cmd nvo3 -n h2 profile del dev nve0 id 1
}

# What waits for the address leaves when it is there.
answers() {
	local before

	port set state associated
	nvo3 -n h2 map del dev nve0 vni 100 mac "$(mac 1)" || true
	run_cmd nvo3 -n h2 vn set dev nve0 vni 100 unknown ask hold 60000
	port set state armed epoch 30
	before=$(tx h2 p2)
	by 4 4 1 3
	busywait 30 held_is 3
	by 2 1 3
	busywait 30 tx_is h2 p2 $((before + 3))
	run_cmd nvo3 -n h2 vn set dev nve0 vni 100 unknown drop hold 1000
}

held_is() {
	assert_eq "$(stat_of held h2 vn show dev nve0 vni 100)" "$1" "held"
}

# It can be taken back, and go, before anybody has come.
taken_back() {
	elsewhere 40
	port set state armed epoch 41
	port set state associated
	dropped_for h2 port-inactive 1 by 2 1 3
	port set state armed epoch 41
	port del
	dropped_for h2 port-unbound 1 by 2 1 3
	mapped "nve 192.0.2.1 epoch 40"
	fails_with "an armed port needs the MAC address" nvo3 -n h2 port add dev p2 vni 100 state armed
	port add vni 100 mac "$(mac 1)" state armed epoch 41
	by 2 1 3
	busywait 30 mapped "port p2 epoch 41"
}

rounds() {
	python3 -B "$LIB_TOP/selftests/net/armed.py" "$1" "$(in_ns h2 cat /sys/class/net/p2/ifindex)"
}

# While all send to it and it sends itself; and afterwards it is woken as ever.
races() {
	local zeros

	zeros=$(printf '00%.0s' {1..46})
	bg from netns_run vm2 frame_send eth0 "$(mac 3 | tr -d :)$(mac 1 | tr -d :)88b5$zeros" 100000000 500
	bg near netns_run vm4 frame_send eth0 "$(mac 1 | tr -d :)$(mac 4 | tr -d :)88b5$zeros" 100000000 500
	bg far netns_run vm3 frame_send eth0 "$(mac 1 | tr -d :)$(mac 3 | tr -d :)88b5$zeros" 100000000 500
	rounds races
	busywait 30 state_is active
	bg_stop from
	bg_stop near
	bg_stop far
	elsewhere 1000000
	port set state armed epoch 1000001
	state_is armed
	by 2 1 3
	busywait 30 mapped "port p2 epoch 1000001"
}

# The NVE goes while its ports wake.
nve_goes() {
	local n

	for n in 1 2 3 4 5; do
		ns_add h9
		nvo3 -n h9 nve add dev nve0
		vm_add 9 h9
		ip -n h9 link set p9 master nve0
		vm_quiet 9
		nvo3 -n h9 vn add dev nve0 vni 100
		nvo3 -n h9 port add dev p9 vni 100 mac "$(mac 9)" state armed
		by 9 9 1
		if ((n & 1)); then
			run_cmd ip -n h9 link del nve0
		else
			run_cmd ip -n h9 link del p9
		fi
		ns_del vm9 h9
	done
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 3 h1
vm_add 2 h2
vm_add 4 h2
vm_quiet 1 2 3 4
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p3 vni 100 mac $(mac 3)
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 4) nve 192.0.2.2
END
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	vn add dev nve0 vni 999
	port add dev p4 vni 100 mac $(mac 4)
	map add dev nve0 vni 100 mac $(mac 3) nve 192.0.2.1
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1 epoch 1 prov agent
	port add dev p2 vni 100 state associated
	map add dev nve0 vni 100 mac $(mac 0x51) port p2
END

plan 10
test_run "it takes nothing, and is not woken by others" armed
test_run "the first frame makes it active, and arrives" first_frame
test_run "that frame's time" stamped
test_run "not against a newer epoch" refused
test_run "a frame that its profile denies" denied
test_run "what waits for its address" answers
test_run "it can be taken back, and go" taken_back
test_run "a thousand arrivals, nothing lost" rounds nothing_lost
test_run "a thousand changes under frames" races
test_run "an NVE goes that has armed ports" nve_goes
