#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# ARP answered out of mappings: a VN without any broadcast between its NVEs, and an address that moves.
#
#   vm1 (host1, dc1)   vm2 (host2, dc1), which moves to host4 of dc2   one VN
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-arp
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=180

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100 --bum none --arp answer --arp-unknown drop
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--mac 02:00:00:00:00:01
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24 \
		--mac 02:00:00:00:00:02
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1.ns"
	vm_netns "$(vm_id 1 vm2)" >"$LAB/vm2.ns"
}

vm1() {
	lab_in "$(<"$LAB/vm1.ns")" "$@"
}

ip_map() {	# HOST IP: what its kernel has of it
	lab_in "$1" nvo3 map get dev nve0 vni 100 ip "$2"
}

answered() {
	number_of arp_answered "$(lab_in host1 nvo3 -s vn show dev nve0 vni 100)"
}

number_of() {
	[[ $2 =~ "$1 "([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

known() {
	[[ $(ip_map host1 10.9.0.2) == *"mac 02:00:00:00:00:02 "*" prov agent"* ]]
	[[ $(ip_map host1 10.9.0.1) == *"mac 02:00:00:00:00:01 "*" prov agent"* ]]
	[[ $(ip_map host2 10.9.0.1) == *"mac 02:00:00:00:00:01 "*" prov agent"* ]]
	lab_in host1 nvo3 vn show dev nve0 | grep "bum none arp answer arp-unknown drop"
}

# Of two VMs that have never heard of each other, without a broadcast that leaves a host.
reached() {
	local before

	before=$(answered)
	vm1 ip neigh flush all
	vm1 ping -c 3 -W 5 10.9.0.2
	assert_ge "$(answered)" $((before + 1)) "questions that host1 has answered"
	# What is not answered here has no other way; nor is it without a question that a VM resolves.
	[[ $(vm1 ip neigh show 10.9.0.2) == *"lladdr 02:00:00:00:00:02"* ]]
}

# Nobody has it: it is dropped where it is asked.
unknown() {
	local before

	before=$(number_of arp-unknown "$(lab_in host1 nvo3 -s nve show)" || echo 0)
	fails vm1 ping -c 1 -W 1 10.9.0.77
	assert_ge "$(number_of arp-unknown "$(lab_in host1 nvo3 -s nve show)")" $((before + 1)) drops
}

# At each moment who asks is answered; the epoch is that of the move.
moved() {
	local old

	old=$(ip_map host1 10.9.0.2)
	ctl 1 vm migrate vm2 --to dc2/host4
	busywait 30 newer "$old"
	vm1 ip neigh flush all
	vm1 ping -c 3 -W 5 10.9.0.2
	[[ $(ip_map host4 10.9.0.2) == *"mac 02:00:00:00:00:02 "* ]]
	[[ $(ip_map host4 10.9.0.1) == *"mac 02:00:00:00:00:01 "* ]]
}

newer() {
	local now

	now=$(ip_map host1 10.9.0.2)
	[[ $now == *"mac 02:00:00:00:00:02 "* && $now != "$1" ]]
}

# Policies change under it, and IP mappings come and go with that.
switched() {
	ctl 1 vn set blue --arp off
	busywait 20 none_left
	ctl 1 vn set blue --arp answer
	busywait 20 known_again
}

none_left() {
	[[ $(lab_in host1 nvo3 map show dev nve0) != *" ip "* ]]
}

known_again() {
	ip_map host1 10.9.0.2 && ip_map host1 10.9.0.1
}

# On demand: the question for the IP address is the first that is asked.
on_demand() {
	ctl 1 vn set blue --distribution on-demand --arp-unknown ask
	busywait 20 asks
	# As nobody has it in use any more.
	lab_signal host1 KILL
	lab_in host1 nvo3 map flush dev nve0 vni 100 prov agent
	lab_start host1
	busywait 20 asks
	vm1 ip neigh flush all
	vm1 ping -c 3 -W 5 10.9.0.2
	ip_map host1 10.9.0.2
}

asks() {
	lab_in host1 nvo3 vn show dev nve0 | grep -q "unknown ask .* arp-unknown ask"
}

gone() {
	ctl 2 vm delete vm2
	busywait 20 forgotten
}

forgotten() {
	! ip_map host1 10.9.0.2
}

plan 8
test_run "a VN with arp answer and no broadcast" bring_up
test_run "IP addresses of mappings and of own interfaces are in the kernel" known
test_run "VMs reach each other" reached
test_run "an unknown address is dropped" unknown
test_run "after a move the address answers at once" moved
test_run "switched off and on again" switched
test_run "on demand: asked for by its IP address" on_demand
test_run "it goes with its VM" gone
lab_down
