#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# Other NVEs send only for those who are behind them (X3).
#
#	[vm1] -- p1 - [h1: nve0, VN 100] ---- ul0 [gen: no NVE at all, any outer source]
#
# The NVEs that h1 knows are addresses that only gen's frames have: 192.0.2.2 and so on.
. "$(dirname "$0")/overlay.sh"
told() {
	run_cmd nvo3 -n h1 nve set dev nve0 verify log
	bg monitor nvo3 -n h1 -j monitor alert miss
	# Again while it does not listen yet, or the tests before have used the rate up.
	busywait 60 told_both
}

told_both() {
	packets told
	grep '"event":"source".*:00:12".*"nve":"192.0.2.3"' "$LIB_TMP/monitor.log" &&
		grep '"event":"miss".*"dst":"02:00:00:00:00:63","src":"02:00:00:00:00:01"' \
			"$LIB_TMP/monitor.log"
}

words() {
	run_cmd nvo3 -n h1 nve set dev nve0 verify off
	[[ $(nvo3 -n h1 nve show dev nve0) != *verify* ]]
	run_cmd nvo3 -n h1 nve set dev nve0 verify log redirect 500
	[[ $(nvo3 -n h1 nve show dev nve0) == *" verify log redirect 500 "* ]]
	fails_with '"verify" needs off, log or drop, not "on"' nvo3 nve set dev nve0 verify on
	run_cmd nvo3 -n h1 nve set dev nve0 verify off redirect 10000
	fails_with '"relay" is unknown here' \
		nvo3 member del dev nve0 vni 100 nve 192.0.2.9 relay on
	run_cmd nvo3 -n h1 member add dev nve0 vni 100 nve 192.0.2.8 relay on
	[[ $(nvo3 -n h1 member show dev nve0) == *" nve 192.0.2.8 relay on"* ]]
}

module_load
underlay_add
host_add 1
nve_add 1
vm_add 1 h1
vm_add 2 h1
ns_add gen
ip link add ul0 mtu 1600 netns gen type veth peer name ulg mtu 1600 netns ul
ip -n ul link set ulg up master sw
ip -n gen link set ul0 up
in_ns gen sysctl -qw net.ipv6.conf.all.disable_ipv6=1
vm_quiet 1 2
# Port 1 is vm1; what is mapped to port 2 has no port of its own.
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1) spoof off
	port add dev p2 vni 100
	map add dev nve0 vni 100 mac $(mac 2) port p2
	map add dev nve0 vni 100 mac $(mac 0x12) nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 0x13) nve 192.0.2.3
	map add dev nve0 vni 100 mac $(mac 0x16) nve 2001:db8::6
	map add dev nve0 vni 100 mac $(mac 0x45) nve 192.0.2.4/3,192.0.2.5,2001:db8::5
END

plan 5
test_run "thousands of forged frames, switching live" packets forged
test_run "the same by the socket" packets by_socket
test_run "a relay, and one that moved" packets exceptions
test_run "alerts, and unknown sources are asked for" told
test_run "the tool's words" words
