#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# A tenant system leaves one port and comes to another: when it was last heard, and first.
#
#	[vm1] eth0 --- p1 [h1: nve0] ul0 ---- [ul] ---- ul0 [h2: nve0] p2 --- eth0 [vm2]
#
# Frames are made by hand; nothing else is sent.
. "$(dirname "$0")/overlay.sh"

# to_other N [SOURCE]: a frame by port N for an address that is behind the other port.
to_other() {
	frame "vm$1" eth0 "$(mac $((0x23 - $1))) ${2-$(mac "$1")} 88b5 $(printf '00%.0s' {1..46})"
}

# sent N [SOURCE]: the same, and the port has counted it.
sent() {
	local before

	before=$(stat_of rx_packets "h$1" port show dev "p$1")
	to_other "$@"
	busywait 30 counted "$1" $((before + 1))
}

counted() {
	(($(stat_of rx_packets "h$1" port show dev "p$1") >= $2))
}

stamp() {	# N NAME
	stat_of "$2" "h$1" port show dev "p$1"
}

now() {
	date +%s%N
}

port_set() {	# N WORD...
	local n=$1

	shift
	run_cmd nvo3 -n "h$n" port set dev "p$n" "$@"
}

not_asked_for() {
	sent 1
	nvo3 -n h1 port show dev p1 | grep -v "stamp\|last-out\|first-in"
}

first_and_last() {
	local begin first last

	begin=$(now)
	port_set 1 stamp on
	assert_eq "$(stamp 1 last-out)$(stamp 1 first-in)" 00 "stamps before a frame"
	sent 1
	first=$(stamp 1 first-in)
	assert_eq "$(stamp 1 last-out)" "$first" "the last of one frame"
	assert_ge "$first" "$begin" "first-in"
	assert_ge "$(now)" "$first" "now"
	sent 1
	last=$(stamp 1 last-out)
	assert_eq "$(stamp 1 first-in)" "$first" "first-in, later"
	assert_ge "$last" $((first + 1)) "last-out"
	json_of ".[0].stamp == true and .[0].\"first-in\" > 0" nvo3 -n h1 -j port show dev p1
}

# What is not forwarded is no sign of the tenant system.
dropped() {
	local last

	last=$(stamp 1 last-out)
	dropped_for h1 spoof-mac 1 to_other 1 02:00:00:00:00:09
	port_set 1 state associated
	dropped_for h1 port-inactive 1 to_other 1
	port_set 1 state active
	assert_eq "$(stamp 1 last-out)" "$last" "last-out"
}

# With stamps in between the frames go as ever, both ways.
delivered() {
	local before

	before=$(stat_of tx_packets h2 port show dev p2)
	sent 1
	busywait 30 tx_is 2 $((before + 1))
	before=$(stat_of tx_packets h1 port show dev p1)
	sent 2
	busywait 30 tx_is 1 $((before + 1))
}

tx_is() {
	assert_eq "$(stat_of tx_packets "h$1" port show dev "p$1")" "$2" "tx_packets"
}

anew() {
	local first last

	first=$(stamp 1 first-in)
	port_set 1 stamp on
	assert_eq "$(stamp 1 last-out)$(stamp 1 first-in)" 00 "stamps"
	sent 1
	assert_ge "$(stamp 1 first-in)" $((first + 1)) "first-in"
	# They stay when it ends.
	last=$(stamp 1 last-out)
	port_set 1 stamp off
	sent 1
	assert_eq "$(stamp 1 last-out)" "$last" "last-out"
	nvo3 -n h1 port show dev p1 | grep -v "stamp on"
}

# The system of port 1 is now behind port 2: what lies between is how long nobody heard of it.
across() {
	local out

	port_set 1 stamp on
	sent 1
	out=$(stamp 1 last-out)
	port_set 1 state associated
	port_set 2 state associated mac "$(mac 1)" epoch 1 stamp on
	dropped_for h2 port-inactive 1 to_other 2 "$(mac 1)"
	port_set 2 state active
	sent 2 "$(mac 1)"
	assert_ge "$(stamp 2 first-in)" $((out + 1)) "first-in at the other port"
	assert_eq "$(stamp 1 last-out)" "$out" "last-out"
	port_set 2 mac "$(mac 2)" epoch 0 stamp off
	port_set 1 state active stamp off
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h2
vm_quiet 1 2
for n in 1 2; do
	nvo3 -n h$n -b - <<-END
		vn add dev nve0 vni 100
		port add dev p$n vni 100 mac $(mac $n)
		map add dev nve0 vni 100 mac $(mac $((3 - n))) nve 192.0.2.$((3 - n))
		map add dev nve0 vni 100 mac $(mac $((0x20 + n))) port p$n
		map add dev nve0 vni 100 mac $(mac $((0x23 - n))) nve 192.0.2.$((3 - n))
	END
done

plan 6
test_run "no stamps unless they are asked for" not_asked_for
test_run "the first frame and the last" first_and_last
test_run "what is dropped does not count" dropped
test_run "stamps change nothing for the frames" delivered
test_run "anew, and no longer" anew
test_run "from one port to another" across
