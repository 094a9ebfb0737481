#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rig has what the other tests stand on:
#
#	[a] a0 10.0.0.1 ---- 10.0.0.2 b0 [b]
#
. "$(dirname "$0")/../lib.sh"

ping_over_veth() {
	ping_ok a 10.0.0.2
	ping_ok a fd00::2
}

delay() {
	local rtt

	run_cmd netns_run a tc qdisc add dev a0 root netem delay 200ms
	rtt=$(in_ns a ping -c 1 10.0.0.2 | sed -n 's/.*time=\([0-9]*\).*/\1/p')
	run_cmd netns_run a tc qdisc del dev a0 root
	assert_ge "$rtt" 200 "round trip in ms"
}

loss() {
	run_cmd netns_run a tc qdisc add dev a0 root netem loss 100%
	ping_lost a 10.0.0.2
	run_cmd netns_run a tc qdisc del dev a0 root
	ping_ok a 10.0.0.2
}

decoded() {
	local before

	before=$(link_stat b b0 rx_packets)
	capture_start cap b b0 icmp
	ping_ok a 10.0.0.2
	capture_until cap 2 icmp
	capture_stop cap
	capture_show cap 'icmp.type == 8' -T fields -e ip.src | grep -qx 10.0.0.1
	assert_ge "$(link_stat b b0 rx_packets)" "$((before + 1))" "rx_packets of b0"
}

says_why() {
	fails_with "Cannot find device" ip -n a link set nosuch up
}

ns_add a b
link_add a a0 b b0
addr_add a a0 10.0.0.1/24 fd00::1/64
addr_add b b0 10.0.0.2/24 fd00::2/64

plan 5
test_run "ping over a veth pair, IPv4 and IPv6" ping_over_veth
test_run "netem delays" delay
test_run "netem loses" loss
test_run "tcpdump takes and tshark decodes" decoded
test_run "a refused command names the culprit" says_why
