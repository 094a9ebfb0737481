#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# limit: 600
# kernels: 6.12, long 6.1
# Nobody is bypassed: whatever would have had a say in tunnel packets takes effect
# with the first packet after it was switched on, and the fast way is back with the
# first one after it was switched off.
. "$(dirname "$0")/ways.sh"
here=$(cd "$(dirname "$0")" && pwd)

# goes TX RX: a ping of both families from host 1; its requests and replies there.
goes() {
	ways_mark h1
	ping_ok vm1 10.0.0.2
	ping_ok vm3 fd00::4
	went h1 "tx=$1" "rx=$2"
}

netfilter() {
	local hook

	for hook in output postrouting prerouting input; do
		run_cmd in_ns h1 nft \
			"add table inet t; add chain inet t c { type filter hook $hook priority 0; }"
		case $hook in
		output | postrouting) goes netfilter fast ;;
		*) goes fast netfilter ;;
		esac
		run_cmd in_ns h1 nft delete table inet t
	done
	goes fast fast
}

# A rule drops what it shall, from the first packet on; the other family goes on fast.
netfilter_drops() {
	in_ns h1 nft -f - <<-END
		table ip t {
			chain c {
				type filter hook input priority 0
				udp dport 4789 drop
			}
		}
	END
	ping_lost vm1 10.0.0.2
	ping_goes h1 fast fast vm3 fd00::4
	in_ns h1 nft delete table ip t
	ping_goes h1 fast fast vm1 10.0.0.2
}

# With fastpath on, hooks are the operator's own exemption; IPsec is not.
operator() {
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath on
	in_ns h1 nft -f - <<-END
		table inet t {
			chain c {
				type filter hook output priority 0
			}
			chain d {
				type filter hook input priority 0
			}
		}
	END
	goes fast fast
	ip -n h1 xfrm policy add src 203.0.113.1 dst 203.0.113.2 dir in tmpl proto esp
	goes fast xfrm
	ip -n h1 xfrm policy deleteall
	in_ns h1 nft delete table inet t
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
	goes fast fast
}

# holds NAME NAMESPACE PROTOCOL|all: raw sockets, until bg_stop.
holds() {
	bg "$1" netns_run "$2" python3 -S "$here/raw_sockets.py" "$3"
	busywait 20 grep -q sockets "$LIB_TMP/$1.log"
}

# The kernel's table of them is one for all namespaces and protocols, and small.
raw_sockets() {
	local vm

	for vm in vm1 vm2 vm3; do
		holds "raw-$vm" "$vm" all
	done
	goes fast fast
	holds raw h1 17
	goes fast socket
	bg_stop raw
	goes fast fast
	holds raw h1 16
	goes fast fast
	for vm in vm1 vm2 vm3; do
		bg_stop "raw-$vm"
	done
	bg_stop raw
}

ipsec() {
	run_cmd ip -n h1 xfrm policy add src 203.0.113.1 dst 203.0.113.2 dir out tmpl proto esp
	goes xfrm fast
	run_cmd ip -n h1 xfrm policy add src 203.0.113.2 dst 203.0.113.1 dir in tmpl proto esp
	goes xfrm xfrm
	run_cmd ip -n h1 xfrm policy deleteall
	goes fast fast
}

# one_way: twenty frames from vm2; how many of them came out at vm1?
one_way() {
	in_ns vm1 nft -f - <<-END
		table netdev seen
		delete table netdev seen
		table netdev seen {
			chain in {
				type filter hook ingress device eth0 priority 0
				ether type 0x88b5 counter
			}
		}
	END
	frame vm2 eth0 "$(mac 1) $(mac 2) 88b5 00112233445566778899" 20
	[[ $(in_ns vm1 nft list table netdev seen) =~ packets\ ([0-9]+) ]]
	echo "${BASH_REMATCH[1]}"
}

# The way back to h2 leads elsewhere: strict filtering drops what h2 sends.
rp_filter() {
	in_ns h1 sysctl -qw net.ipv4.conf.ul0.rp_filter=1
	goes fast fast
	ip -n h1 link add elsewhere up type dummy
	ip -n h1 route add 192.0.2.2 dev elsewhere
	assert_eq "$(one_way)" 0 "frames from where no route leads back to"
	in_ns h1 sysctl -qw net.ipv4.conf.ul0.rp_filter=0
	ways_mark h1
	assert_eq "$(one_way)" 20 "frames while nobody filters"
	went h1 rx=fast
	in_ns h1 sysctl -qw net.ipv4.conf.ul0.rp_filter=1
	assert_eq "$(one_way)" 0 "frames from where no route leads back to"
	ip -n h1 link del elsewhere
	ping_goes h1 fast fast vm1 10.0.0.2
	in_ns h1 sysctl -qw net.ipv4.conf.ul0.rp_filter=0
}

# tc is passed by both ways.
traffic_control() {
	run_cmd netns_run h1 tc qdisc add dev ul0 clsact
	goes fast fast
	run_cmd netns_run h1 tc filter add dev ul0 ingress matchall action drop
	assert_eq "$(one_way)" 0 "frames that tc drops"
	run_cmd netns_run h1 tc filter del dev ul0 ingress
	run_cmd netns_run h1 tc filter add dev ul0 egress matchall action drop
	ping_lost vm1 10.0.0.2
	run_cmd netns_run h1 tc qdisc del dev ul0 clsact
	# a neighbour may have been asked in vain meanwhile
	ping_ok vm1 10.0.0.2
	ping_ok vm3 fd00::4
	goes fast fast
}

# The device can be given to others at any time, and what it then brings is theirs.
macvlan() {
	run_cmd ip -n h1 link add mv0 link ul0 up type macvlan mode bridge
	goes fast rx-handler
	run_cmd ip -n h1 link del mv0
	goes fast fast
}

by_the_master() {	# TX VM ADDR
	ways_mark h1
	in_ns "$2" ping -c 1 -W 2 "$3" >/dev/null
	ways_since h1
	[[ ${#GREW[@]} == 3 && ${GREW[rx fast]-} && ${GREW[rx rx-handler]-} && ${GREW[tx $1]-} ]]
}

# master_of KIND [WORD]...: ul0 is given to a device that becomes the underlay in its place. That
# one wants to see the route of what it sends or not, and its port's packets are its before they
# are the port's.
master_of() {
	ip -n h1 link add name m0 up mtu 1600 type "$@"
	run_cmd ip -n h1 link set ul0 master m0
	run_cmd ip -n h1 link set ul0 up
	ip -n h1 address flush dev ul0 scope global
	ip -n h1 -b - <<-END
		address add 192.0.2.1/24 dev m0
		address add 2001:db8::1/64 dev m0 nodad
	END
}

master_gone() {
	ip -n h1 link del m0
	ip -n h1 -b - <<-END
		link set ul0 up
		address replace 192.0.2.1/24 dev ul0
		address replace 2001:db8::1/64 dev ul0 nodad
	END
	warm_up
	goes fast fast
}

bridge() {
	master_of bridge mcast_snooping 0
	busywait 30 by_the_master device vm1 10.0.0.2
	busywait 30 by_the_master device vm3 fd00::4
	master_gone
}

bond() {
	modprobe bonding
	ip -n h1 link set ul0 down
	master_of bond mode active-backup miimon 100
	busywait 30 by_the_master fast vm1 10.0.0.2
	busywait 30 by_the_master fast vm3 fd00::4
	# Its other half takes over: the link-layer address stays, the way is another.
	ip link add ul9 mtu 1600 netns h1 type veth peer name ul91 mtu 1600 netns ul
	ip -n ul link set ul91 up master sw
	run_cmd ip -n h1 link set ul9 master m0
	run_cmd ip -n h1 link set ul9 up
	run_cmd ip -n h1 link set ul0 down
	busywait 30 fast_both h1 vm1 10.0.0.2
	busywait 30 fast_both h1 vm3 fd00::4
	ip -n h1 link del ul9
	master_gone
}

neighbours() {
	run_cmd ip -n h1 neigh flush dev ul0
	ping_ok vm1 10.0.0.2
	ping_ok vm3 fd00::4
	goes fast fast
	# The other NVE's address moves to another card.
	ip -n h2 link set ul0 address 02:00:00:00:ff:02
	capture_start moved h1 ul0 -Q out ether dst 02:00:00:00:ff:02 and udp port 4789
	ip -n h1 neigh replace 192.0.2.2 lladdr 02:00:00:00:ff:02 dev ul0
	ip -n h1 neigh replace 2001:db8::2 lladdr 02:00:00:00:ff:02 dev ul0
	goes fast fast
	capture_until moved 2
	capture_stop moved
	# And our own one.
	ip -n h1 link set ul0 address 02:00:00:00:ff:01
	capture_start own h1 ul0 -Q out ether src 02:00:00:00:ff:01 and udp port 4789
	ip -n h2 neigh flush dev ul0
	ping_ok vm1 10.0.0.2
	ping_ok vm3 fd00::4
	goes fast fast
	capture_until own 4
	capture_stop own
}

# sends_none: not one packet leaves for h2, but what is sent after them does leave.
sends_none() {
	capture_start none h1 ul0 -Q out udp port 4789
	frame vm1 eth0 "$(mac 2) $(mac 1) 88b5 00112233445566778899" 20
	frame vm3 eth0 "$(mac 4) $(mac 3) 88b5 00112233445566778899" 20
	ip -n h1 neigh replace 192.0.2.77 lladdr 02:00:00:00:ff:77 dev ul0
	tunnel_send h1 192.0.2.77 00
	capture_until none 1 "host 192.0.2.77"
	capture_stop none
	fails capture_has none 1 "host 192.0.2.2 or host 2001:db8::2"
}

routes() {
	ip -n h1 route add unreachable 192.0.2.2
	ip -n h1 route add unreachable 2001:db8::2
	sends_none
	ip -n h1 route del unreachable 192.0.2.2
	ip -n h1 route del unreachable 2001:db8::2
	goes fast fast
	# A local address that goes: nothing is sent from it, nothing taken for it.
	run_cmd ip -n h1 address del 192.0.2.1/24 dev ul0
	assert_eq "$(one_way)" 0 "frames for an address that is gone"
	run_cmd ip -n h1 address add 192.0.2.1/24 dev ul0
	busywait 10 fast_both h1 vm1 10.0.0.2
	run_cmd ip -n h1 address del 2001:db8::1/64 dev ul0
	ways_mark h1
	frame vm4 eth0 "$(mac 3) $(mac 4) 88b5 00112233445566778899" 20
	ways_since h1
	[[ -z ${GREW[rx fast]-}${GREW[tx fast]-} ]]
	run_cmd ip -n h1 address add 2001:db8::1/64 dev ul0 nodad
	busywait 10 fast_both h1 vm3 fd00::4
}

decapsulated() {	# by host 2 of VN 100
	stat_of decap_packets h2 vn show dev nve0 vni 100
}

more_came() {	# THAN
	(($(decapsulated) > $1))
}

# IP fragments what no longer fits, or its sender is told, if it forbids that; answers of that
# size no longer fit into the device.
mtu() {
	local before

	ping_goes h1 fast fast vm1 10.0.0.2 -s 1400
	run_cmd ip -n h1 link set ul0 mtu 1400
	before=$(decapsulated)
	ways_mark h1
	fails in_ns vm1 ping -c 1 -W 1 -M dont -s 1400 10.0.0.2
	went h1 tx=mtu
	busywait 10 more_came "$before"
	ways_mark h1
	fails_with "mtu = 1350" in_ns vm1 ping -c 1 -W 5 -M "do" -s 1400 10.0.0.2
	went h1 tx=mtu
	ip -n vm1 route flush cache
	goes fast fast
	run_cmd ip -n h1 link set ul0 mtu 1600
	ping_goes h1 fast fast vm1 10.0.0.2 -s 1400
}

link_down() {
	run_cmd ip -n h1 link set ul0 down
	ways_mark h1
	frame vm1 eth0 "$(mac 2) $(mac 1) 88b5 00112233445566778899" 20
	went h1 tx=route
	run_cmd ip -n h1 link set ul0 up
	ip -n h1 address replace 2001:db8::1/64 dev ul0 nodad
	warm_up
	goes fast fast
}

# The device goes while packets are on their way, and nothing holds it.
device_gone() {
	bg flood netns_run vm1 ping -q -i 0.002 10.0.0.2
	bg flood6 netns_run vm3 ping -q -i 0.002 fd00::4
	run_cmd timeout 20 ip -n h1 link del ul0
	host_connect 1
	warm_up
	bg_stop flood
	bg_stop flood6
}

plan 15
test_run "netfilter: output, postrouting, prerouting, input" apart netfilter
test_run "netfilter: a rule that drops, drops" apart netfilter_drops
test_run "raw sockets: of ours for UDP, of nobody else" apart raw_sockets
test_run "IPsec policies" apart ipsec
test_run "fastpath on: hooks are exempted, IPsec is not" apart operator
test_run "reverse-path filter" apart rp_filter
test_run "tc on the underlay runs" apart traffic_control
test_run "a macvlan on the underlay" apart macvlan
test_run "a bridge as underlay" apart bridge
test_run "a bond as underlay, and its other half" apart bond
test_run "neighbours: flushed, moved; our own address" apart neighbours
test_run "routes and local addresses" apart routes
test_run "MTU" apart mtu
test_run "link down and up" apart link_down
test_run "the device is deleted under traffic" apart device_gone
