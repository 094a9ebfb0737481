#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 480
# Frames that are late for a tenant system that has moved are sent on: where it is now, for a
# while, with one TTL less, never back, and never for ever.
#
#	[vm1, vm2] -- p1, p2 - [h1: nve0] ---- ul0 [gen: no NVE at all, any outer source]
#	[vm3] -- p3 - [h2: nve0] ---- [ul] ---- [h3: nve0] - p4 -- [vm4]
#
# The NVEs 192.0.2.22 to 25 and 2001:db8::22 to 25 are gen's.
. "$(dirname "$0")/overlay.sh"

on_both_ways() {	# TEST
	local before

	before=$(ways tx_fast)
	packets "$1"
	assert_ge "$(($(ways tx_fast) - before))" "${2-5}" "sent by the fast way"
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath off
	before=$(ways tx_fast)
	packets "$1"
	assert_eq "$(ways tx_fast)" "$before" "sent by the fast way"
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
}

ways() {
	number_behind "$1" "$(nvo3 -n h1 -s nve show dev nve0)"
}

time_of() {
	run_cmd nvo3 -n h1 nve set dev nve0 redirect "$1"
}

in_time() {
	time_of 0
	packets moved_now
	packets gone
	time_of 3600000
	# It was not remembered.
	packets gone
	packets arm
	time_of 0
	packets gone
	time_of 3000
	packets arm
	packets ends
	time_of 3600000
}

two_ways_out() {
	packets arm
	run_cmd nvo3 -n h1 remote set dev nve0 nve 192.0.2.23 state down
	packets down
	run_cmd nvo3 -n h1 remote set dev nve0 nve 192.0.2.23 state up
	packets here
	run_cmd nvo3 -n h1 nve set dev nve0 verify drop
	packets forged
	run_cmd nvo3 -n h1 nve set dev nve0 verify off
}

redirected() {
	number_behind redirected "$(nvo3 -n "$1" -s vn show dev nve0 vni 100)"
}

# The address 0x32 is at h1, as h3 knows, then at h3 (as vm4); vm3 at h2 has not heard of it.
moves_away() {	# NVE-OF-H1 NVE-OF-H3 EPOCH [NVE-OF-H1-AS-H3-HAS-IT]
	local who=02:00:00:00:00:32 home=02:00:00:00:00:03

	nvo3 -n h2 map replace dev nve0 vni 100 mac $who nve "$1" epoch "$3"
	nvo3 -n h1 map replace dev nve0 vni 100 mac $who port p2 epoch "$3"
	nvo3 -n h3 map replace dev nve0 vni 100 mac $who nve "${4-$1}" epoch "$3"
	nvo3 -n h3 map replace dev nve0 vni 100 mac $who port p4 epoch "$(($3 + 1))"
	nvo3 -n h1 map replace dev nve0 vni 100 mac $who nve "$2" epoch "$(($3 + 1))"
	nvo3 -n h3 map replace dev nve0 vni 100 mac $home nve "${1/%1/2}"
	nvo3 -n h1 map replace dev nve0 vni 100 mac $home nve "${1/%1/2}"
}

arrives() {
	local before

	run_cmd nvo3 -n h3 nve set dev nve0 verify drop
	run_cmd nvo3 -n h1 nve set dev nve0 verify drop
	before=$(redirected h1)
	moves_away 192.0.2.1 192.0.2.3 10
	ping_ok vm3 10.0.0.50
	moves_away 2001:db8::1 2001:db8::3 20
	ping_ok vm3 10.0.0.50
	# What is sent on comes from another address than the one that has been left.
	moves_away 192.0.2.1 2001:db8::3 30
	ping_lost vm3 10.0.0.50
	moves_away 192.0.2.1 2001:db8::3 40 192.0.2.1,2001:db8::1
	ping_ok vm3 fd00::50
	assert_ge "$(($(redirected h1) - before))" 3 "redirected"
	assert_eq "$(redirected h3)" 0 "redirected at the new place"
	run_cmd nvo3 -n h1 nve set dev nve0 verify off
}

# TCP in frames of up to 64 KB, none of whose acknowledgements are late
big_frames() {
	local before

	run_cmd nvo3 -n h1 nve set dev nve0 fastpath "$1"
	before=$(redirected h1)
	truncate -s 8M "$LIB_TMP/sent"
	bg "sink$1" netns_run vm4 socat -u -b 65536 TCP4-LISTEN:5201,reuseaddr \
		"CREATE:$LIB_TMP/come$1"
	busywait 60 in_ns vm4 grep -q ':1451 .* 0A ' /proc/net/tcp
	run_cmd in_ns vm3 socat -u -b 65536 "OPEN:$LIB_TMP/sent" TCP4:10.0.0.50:5201
	busywait 60 lib_gone "$(<"$LIB_TMP/sink$1.pid")"
	run_cmd cmp "$LIB_TMP/sent" "$LIB_TMP/come$1"
	assert_ge "$(($(redirected h1) - before))" 5000 "redirected"
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
}

# 0x31 was at each of the three, and each believes that it went to the next.
in_a_circle() {
	local who=02:00:00:00:00:31 n count ended
	local -A next=([1]=2 [2]=3 [3]=1) dev=([1]=p1 [2]=p3 [3]=p4)

	run_cmd nvo3 -n h3 nve set dev nve0 verify off
	for n in 1 2 3; do
		nvo3 -n h$n map add dev nve0 vni 100 mac $who port "${dev[$n]}" epoch 1
		nvo3 -n h$n map replace dev nve0 vni 100 mac $who nve "192.0.2.${next[$n]}" \
			epoch "$((n + 1))"
	done
	circle_ends
	# Two who each say that the other has it: once, and not back.
	nvo3 -n h2 map replace dev nve0 vni 100 mac $who nve 192.0.2.1 epoch 9
	count=$(all_redirected)
	ended=$(all_ended)
	packets circle >/dev/null
	busywait 30 ended_are "$((ended + 3))"
	assert_eq "$(($(all_redirected) - count))" 3 "sent on"
}

circle_ends() {
	local hops packets count ended

	count=$(all_redirected)
	ended=$(all_ended)
	read -r hops packets < <(packets circle)
	busywait 60 ended_are "$((ended + packets))"
	assert_eq "$(($(all_redirected) - count))" "$hops" "hops"
	# Nothing goes round any more.
	assert_eq "$(all_ended)" "$((ended + packets))" "frames that ended"
	assert_eq "$(all_redirected)" "$((count + hops))" "hops a moment later"
}

all_redirected() {
	echo "$(($(redirected h1) + $(redirected h2) + $(redirected h3)))"
}

all_ended() {
	echo "$(($(drops h1 tunnel-remote) + $(drops h2 tunnel-remote) + $(drops h3 tunnel-remote)))"
}

ended_are() {
	(($(all_ended) == $1))
}

# Many leave at once, and the NVE while they are remembered.
nve_goes() {
	local n

	ns_add h9
	nvo3 -n h9 nve add dev nve0 redirect 2000
	vm_add 9 h9
	ip -n h9 link set p9 master nve0
	{
		echo "vn add dev nve0 vni 100"
		echo "port add dev p9 vni 100"
		for n in {1000..1400}; do
			echo "map add dev nve0 vni 100 mac 02:00:00:00:${n:0:2}:${n:2} port p9"
		done
		for n in {1000..1400}; do
			echo "map replace dev nve0 vni 100 mac 02:00:00:00:${n:0:2}:${n:2} nve 192.0.2.9 epoch 1"
		done
	} | nvo3 -n h9 -b -
	run_cmd ip -n h9 link del nve0
}

module_load
underlay_add
host_add 1 2 3
nve_add 1 accept vxlan,geneve,nvgre redirect 3600000
nve_add 2 redirect 3600000
nve_add 3 redirect 3600000
vm_add 1 h1
vm_add 2 h1
vm_add 3 h2
vm_add 4 h3
ns_add gen
ip link add ul0 mtu 1600 address 02:00:00:00:00:77 netns gen type veth peer name ulg mtu 1600 netns ul
ip -n ul link set ulg up master sw
ip -n gen link set ul0 up
in_ns gen sysctl -qw net.ipv6.conf.all.disable_ipv6=1
vm_quiet 1 2
# vm4 is who has moved.
ip -n vm4 -b - <<-END
	link set eth0 address 02:00:00:00:00:32
	address add 10.0.0.50/24 dev eth0
	address add fd00::50/64 dev eth0 nodad
	neigh add 10.0.0.3 lladdr $(mac 3) dev eth0
	neigh add fd00::3 lladdr $(mac 3) dev eth0
END
ip -n vm3 -b - <<-END
	neigh add 10.0.0.50 lladdr 02:00:00:00:00:32 dev eth0
	neigh add fd00::50 lladdr 02:00:00:00:00:32 dev eth0
END
for n in 12 22 23 24 25; do
	echo "neigh add 192.0.2.$n lladdr 02:00:00:00:00:77 dev ul0"
	echo "neigh add 2001:db8::$n lladdr 02:00:00:00:00:77 dev ul0"
done | ip -n h1 -b -
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1) spoof off
	port add dev p2 vni 100
	map add dev nve0 vni 100 mac $(mac 0x12) nve 192.0.2.12
	map add dev nve0 vni 100 mac $(mac 0x13) nve 192.0.2.23
END
nvo3 -n h2 vn add dev nve0 vni 100
nvo3 -n h2 port add dev p3 vni 100 mac "$(mac 3)"
nvo3 -n h3 vn add dev nve0 vni 100
nvo3 -n h3 port add dev p4 vni 100

plan 13
test_run "from any encapsulation and family to any" on_both_ways forms
test_run "congestion marks" on_both_ways ecn
test_run "one TTL less than what came, and none with the last" on_both_ways ttl
test_run "not to the sender, by none of its paths" on_both_ways not_back
test_run "only what is late" packets only_late
test_run "a request that fails leaves all as it was" packets refused
test_run "only for the time" in_time
test_run "remotes that are down, forged sources" two_ways_out
test_run "late frames arrive, and pass the check at the new place" arrives
test_run "TCP by the fast way" big_frames auto
test_run "TCP by the host's IP" big_frames off
test_run "in a circle" in_a_circle
test_run "an NVE goes that remembers" nve_goes
