#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 400
# ARP and neighbour discovery are answered out of IP mappings.
#
#	[vm1] -- p1 \
#	[vm2] -- p2 - [h1: nve0, VN 100] ==== [h2: nve0] - p3 -- [vm3]
#	[vm4] -- p4 /  VLAN 10
. "$(dirname "$0")/overlay.sh"

vn() {
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 "$@"
}

# A frame that is not answered has no other way, for nothing is replicated.
hosts_resolve() {
	local n

	nvo3 -n h1 -b - <<-END
		map flush dev nve0 vni 100 prov agent
		map add dev nve0 vni 100 ip 10.0.0.3 mac $(mac 3)
		map add dev nve0 vni 100 ip fd00::3 mac $(mac 3)
	END
	for n in 1 3; do
		in_ns "vm$n" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
		ip -n "vm$n" -b - <<-END
			neigh flush dev eth0
			address add 10.0.0.$n/24 dev eth0
			address add fd00::$n/64 dev eth0 nodad
		END
		nvo3 -n "h$((n == 1 ? 1 : 2))" vn set dev nve0 vni 100 bum none arp answer arp-unknown drop
	done
	capture_start other vm3 eth0 "(arp or icmp6) and not ether src $(mac 3)"
	ping_ok vm1 10.0.0.3
	ping_ok vm1 fd00::3
	[[ $(ip -n vm1 neigh show 10.0.0.3) == *"lladdr $(mac 3)"* ]]
	[[ $(ip -n vm1 neigh show fd00::3) == *"lladdr $(mac 3)"* ]]
	capture_until other 1 icmp6
	capture_stop other
	fails capture_has other 1 'arp and ether broadcast'
	fails capture_has other 1 'ip6[40] == 135 and ether multicast'
	assert_ge "$(stat_of arp_answered h2 vn show dev nve0 vni 100)" 2 "answers to vm3"

	# Moved to vm2, which is a host, too: the next packet finds it.
	in_ns vm2 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
	ip -n vm3 address del 10.0.0.3/24 dev eth0
	ip -n vm2 address add 10.0.0.3/24 dev eth0
	run_cmd nvo3 -n h1 map replace dev nve0 vni 100 ip 10.0.0.3 mac "$(mac 2)" epoch 9
	run_cmd nvo3 -n h1 map add dev nve0 vni 100 ip 10.0.0.1 mac "$(mac 1)"
	ip -n vm1 neigh flush dev eth0
	ping_ok vm1 10.0.0.3
	[[ $(ip -n vm1 neigh show 10.0.0.3) == *"lladdr $(mac 2)"* ]]

	vm_quiet 1 2 3
	nvo3 -n h1 map flush dev nve0 vni 100 prov static
	nvo3 -n h1 vn set dev nve0 vni 100 bum replicate arp off arp-unknown flood
	nvo3 -n h2 vn set dev nve0 vni 100 bum replicate arp off arp-unknown flood
	map_macs
}

# Duplicate address detection of a real host: a conflict is found, one's own address is not one.
real_dad() {
	vn arp answer arp-unknown drop
	in_ns vm1 sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 net.ipv6.conf.eth0.accept_dad=1 \
		net.ipv6.conf.all.accept_dad=1
	nvo3 -n h1 -b - <<-END
		map add dev nve0 vni 100 ip fd00::3 mac $(mac 3)
		map add dev nve0 vni 100 ip fd00::1 mac $(mac 1)
	END
	ip -n vm1 address add fd00::3/64 dev eth0
	ip -n vm1 address add fd00::1/64 dev eth0
	busywait 20 has_flag fd00::3 ' dadfailed'
	busywait 20 is_usable fd00::1
	vm_quiet 1
	nvo3 -n h1 map flush dev nve0 vni 100 prov static
	map_macs
	vn arp off arp-unknown flood
}

has_flag() {
	ip -n vm1 -6 address show dev eth0 | grep -F " $1/" | grep -q "$2"
}

is_usable() {
	has_flag "$1" ' scope' && ! has_flag "$1" ' tentative'
}

# Much of it is a lie.
passes() {
	run_cmd nvo3 -n h1 port set dev p1 spoof off
	packets passes
	run_cmd nvo3 -n h1 port set dev p1 spoof auto
}

guarded() {
	run_cmd nvo3 -n h1 port set dev p1 ip 10.0.0.1 ip fd00::1
	packets guarded
	run_cmd nvo3 -n h1 profile add dev nve0 id 1 rule deny from-vm ethertype arp
	run_cmd nvo3 -n h1 port set dev p1 profile 1
	packets denied
	run_cmd nvo3 -n h1 port set dev p1 profile 0 ip none
	run_cmd nvo3 -n h1 profile del dev nve0 id 1
}

small() {
	run_cmd ip -n h1 link set p1 mtu 68
	packets small
	run_cmd ip -n h1 link set p1 mtu 1500
}

shaken() {
	local log=$LIB_TMP/storm

	packets storm >"$log" &
	while kill -0 $! 2>/dev/null; do
		ip -n h1 link set p1 mtu 68
		ip -n vm1 link set eth0 mtu 9000
		ip -n h1 link set p1 mtu 9000
		ip -n vm1 link set eth0 mtu 1500
	done
	wait $!
	cat "$log"
	ip -n h1 link set p1 mtu 1500
}

shown() {
	nvo3 -n h1 map flush dev nve0 vni 100
	vn arp answer arp-unknown ask
	nvo3 -n h1 -b - <<-END
		map add dev nve0 vni 100 ip 10.0.0.3 mac $(mac 3) epoch 5 prov agent generation 2
		map add dev nve0 vni 100 ip fd00::3 mac $(mac 3) router on
	END
	assert_eq "$(nvo3 -n h1 map get dev nve0 vni 100 ip 10.0.0.3)" \
		"dev nve0 vni 100 ip 10.0.0.3 mac $(mac 3) epoch 5 prov agent generation 2"
	assert_eq "$(nvo3 -n h1 map show dev nve0 vni 100 prov static)" \
		"dev nve0 vni 100 ip fd00::3 mac $(mac 3) prov static router on"
	assert_eq "$(json_of '.[0] | [.ip, .mac, .router] | join(" ")' nvo3 -n h1 -j map get dev nve0 vni 100 ip fd00::3)" \
		"fd00::3 $(mac 3) true" JSON
	[[ $(nvo3 -n h1 vn show dev nve0 vni 100) == *" arp answer arp-unknown ask limit 0 "*" ip-maps 2 "* ]]
	# What is shown can be said again.
	nvo3 -n h1 map show dev nve0 vni 100 prov static | sed 's/^/map add /' >"$LIB_TMP/saved"
	nvo3 -n h1 map flush dev nve0 vni 100 prov static
	run_cmd nvo3 -n h1 -b "$LIB_TMP/saved"
	run_cmd nvo3 -n h1 map del dev nve0 vni 100 ip fd00::3 mac "$(mac 3)"
	bg monitor nvo3 -n h1 monitor
	busywait 20 heard vn
	run_cmd nvo3 -n h1 map replace dev nve0 vni 100 ip 10.0.0.3 mac "$(mac 2)" epoch 6 prov agent
	fails_with "epoch 5 is older than the 6 held" \
		nvo3 -n h1 map replace dev nve0 vni 100 ip 10.0.0.3 mac "$(mac 3)" epoch 5
	frame vm1 eth0 "ffffffffffff $(mac 1) 0806 0001080006040001 $(mac 1) 0a000001 000000000000 0a000050"
	run_cmd nvo3 -n h1 miss absent dev nve0 vni 100 ip 10.0.0.80 lifetime 60000
	[[ $(nvo3 -n h1 miss show dev nve0) == "dev nve0 vni 100 ip 10.0.0.80 "*" state absent "* ]]
	run_cmd nvo3 -n h1 miss forget dev nve0 vni 100 ip 10.0.0.80
	run_cmd nvo3 -n h1 map del dev nve0 vni 100 ip 10.0.0.3
	busywait 20 grep -q "^map-del .*ip 10.0.0.3 mac $(mac 2) epoch 6" "$LIB_TMP/monitor.log"
	bg_stop monitor
	cat "$LIB_TMP/monitor.log"
	grep -q "^map dev nve0 vni 100 ip 10.0.0.3 mac $(mac 2) epoch 6 prov agent" "$LIB_TMP/monitor.log"
	grep -q "^alert dev nve0 vni 100 ip 10.0.0.3 mac $(mac 3) epoch 5" "$LIB_TMP/monitor.log"
	grep -q "^miss dev nve0 vni 100 ip 10.0.0.80 src $(mac 1) port p1" "$LIB_TMP/monitor.log"
	vn arp off arp-unknown flood
	map_macs
}

heard() {
	nvo3 -n h1 vn set dev nve0 vni 100 hold 1000
	grep -q "^$1 " "$LIB_TMP/monitor.log"
}

# The rest of the script takes it from there.
goes() {
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 300 arp answer
		map add dev nve0 vni 300 ip 10.0.0.3 mac $(mac 3)
		map add dev nve0 vni 300 ip fd00::3 mac $(mac 3)
		vn del dev nve0 vni 300
		vn add dev nve0 vni 300
	END
	assert_eq "$(nvo3 -n h1 map show dev nve0 vni 300)" "" "mappings of a new VN"
	run_cmd nvo3 -n h1 map add dev nve0 vni 300 ip 10.0.0.3 mac "$(mac 3)"
	run_cmd ip -n h1 link del nve0
}

map_macs() {
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 3)" nve 192.0.2.2
	nvo3 -n h1 map replace dev nve0 vni 100 mac "$(mac 11)" port p1
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h1
vm_add 4 h1
vm_add 3 h2
vm_quiet 1 2 3 4
ip -n vm4 link add link eth0 name eth0.10 up type vlan id 10
in_ns vm4 sysctl -qw net.ipv6.conf.eth0/10.disable_ipv6=1
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	member add dev nve0 vni 100 nve 192.0.2.2
	port add dev p1 vni 100 mac $(mac 1)
	port add dev p2 vni 100 mac $(mac 2)
	port add dev p4 vlan 10 vni 100 mac $(mac 4)
END
map_macs
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	member add dev nve0 vni 100 nve 192.0.2.1
	port add dev p3 vni 100 mac $(mac 3)
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
	map add dev nve0 vni 100 ip 10.0.0.1 mac $(mac 1)
	map add dev nve0 vni 100 ip fd00::1 mac $(mac 1)
END

plan 18
test_run "ARP and solicitations, by untagged and tagged ports, probes too" packets answered
test_run "another decoder agrees" packets by_scapy
test_run "one's own address, and one beside: not answered, and goes nowhere" packets beside
test_run "announcements, answers and what is malformed pass" passes
test_run "to one MAC: asked itself, unless the address has moved" packets one_to_one
test_run "unknown: flooded or dropped; off: all as before" packets unknown
test_run "an address moves with its epoch, and no older one" packets moves
test_run "mappings of both kinds in one request, all or none; the limit" packets together
test_run "generations sweep" packets generations
test_run "ask: waits, asked once, answered, absent, out of time" packets asks
test_run "ask: bounded" packets bounded
test_run "behind anti-spoofing and rules" guarded
test_run "an answer that does not fit is dropped and counted" small
test_run "MTU changes while questions are answered" shaken
test_run "what is shown, told and said again" shown
test_run "hosts resolve by it, without a broadcast, and find who has moved" hosts_resolve
test_run "a host finds a duplicate, and its own address none" real_dad
test_run "a VN goes with its IP mappings, and the NVE with all" goes
