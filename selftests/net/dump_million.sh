#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12 6.1
# limit: 400
# A million mappings are read while others change them a thousand at a time: no stall, and the
# reader is told. A stall would be in the kernel's log, which is looked at in the end.
#
#	[h1: nve0, VN 100: a million mappings]
TEST_LIMIT=300
. "$(dirname "$0")/overlay.sh"

module_load
ns_add h1
nve_add 1
nvo3 -n h1 vn add dev nve0 vni 100
export LIB_TMP

million() {
	# From here on a processor that is not given up for so long is a stall.
	echo 21 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
	in_ns h1 python3 -B "$LIB_TOP/selftests/net/dump_million.py" "${MAPPINGS-1000000}"
}

gone() {
	run_cmd nvo3 -n h1 map flush dev nve0
	assert_eq "$(stat_of maps h1 nve show dev nve0)" 0 mappings
}

plan 2
test_run "a million mappings, read while they change" million
test_run "all of them flushed at once" gone
