#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# Whatever a mapping leads to (a port, another NVE by each family and encapsulation, several paths),
# whatever is done to it: frames go where it now leads, and come in only from there.
#
#	c -- [h1: nve0, VN 100] -- d		see taps.sh
#	        u: the underlay
. "$(dirname "$0")/taps.sh"

module_load
taps_add

plan 1
test_run "each kind of mapping, and each in the place of each" \
	python3 -B "$LIB_TOP/selftests/net/mapping_kinds.py"
