#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# A relay: an NVE that sends on what comes by a tunnel and is for others, once, and never back.
#
#	[vm1] -- p1 [h1: nve0] ---- [ul] ---- [h2: nve0, relay, no ports]
#	                             |
#	                         [h3: nve0] p3 -- [vm3]
#
# h1 believes that vm3 is behind h2. Frames are made by hand but for pings and TCP.
. "$(dirname "$0")/overlay.sh"

WHO=02:00:00:00:00:03

by() {	# N DST COUNT: frames of vmN, all of which its port has counted
	local before

	before=$(stat_of rx_packets "h$1" port show dev "p$1")
	frame "vm$1" eth0 "$2 $(mac "$1") 88b5 $(printf '00%.0s' {1..46})" "$3"
	busywait 30 counted "$1" $((before + $3))
}

counted() {
	(($(stat_of rx_packets "h$1" port show dev "p$1") >= $2))
}

relayed() {	# HOST
	local vn

	vn=$(stat_of relayed "$1" vn show dev nve0 vni 100)
	assert_eq "$(stat_of relayed "$1" nve show dev nve0)" "$vn" "relayed by the NVE"
	echo "$vn"
}

relayed_is() {
	assert_eq "$(relayed "$1")" "$2" "relayed by $1"
}

relay() {	# HOST on|off
	run_cmd nvo3 -n "$1" nve set dev nve0 relay "$2"
}

# sent_on COUNT: so many frames of vm1 reach vm3 by way of h2.
sent_on() {
	local before tx

	before=$(relayed h2)
	tx=$(stat_of tx_packets h3 port show dev p3)
	by 1 $WHO "$1"
	busywait 30 relayed_is h2 $((before + $1))
	busywait 30 tx_is $((tx + $1))
}

tx_is() {
	assert_eq "$(stat_of tx_packets h3 port show dev p3)" "$1" "frames to vm3"
}

# not_sent_on HOST: each is dropped there, for it would leave by a tunnel again.
not_sent_on() {
	local before

	before=$(relayed "$1")
	dropped_for "$1" tunnel-remote 3 by 1 "${2-$WHO}" 3
	relayed_is "$1" "$before"
}

only_if_told() {
	nvo3 -n h2 nve show dev nve0 | grep -v relay
	not_sent_on h2
	relay h2 on
	nvo3 -n h2 nve show dev nve0 | grep "relay on"
	json_of '.[0].relay == true' nvo3 -n h2 -j nve show dev nve0
	sent_on 3
	relay h2 off
	not_sent_on h2
	relay h2 on
}

other_way() {
	run_cmd nvo3 -n h2 nve set dev nve0 fastpath "$1"
	sent_on 5
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 2001:db8::3
	sent_on 2
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 192.0.2.3,2001:db8::3
	sent_on 2
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 192.0.2.3
	run_cmd nvo3 -n h2 nve set dev nve0 fastpath auto
}

# One TTL less than what came, whatever our own says, and none with the last one.
ttl() {
	run_cmd nvo3 -n h1 nve set dev nve0 ttl 9
	capture_start ttl h3 ul0 udp port 4789
	sent_on 1
	capture_until ttl 1 "ip[8] == 8 and src host 192.0.2.2"
	capture_stop ttl
	run_cmd nvo3 -n h1 nve set dev nve0 ttl 1
	not_sent_on h2
	run_cmd nvo3 -n h1 nve set dev nve0 ttl 2
	sent_on 1
	run_cmd nvo3 -n h1 nve set dev nve0 ttl 64
}

# Not to whom it came from, by none of the mapping's paths.
never_back() {
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 192.0.2.1
	not_sent_on h2
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 192.0.2.3,192.0.2.1
	not_sent_on h2
	run_cmd nvo3 -n h2 map replace dev nve0 vni 100 mac $WHO nve 192.0.2.3
}

# Two relays that each believe the other has it: one frame passes each of them once at most.
no_loop() {
	local who before

	who=$(mac 0x31)
	relay h3 on
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$who" nve 192.0.2.2
	nvo3 -n h2 map replace dev nve0 vni 100 mac "$who" nve 192.0.2.3
	nvo3 -n h3 map replace dev nve0 vni 100 mac "$who" nve 192.0.2.1
	# h3 does not know h2 for a relay yet: it sends it on to h1, who is none.
	before=$(drops h1 tunnel-remote)
	by 1 "$who" 1
	busywait 30 drops_reach h1 tunnel-remote $((before + 1))
	run_cmd nvo3 -n h3 member add dev nve0 vni 100 nve 192.0.2.2 relay on
	not_sent_on h3 "$who"
	run_cmd nvo3 -n h3 member add dev nve0 vni 100 nve 192.0.2.2 relay off
	relay h3 off
}

# With verify only a relay of the VN may send for others, and its word counts for those unknown.
verified() {
	local tx

	run_cmd nvo3 -n h3 nve set dev nve0 verify drop
	dropped_for h3 tunnel-source 2 by 1 $WHO 2
	run_cmd nvo3 -n h3 member add dev nve0 vni 100 nve 192.0.2.2 relay on
	sent_on 2
	run_cmd nvo3 -n h3 nve set dev nve0 verify off
	# The relay itself asks who sends.
	run_cmd nvo3 -n h2 nve set dev nve0 verify drop
	sent_on 1
	tx=$(relayed h2)
	nvo3 -n h2 map replace dev nve0 vni 100 mac "$(mac 1)" nve 192.0.2.9
	dropped_for h2 tunnel-source 1 by 1 $WHO 1
	relayed_is h2 "$tx"
	nvo3 -n h2 map replace dev nve0 vni 100 mac "$(mac 1)" nve 192.0.2.1
	run_cmd nvo3 -n h2 nve set dev nve0 verify off
}

# What it does not know, and broadcast, ends there; what is down is not sent to.
ends_there() {
	dropped_for h2 unknown-dst 1 by 1 "$(mac 0x41)" 1
	run_cmd nvo3 -n h2 remote set dev nve0 nve 192.0.2.3 state down
	dropped_for h2 remote-down 1 by 1 $WHO 1
	run_cmd nvo3 -n h2 remote set dev nve0 nve 192.0.2.3 state up
}

# `unknown relay` at the sender: the first frame is answered, and none waits.
first_frame() {
	nvo3 -n h1 -b - <<-END
		map del dev nve0 vni 100 mac $WHO
		vn set dev nve0 vni 100 unknown relay
		member add dev nve0 vni 100 nve 192.0.2.2 relay on
	END
	ping_ok vm1 10.0.0.3
	assert_eq "$(stat_of released h1 vn show dev nve0 vni 100)" 0 "frames that waited"
	ping_ok vm1 fd00::3
}

# TCP in frames of up to 64 KB.
big_frames() {
	local before

	run_cmd nvo3 -n h2 nve set dev nve0 fastpath "$1"
	before=$(relayed h2)
	bg "iperf$1" netns_run vm3 iperf3 -s -1
	busywait 60 in_ns vm3 grep -q ':1451 .* 0A ' /proc/net/tcp6
	run_cmd in_ns vm1 iperf3 -c 10.0.0.3 -n 4M --forceflush
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf$1.pid")"
	assert_ge "$(($(relayed h2) - before))" 2500 "relayed"
	run_cmd nvo3 -n h2 nve set dev nve0 fastpath auto
}

module_load
underlay_add
host_add 1 2 3
nve_add 1
nve_add 2
nve_add 3
vm_add 1 h1
vm_add 3 h3
ip -n vm1 -b - <<-END
	neigh add 10.0.0.3 lladdr $WHO dev eth0
	neigh add fd00::3 lladdr $WHO dev eth0
END
ip -n vm3 -b - <<-END
	neigh add 10.0.0.1 lladdr $(mac 1) dev eth0
	neigh add fd00::1 lladdr $(mac 1) dev eth0
END
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	map add dev nve0 vni 100 mac $WHO nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 0x41) nve 192.0.2.2
END
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
	map add dev nve0 vni 100 mac $WHO nve 192.0.2.3
END
nvo3 -n h3 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p3 vni 100 mac $WHO
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
END

plan 11
test_run "only if it is told so" only_if_told
test_run "by the fast way, to both families and to several paths" other_way auto
test_run "by the host's IP" other_way off
test_run "one TTL less" ttl
test_run "never back" never_back
test_run "not for another relay" no_loop
test_run "who may send for others, and to a relay" verified
test_run "what it does not know, and what is down" ends_there
test_run "the first frame of a flow does not wait" first_frame
test_run "TCP by the fast way" big_frames auto
test_run "TCP by the host's IP" big_frames off
