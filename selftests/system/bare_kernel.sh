#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12 6.1
# rig: --append ipv6.disable=1 --append init_on_alloc=0 --append page_poison=1 --append slub_debug=P,kmalloc-*
# A kernel that was booted without IPv6 carries it for tenant systems nevertheless, and says no byte
# that nobody has written: its memory is filled with a pattern before it is given out.
#
#	[vm1] -- p1 [h1: nve0] ==== ul0 [h2: no NVE]
#	[vm2] -- p2 /
#
. "$(dirname "$0")/../lib.sh"

mac() {
	printf '02:00:00:00:00:%02x' "$1"
}

vm_add() {
	link_add h1 "p$1" "vm$1" eth0
	ip -n "vm$1" link set eth0 address "$(mac "$1")"
	ip -n h1 link set "p$1" master nve0
}

bare() {
	[[ ! -e /proc/sys/net/ipv6 ]]
	assert_eq "$(</sys/kernel/slab/kmalloc-4k/poison)" 1 "poison of kmalloc-4k"
	dmesg | grep "heap alloc:off"
}

in_words() {
	run_cmd nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100
		member add dev nve0 vni 100 nve 192.0.2.2
		member add dev nve0 vni 100 nve 2001:db8::2
		port add dev p1 vni 100 mac $(mac 1) ip 10.0.0.1 ip fd00::1
		port add dev p2 vni 100 mac $(mac 2)
		map add dev nve0 vni 100 mac $(mac 3) nve 192.0.2.2
		map add dev nve0 vni 100 mac $(mac 6) nve 2001:db8::2
		map add dev nve0 vni 100 mac $(mac 7) nve 2001:db8::3,2001:db8::4
		map add dev nve0 vni 100 mac $(mac 8) nve 2001:db8::2 encap nvgre
	END
	fails_with "ff02::1 is a multicast address" \
		nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 9)" nve ff02::1
	fails_with "2001:db8::1 is an address of this NVE" \
		nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 9)" nve 2001:db8::1
	assert_eq "$(nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 6)")" \
		"dev nve0 vni 100 mac $(mac 6) nve 2001:db8::2 prov static"
	run_cmd nvo3 -n h1 nve set dev nve0 local6 2001:db8::9
	run_cmd nvo3 -n h1 nve set dev nve0 local6 2001:db8::1
	run_cmd nvo3 -n h1 remote show dev nve0
}

resolved() {
	run_cmd nvo3 -n h1 -b - <<-END
		vn set dev nve0 vni 100 arp answer arp-unknown drop
		map add dev nve0 vni 100 ip 10.0.0.3 mac $(mac 3)
		map add dev nve0 vni 100 ip fd00::3 mac $(mac 3)
	END
	py resolves
	run_cmd nvo3 -n h1 vn set dev nve0 vni 100 arp off
}

py() {
	PYTHONPATH=$LIB_TOP/selftests/net python3 -B "$LIB_TOP/selftests/system/bare_kernel.py" "$1"
}

modprobe nvo3
ns_add h1 h2 vm1 vm2
link_add h1 ul0 h2 ul0
addr_add h1 ul0 192.0.2.1/24
addr_add h2 ul0 192.0.2.2/24
nvo3 -n h1 nve add dev nve0 local 192.0.2.1 local6 2001:db8::1 accept vxlan,geneve,nvgre
ip -n h1 link set nve0 up
vm_add 1
vm_add 2

plan 7
test_run "the kernel is bare: no IPv6, memory not cleared" bare
test_run "IPv6 locators and addresses are taken, shown and refused as ever" in_words
test_run "frames of tenant systems, over both families" py frames
test_run "tunnel packets over IPv6 are not received" py tunnels
test_run "answers to oversized frames have no byte of others" py answers
test_run "ARP and neighbour discovery are answered" resolved
test_run "messages have no byte of others" py messages
