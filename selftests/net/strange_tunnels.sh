#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12 6.1
# bits: 32
# limit: 400
# What may come by the underlay, in pages that begin anywhere (Documentation/peers-bugs.rst): by
# the NVE's sockets and by the fast way.
#
#	c -- [h1: nve0, VN 100] -- d		c and u take frames in pages, see taps.sh
#	        u: the underlay
. "$(dirname "$0")/taps.sh"

module_load
taps_add

plan 10
test_run "congestion marks, wherever the inner header lies" packets marks
test_run "inner frames cut at each byte" packets cut_short
test_run "inner sources that are none" packets bad_sources
test_run "each bit of a VXLAN header" packets vxlan_bits
test_run "each bit of an NVGRE header" packets nvgre_bits
test_run "each bit of a Geneve header" packets geneve_bits
test_run "outer addresses that are none, VNs that are none" packets strangers
test_run "the address of another NVE is given to the host" packets ourselves
test_run "a device that lies about where a checksum begins" packets lying_device
test_run "the highest VNI" packets last_vni
