#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bits: 32
# kernels: 6.12, long 6.1
# Every attribute of every request in every wrong length, as the kernel tells its own policies;
# nests that are none, too deep, or longer than what they are in.
#
#	[h1: nve0 (VN 100, a mapping)]
. "$(dirname "$0")/overlay.sh"

in_h1() {
	in_ns h1 python3 -B "$LIB_TOP/selftests/net/attributes.py" "$1"
}

module_load
ns_add h1
nve_add 1
nvo3 -n h1 vn add dev nve0 vni 100
nvo3 -n h1 map add dev nve0 vni 100 mac "$(mac 9)" nve 192.0.2.9

plan 2
test_run "every attribute in every wrong length" in_h1 sweep
test_run "nests within nests" in_h1 nested
