#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# Each word about the outer header, on the wire: VXLAN over IPv4 to MAC 2, over IPv6 to
# MAC 3, Geneve over IPv6 to MAC 4, NVGRE over IPv6 to MAC 5. h2 only listens.
#
#	[vm1] -- p1 [h1: nve0] ==== [h2]
#
. "$(dirname "$0")/overlay.sh"

# What is set is shown, and what is as ever is not.
shown() {
	assert_eq "$(nvo3 -n h1 nve show dev nve0)" "dev nve0 local 192.0.2.1 local6 2001:db8::1 \
encap vxlan dstport 4789 csum on fastpath auto up on mtu 1500 vns 1 ports 1 maps 5 remotes 4"
	run_cmd nvo3 -n h1 nve set dev nve0 ttl inherit tos 184 df inherit label 5 sport 7-9 \
		csum-rx require mss-clamp on flowid off
	assert_eq "$(nvo3 -n h1 nve show dev nve0)" "dev nve0 local 192.0.2.1 local6 2001:db8::1 \
encap vxlan dstport 4789 csum on flowid off ttl inherit tos 184 df inherit label 5 sport 7-9 \
csum-rx require mss-clamp on fastpath auto up on mtu 1500 vns 1 ports 1 maps 5 remotes 4"
}

module_load
underlay_add
host_add 1 2
nve_add 1
vm_add 1 h1
vm_quiet 1
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 3) nve 2001:db8::2
	map add dev nve0 vni 100 mac $(mac 4) nve 2001:db8::2 encap geneve
	map add dev nve0 vni 100 mac $(mac 5) nve 2001:db8::2 encap nvgre
END

plan 9
test_run "as it is without a word" packets defaults
test_run "ttl" packets ttl
test_run "tos" packets tos
test_run "dscp of a profile" packets dscp
test_run "df" packets df
test_run "label" packets label
test_run "sport" packets sport
test_run "csum-rx" packets csum_rx
test_run "all are shown" shown
