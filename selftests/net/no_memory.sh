#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# kernels: debug
# Any allocation may fail: of a request, which then changes nothing and says so, and of a
# frame, which then is counted as dropped (no_memory.c, no_memory.py).
#
#	a, b, c -- taps as tenant systems' devices [h: nve0] u -- a tap as the underlay
#
TEST_LIMIT=300
. "$(dirname "$0")/../lib.sh"

# Every allocation of who asks for it, not only those that may not wait. What fails on
# purpose is not told in the kernel's log, where the stack would look like a complaint.
faults() {
	local kind

	for kind in failslab fail_page_alloc; do
		echo N >"/sys/kernel/debug/$kind/ignore-gfp-wait"
		echo 0 >"/sys/kernel/debug/$kind/verbose"
	done
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

lab() {
	local tap

	ns_add h
	for tap in a b c u; do
		ip -n h tuntap add dev $tap mode tap vnet_hdr
		in_ns h sysctl -qw "net.ipv6.conf.$tap.disable_ipv6=$([[ $tap == u ]]; echo $?)"
	done
	ip -n h -b - <<-END
		link set dev u address 02:00:00:00:00:aa up
		address add 192.0.2.1/24 dev u
		address add 2001:db8::1/64 dev u nodad
		neigh add 192.0.2.2 lladdr 02:00:00:00:00:bb dev u
		neigh add 2001:db8::2 lladdr 02:00:00:00:00:bb dev u
	END
	nvo3 -n h nve add dev nve0 local 192.0.2.1 local6 2001:db8::1 \
		accept vxlan,geneve,nvgre mss-clamp on redirect 3600000
	ip -n h link set nve0 up
	ip -n h link set dev a up master nve0
	ip -n h link set dev b up
	ip -n h link set dev c up
}

requests() {
	run_cmd in_ns h no_memory "$1" nve0 a c
}

frames_lab() {
	ip -n h link set dev b master nve0
	nvo3 -n h -b - <<-END
		vn add dev nve0 vni 100
		port add dev a vni 100 mac 02:00:00:00:00:01 spoof off
		port add dev b vni 100 mac 02:00:00:00:00:02
		map add dev nve0 vni 100 mac 02:00:00:00:00:03 nve 192.0.2.2
		map add dev nve0 vni 100 mac 02:00:00:00:00:04 nve 2001:db8::2
		map add dev nve0 vni 100 mac 02:00:00:00:00:05 nve 192.0.2.2 encap geneve
		map add dev nve0 vni 100 mac 02:00:00:00:00:06 nve 2001:db8::2 encap nvgre
		map add dev nve0 vni 100 mac 02:00:00:00:00:07 nve 2001:db8::2/1,192.0.2.2/2
		map add dev nve0 vni 100 mac 02:00:00:00:00:08 port b
		map replace dev nve0 vni 100 mac 02:00:00:00:00:08 nve 2001:db8::2 epoch 1
		member add dev nve0 vni 100 nve 192.0.2.2
		member add dev nve0 vni 100 nve 2001:db8::2 encap geneve
	END
	# Who listens has the events of misses made.
	bg monitor nvo3 -n h monitor
}

frames() {	# FASTPATH
	run_cmd nvo3 -n h nve set dev nve0 fastpath "$1"
	python3 -B "$LIB_TOP/selftests/net/no_memory.py"
}

module_load
faults
lab

plan 13
for group in vns members ports maps ipmaps profiles misses questions growth slaves devices; do
	test_run "requests about $group, each with each of its allocations failing" requests $group
done
frames_lab
test_run "frames by the fast way, each with each allocation failing" frames auto
test_run "frames by IP, each with each allocation failing" frames off
