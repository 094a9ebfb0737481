#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# kernels: 6.12, long 6.1
# limit: 480
# A frame goes on at the other end of a port's veth at once, unless somebody has a say at
# the port's egress or the other end's own queue: then it takes effect with the first
# frame, and the short way is back with the first one after it. Counters prove which way
# was taken, and nothing is lost or counted twice. What a socket of this host sends goes by
# the queue; so frames come from vm0, which is behind vm1, or are copies, made by tc as they
# come out of a link of vm1's, and belong to no socket.
#
#	[vm0] --- in0 [vm1] eth0 --- p1 [h1: nve0] p2 --- eth0 [vm2]
#	              [vm1] gen --- gen1 - copied to p1
#
. "$(dirname "$0")/overlay.sh"

setup() {
	module_load
	keep_branches
	ns_add h1
	nvo3 -n h1 nve add dev nve0 local 192.0.2.1
	ip -n h1 link set nve0 up
	# shellcheck disable=SC2034,SC2154 # an associative array of overlay.sh
	HAS_NVE[h1]=1
	vm_add 1 h1
	vm_add 2 h1
	# What IPv6 says on its own would be counted too.
	in_ns vm1 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
	in_ns vm2 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
	# Segments as large as they may be, however slow all is here.
	in_ns vm1 sysctl -qw net.ipv4.tcp_tso_rtt_log=30
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100
		vn add dev nve0 vni 200
		port add dev p1 vni 100 mac $(mac 1)
		port add dev p2 vni 100 mac $(mac 2)
	END
	ip -n vm1 neigh replace 10.0.0.2 lladdr "$(mac 2)" dev eth0 nud permanent
	ip -n vm2 neigh replace 10.0.0.1 lladdr "$(mac 1)" dev eth0 nud permanent
	copies
	behind
}

copies() {
	ip link add gen netns vm1 type veth peer name gen1 netns h1
	in_ns vm1 sysctl -qw net.ipv6.conf.gen.disable_ipv6=1
	in_ns h1 sysctl -qw net.ipv6.conf.gen1.disable_ipv6=1
	ip -n vm1 link set gen up
	ip -n h1 link set gen1 up
	in_ns h1 tc qdisc add dev gen1 clsact
	in_ns h1 tc filter add dev gen1 ingress matchall action mirred ingress mirror dev p1
}

behind() {
	ns_add vm0
	ip link add eth0 netns vm0 type veth peer name in0 netns vm1
	ip -n vm1 link set in0 up
	ip -n vm1 address add 10.1.0.1/24 dev in0
	in_ns vm1 sysctl -qw net.ipv4.ip_forward=1
	in_ns vm0 sysctl -qw net.ipv4.tcp_tso_rtt_log=30
	ip -n vm0 -b - <<-END
		link set eth0 up
		address add 10.1.0.2/24 dev eth0
		route add default via 10.1.0.1
	END
	ip -n vm2 route add 10.1.0.0/24 via 10.0.0.1
}

ways() {
	nvo3 -n h1 -j -s nve show dev nve0 | jq -r '.[0] |
		({fast: .ways.port_fast} + .port_bypass) | to_entries[] | "\(.key) \(.value)"'
}

# twenty WAY [ARRIVED [DEV]]: frames from vm1, all of which go this way, and what vm2 gets.
twenty() {
	local before grown sent

	ways >"$LIB_TMP/ways"
	sent=$(link_stat h1 p2 tx_packets)
	before=$(link_stat vm2 eth0 rx_packets)
	frame vm1 "${3-gen}" "$(mac 2) $(mac 1) 88b5 00112233445566778899" 20
	grown=$(ways | awk 'NR == FNR { had[$1] = $2; next }
		$2 > had[$1] { print $1, $2 - had[$1] }' "$LIB_TMP/ways" -)
	[[ $grown == "$1 2"? ]] || fail "frames by their way: $grown, not $1 20"
	busywait 5 got "$((before + ${2-20}))" "${2-20}"
	assert_ge "$(($(link_stat h1 p2 tx_packets) - sent))" "${2-20}" "sent by p2"
}

got() {
	local now

	now=$(link_stat vm2 eth0 rx_packets)
	echo "$now received, not $1"
	if (($2)); then
		((now >= $1))
	else
		((now == $1))
	fi
}

at_once() {
	twenty fast
	ping_ok vm1 10.0.0.2
	ping_ok vm0 10.0.0.2
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath off
	twenty off
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
	twenty fast
}

qdiscs() {
	run_cmd in_ns h1 tc qdisc replace dev p2 root pfifo
	twenty egress
	run_cmd in_ns h1 tc qdisc replace dev p2 root tbf rate 1gbit burst 100k limit 100k
	twenty egress
	run_cmd in_ns h1 tc qdisc del dev p2 root
	twenty fast
}

classifiers() {
	run_cmd in_ns h1 tc qdisc add dev p2 clsact
	run_cmd in_ns h1 tc filter add dev p2 egress matchall action drop
	twenty egress 0
	run_cmd in_ns h1 tc qdisc del dev p2 clsact
	twenty fast
	in_ns h1 nft -f - <<-END
		table netdev t {
			chain c {
				type filter hook egress device p2 priority 0
				ether type 0x88b5 drop
			}
		}
	END
	twenty egress 0
	run_cmd in_ns h1 nft delete table netdev t
	twenty fast
	# What is at the other end runs there.
	run_cmd in_ns vm2 tc qdisc add dev eth0 clsact
	run_cmd in_ns vm2 tc filter add dev eth0 ingress matchall action drop
	twenty fast
	ping_lost vm1 10.0.0.2
	run_cmd in_ns vm2 tc qdisc del dev eth0 clsact
	ping_ok vm1 10.0.0.2
}

taps() {
	capture_start port h1 p2 ether proto 0x88b5
	twenty tap
	capture_until port 20
	capture_stop port
	capture_start vm vm2 eth0 ether proto 0x88b5
	twenty fast
	capture_until vm 20
	capture_stop vm
}

# XDP in the driver runs where the other end polls; it drops, so nothing is received.
other_end() {
	local drop=$LIB_TMP/bpf/drop

	run_cmd in_ns vm2 ethtool -K eth0 gro on
	twenty peer
	run_cmd in_ns vm2 ethtool -K eth0 gro off
	twenty fast
	mkdir "$LIB_TMP/bpf"
	run_cmd mount -t bpf bpf "$LIB_TMP/bpf"
	run_cmd /usr/bin/python3 "$(dirname "$0")/peer.py" "$drop"
	run_cmd ip -n vm2 link set dev eth0 xdpdrv pinned "$drop"
	ways >"$LIB_TMP/ways"
	ping_lost vm1 10.0.0.2
	[[ " $(grown_ways) " == *" peer "* ]]
	run_cmd ip -n vm2 link set dev eth0 xdpdrv off
	twenty fast
	run_cmd ip -n vm2 link set dev eth0 xdpgeneric pinned "$drop"
	ping_lost vm1 10.0.0.2
	run_cmd ip -n vm2 link set dev eth0 xdpgeneric off
	twenty fast
	run_cmd umount "$LIB_TMP/bpf"
}

features() {
	run_cmd in_ns h1 ethtool -K p2 tx off
	twenty frame
	ping_ok vm1 10.0.0.2
	run_cmd in_ns h1 ethtool -K p2 tx on
	twenty fast
}

# What a socket of this host sends, and what follows so soon that it might overtake that.
sockets() {
	twenty local 20 eth0
	ways >"$LIB_TMP/ways"
	run_cmd in_ns vm1 ping -c 20 -i 0.002 -q 10.0.0.2
	assert_eq "$(grown_ways)" local "ways of a socket's frames"
	twenty fast
}

grown_ways() {
	ways | awk 'NR == FNR { had[$1] = $2; next } $2 > had[$1] { print $1 }' "$LIB_TMP/ways" - | xargs
}

# big_frames WAY FROM: TCP in frames of up to 64 KB.
big_frames() {
	local way=$1 from=$2

	bg "iperf$way" netns_run vm2 iperf3 -s -1
	busywait 60 in_ns vm2 grep -q ':1451 .* 0A ' /proc/net/tcp6
	capture_start "big$way" vm2 eth0 -c 5 greater 60000
	ways >"$LIB_TMP/ways"
	run_cmd in_ns "$from" iperf3 -c 10.0.0.2 -n 16M --forceflush
	[[ " $(grown_ways) " == *" $way "* ]] || fail "nothing went the way $way: $(grown_ways)"
	capture_until "big$way" 5
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf$way.pid")"
}

both_ways_big() {
	big_frames fast vm0
	big_frames local vm1
	run_cmd in_ns h1 tc qdisc replace dev p2 root pfifo
	big_frames egress vm1
	run_cmd in_ns h1 tc qdisc del dev p2 root
}

# Behind a port's other end is a port again: a second step at once would be one too many.
nested() {
	ip link add x1 netns h1 type veth peer name x2 netns h1
	in_ns h1 sysctl -qw net.ipv6.conf.x1.disable_ipv6=1 net.ipv6.conf.x2.disable_ipv6=1
	ip -n h1 link set x1 up master nve0
	ip -n h1 link set x2 up master nve0
	vm_add 3 h1
	in_ns vm3 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
	nvo3 -n h1 -b - <<-END
		port add dev x1 vni 100 mac $(mac 3)
		port add dev x2 vni 200
		port add dev p3 vni 200 mac $(mac 3)
	END
	ways >"$LIB_TMP/ways"
	frame vm1 gen "$(mac 3) $(mac 1) 88b5 00112233445566778899" 20
	assert_eq "$(ways | awk 'NR == FNR { had[$1] = $2; next }
		$2 > had[$1] { print $1, $2 - had[$1] }' "$LIB_TMP/ways" - | sort | xargs)" \
		"fast 20 nested 20" "frames by their way"
	busywait 5 arrived_behind 20
	ns_del vm3
	# One slow processor would have no time for anything else, cutting the wire included.
	[[ -n ${NVO3_SLOW-} ]] || circle
}

arrived_behind() {
	(($(link_stat vm3 eth0 rx_packets) >= $1))
}

# In a circle, as somebody might wire it: the frame runs until the wire is cut, and no stack ends.
circle() {
	local before

	ip link add y1 netns h1 type veth peer name y2 netns h1
	in_ns h1 sysctl -qw net.ipv6.conf.y1.disable_ipv6=1 net.ipv6.conf.y2.disable_ipv6=1
	ip -n h1 link set y1 up master nve0
	ip -n h1 link set y2 up master nve0
	nvo3 -n h1 -b - <<-END
		port add dev y1 vni 200 mac $(mac 3)
		port add dev y2 vni 100
	END
	frame vm1 gen "$(mac 3) $(mac 1) 88b5 00112233445566778899"
	before=$(link_stat h1 x1 tx_packets)
	busywait 10 round_and_round 1000
	run_cmd ip -n h1 link del x1
	before=$(link_stat h1 y1 tx_packets)
	assert_eq "$(link_stat h1 y1 tx_packets)" "$before" "frames after the cut"
}

round_and_round() {
	(($(link_stat h1 x1 tx_packets) > before + $1))
}

# The other end and its namespace go while frames are on their way.
namespace_gone() {
	bg flood netns_run vm0 ping -q -i 0.002 10.0.0.2
	bg flood2 netns_run vm0 ping -q -i 0.002 -s 1400 10.0.0.2
	twenty_more=$(link_stat vm2 eth0 rx_packets)
	busywait 10 flooded
	ns_del vm2
	busywait 10 gone h1 p2
	bg_stop flood
	bg_stop flood2
}

gone() {
	! ip -n "$1" -br link show | grep -q "^$2@"
}

flooded() {
	(($(link_stat vm2 eth0 rx_packets) > twenty_more + 20))
}

setup

plan 10
test_run "at once, and by the queue with fastpath off" at_once
test_run "what a socket of this host sends" sockets
test_run "a qdisc on the port" qdiscs
test_run "tc and nft at the port's egress, tc at the other end" classifiers
test_run "packet sockets on the port and at the other end" taps
test_run "GRO and XDP at the other end" other_end
test_run "work left for the port's device" features
test_run "TCP in frames of 64 KB" both_ways_big
test_run "the other end's namespace dies under traffic" namespace_gone
test_run "a port behind a port, and a circle" nested
