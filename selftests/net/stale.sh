#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 400
# kernels: long 6.12 6.1
# While frames pass without a pause, over IPv4 (VN 100) and IPv6 (VN 200): once a command that
# changes the underlay has returned, not one packet goes as it did before.
#
#	[vm1] [vm3] -- [h1: nve0] == ul0 == switch == ul0 == [h2: nve0] -- [vm2] [vm4]
#	                        \\== alt0 ==========  alt0 ==//
#
# bypass.sh has the same changes without traffic, and who takes part in them.
. "$(dirname "$0")/ways.sh"

# Non-IP frames: too large ones are fragmented, nobody is told. 1,000 a second of each family.
flows_start() {
	local payload

	payload=$(printf '%02800d' 0)
	bg flow4 ip netns exec vm1 frame_send eth0 "$(hex_of 2 1)88b5$payload" 1000000000 1000
	bg flow6 ip netns exec vm3 frame_send eth0 "$(hex_of 4 3)88b5$payload" 1000000000 1000
}

hex_of() {
	local macs

	macs="$(mac "$1")$(mac "$2")"
	echo "${macs//:/}"
}

# watch DEV EXPRESSION...: h2 counts the packets that come by DEV and match any of them.
watch() {
	local dev=$1 expression

	shift
	{
		echo "table netdev seen"
		echo "delete table netdev seen"
		echo "table netdev seen {"
		for n in 4 6; do
			echo "counter c$n { }"
		done
		echo "chain in { type filter hook ingress device $dev priority 0"
		n=4
		for expression; do
			echo "$expression counter name c$n"
			n=6
		done
		printf '}\n}\n'
	} | in_ns h2 nft -f -
	SEEN=watched
}

watched() {	# of both families
	local list

	list=$(in_ns h2 nft list counters)
	[[ $list =~ counter\ c4\ \{[^p]*packets\ ([0-9]+).*counter\ c6\ \{[^p]*packets\ ([0-9]+) ]]
	echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
}

delivered() {	# what h2 has taken from its tunnels
	echo "$(stat_of decap_packets h2 vn show dev nve0 vni 100)" \
		"$(stat_of decap_packets h2 vn show dev nve0 vni 200)"
}

both_grow() {	# THAN BY COUNTER
	local now was

	read -ra was <<<"$1"
	read -ra now <<<"$("$3")"
	((now[0] >= was[0] + $2 && now[1] >= was[1] + $2))
}

sent() {
	echo "$(stat_of rx_packets h1 port show dev p1) $(stat_of rx_packets h1 port show dev p3)"
}

# stops COMMAND...: what SEEN counts goes on, and after the command not any more, while frames
# are sent as before.
stops() {
	busywait 30 both_grow "$($SEEN)" 20 "$SEEN"
	run_cmd "$@"
	before=$($SEEN)
	busywait 30 both_grow "$(sent)" 200 sent
	assert_eq "$($SEEN)" "$before" "packets that went the old way"
}

# goes_on: it counts again; what the test has changed is undone.
goes_on() {
	busywait 60 both_grow "$($SEEN)" 20 "$SEEN"
}

ALL=("udp dport 4789 meta protocol ip" "udp dport 4789 meta protocol ip6")

neighbour_moves() {
	local old

	old=$(in_ns h2 cat /sys/class/net/ul0/address)
	watch ul0 "ether daddr $old ${ALL[0]}" "ether daddr $old ${ALL[1]}"
	stops ip -n h1 -b - <<-END
		neigh replace 192.0.2.2 lladdr 02:00:00:00:ff:02 dev ul0
		neigh replace 2001:db8::2 lladdr 02:00:00:00:ff:02 dev ul0
	END
	watch ul0 "ether daddr 02:00:00:00:ff:02 ${ALL[0]}" "ether daddr 02:00:00:00:ff:02 ${ALL[1]}"
	goes_on
	ip -n h2 link set ul0 address 02:00:00:00:ff:02
}

# It has another address by now: who asks anew is told.
neighbour_is_flushed() {
	ip -n h1 neigh replace 192.0.2.2 lladdr 02:00:00:00:ff:02 dev ul0 nud reachable
	ip -n h1 neigh replace 2001:db8::2 lladdr 02:00:00:00:ff:02 dev ul0 nud reachable
	watch ul0 "ether daddr 02:00:00:00:ff:02 ${ALL[0]}" "ether daddr 02:00:00:00:ff:02 ${ALL[1]}"
	goes_on
	ip -n h2 link set ul0 address 02:00:00:00:ff:03
	stops ip -n h1 neigh flush dev ul0
	watch ul0 "ether daddr 02:00:00:00:ff:03 ${ALL[0]}" "ether daddr 02:00:00:00:ff:03 ${ALL[1]}"
	goes_on
}

own_address() {
	local old

	old=$(in_ns h1 cat /sys/class/net/ul0/address)
	watch ul0 "ether saddr $old ${ALL[0]}" "ether saddr $old ${ALL[1]}"
	stops ip -n h1 link set ul0 address 02:00:00:00:ff:01
}

routes() {
	local there

	there=$(in_ns h2 cat /sys/class/net/alt0/address)
	ip -n h1 neigh replace 192.0.2.2 lladdr "$there" dev alt0
	ip -n h1 neigh replace 2001:db8::2 lladdr "$there" dev alt0
	watch ul0 "${ALL[@]}"
	stops ip -n h1 -b - <<-END
		route add 192.0.2.2 dev alt0
		route add 2001:db8::2 dev alt0
	END
	watch alt0 "${ALL[@]}"
	goes_on
	stops ip -n h1 -b - <<-END
		route del 192.0.2.2 dev alt0
		route del 2001:db8::2 dev alt0
	END
	watch ul0 "${ALL[@]}"
	goes_on
}

mtu() {
	watch ul0 "meta protocol ip meta length > 1300" "meta protocol ip6 meta length > 1300"
	stops ip -n h1 link set ul0 mtu 1300
	watch ul0 "ip frag-off & 0x1fff > 0" "exthdr frag exists"
	goes_on
	run_cmd ip -n h1 link set ul0 mtu 1600
	watch ul0 "meta protocol ip meta length > 1300" "meta protocol ip6 meta length > 1300"
	goes_on
}

local_address() {
	watch ul0 "ip saddr 192.0.2.1 udp dport 4789" "ip6 saddr 2001:db8::1 udp dport 4789"
	stops ip -n h1 -b - <<-END
		address del 192.0.2.1/24 dev ul0
		address del 2001:db8::1/64 dev ul0
	END
	ip -n h1 -b - <<-END
		address add 192.0.2.1/24 dev ul0
		address add 2001:db8::1/64 dev ul0 nodad
	END
	goes_on
}

link_down() {
	watch ul0 "${ALL[@]}"
	stops ip -n h1 link set ul0 down
	run_cmd ip -n h1 link set ul0 up
	ip -n h1 address replace 2001:db8::1/64 dev ul0 nodad
	goes_on
}

# nft HOST HOOK: a rule that drops tunnel packets at that place.
netfilter() {
	stops in_ns "$1" nft "add table inet t; add chain inet t c { type filter hook $2 priority 0; }; \
		add rule inet t c udp dport 4789 drop"
	in_ns "$1" nft delete table inet t
	goes_on
}

hooks() {
	watch ul0 "${ALL[@]}"
	netfilter h1 output
	netfilter h1 postrouting
	SEEN=delivered
	netfilter h2 prerouting
	netfilter h2 input
}

ipsec() {
	watch ul0 "${ALL[@]}"
	stops ip -n h1 -b - <<-END
		xfrm policy add src 192.0.2.1 dst 192.0.2.2 dir out action block
		xfrm policy add src 2001:db8::1 dst 2001:db8::2 dir out action block
	END
	ip -n h1 xfrm policy deleteall
	goes_on
	SEEN=delivered
	stops ip -n h2 -b - <<-END
		xfrm policy add src 192.0.2.1 dst 192.0.2.2 dir in action block
		xfrm policy add src 2001:db8::1 dst 2001:db8::2 dir in action block
	END
	ip -n h2 xfrm policy deleteall
	goes_on
}

traffic_control() {
	in_ns h1 tc qdisc add dev ul0 clsact
	in_ns h2 tc qdisc add dev ul0 clsact
	watch ul0 "${ALL[@]}"
	stops in_ns h1 tc filter add dev ul0 egress matchall action drop
	in_ns h1 tc filter del dev ul0 egress
	goes_on
	SEEN=delivered
	stops in_ns h2 tc filter add dev ul0 ingress matchall action drop
	in_ns h2 tc filter del dev ul0 ingress
	goes_on
	in_ns h1 tc qdisc del dev ul0 clsact
	in_ns h2 tc qdisc del dev ul0 clsact
}

# Only IPv4 has it; the other family goes on.
rp_filter() {
	ip -n h2 link add elsewhere up type dummy
	ip -n h2 route add 192.0.2.1 dev elsewhere
	SEEN=delivered4
	stops in_ns h2 sysctl -qw net.ipv4.conf.ul0.rp_filter=1
	in_ns h2 sysctl -qw net.ipv4.conf.ul0.rp_filter=0
	goes_on
	ip -n h2 link del elsewhere
}

delivered4() {
	local packets

	packets=$(stat_of decap_packets h2 vn show dev nve0 vni 100)
	echo "$packets $packets"
}

# shellcheck disable=SC2119 # no words
two_hosts
link_add h1 alt0 h2 alt0
ip -n h1 link set alt0 mtu 1600
ip -n h2 link set alt0 mtu 1600
warm_up
flows_start

plan 11
test_run "a neighbour is told to be elsewhere" neighbour_moves
test_run "neighbours are flushed" neighbour_is_flushed
test_run "our own link-layer address" own_address
test_run "routes by another device, and back" routes
test_run "MTU" mtu
test_run "our own address" local_address
test_run "link down" link_down
test_run "nft rules: output, postrouting, prerouting, input" hooks
test_run "IPsec policies, out and in" ipsec
test_run "tc, egress and ingress" traffic_control
test_run "reverse-path filter" rp_filter
