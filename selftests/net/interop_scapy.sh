#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 240
# kernels: long 6.12 6.1
# nvo3 against two readers of packets that have nothing in common with it: scapy builds what it
# receives and reads what it sends, tshark reads that too. VXLAN, Geneve (options as well) and
# NVGRE, over both families, by both ways.
#
#	c -- [h1: nve0, VN 100] -- d		see taps.sh
#	        u: the underlay
. "$(dirname "$0")/taps.sh"

scapy() {
	/usr/bin/python3 -B "$LIB_TOP/selftests/net/interop_scapy.py" "$LIB_TMP/sent.pcap"
}

# Six kinds of packet and none besides, as many of each, and nothing malformed in any.
decoded() {
	tshark -r "$LIB_TMP/sent.pcap" -T fields -E occurrence=f -E separator=, -e eth.type \
		-e vxlan.flags -e vxlan.vni -e geneve.version -e geneve.vni -e gre.flags_and_version \
		-e gre.key -e _ws.malformed >"$LIB_TMP/fields"
	# What stands behind the VSID is the flow's.
	sed 's/,0x2000,0x000064..,/,0x2000,0x000064--,/' "$LIB_TMP/fields" | sort | uniq -c | tee "$LIB_TMP/kinds"
	assert_eq "$(sed 's/^ *20 //' "$LIB_TMP/kinds")" "0x0800,,,,,0x2000,0x000064--,
0x0800,,,0,0x000064,,,
0x0800,0x0800,100,,,,,
0x86dd,,,,,0x2000,0x000064--,
0x86dd,,,0,0x000064,,,
0x86dd,0x0800,100,,,,," "20 of each"
}

module_load
taps_add

plan 2
test_run "scapy builds and reads VXLAN, Geneve and NVGRE" scapy
test_run "tshark decodes each, and none is malformed" decoded
