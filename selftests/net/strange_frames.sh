#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# bits: 32
# limit: 400
# What a tenant system may send and others have stumbled over (Documentation/peers-bugs.rst).
#
#	c -- [h1: nve0, VN 100] -- d		c and u take frames in pages, see taps.sh
#	        u: the underlay
. "$(dirname "$0")/taps.sh"

module_load
taps_add

plan 7
test_run "in pages and listened to: ARP, IP, all else, to each tunnel" packets paged
test_run "flooded to all: one frame, seven copies" packets flooded
test_run "padding, and lengths that lie" packets padded
test_run "TCP options of every length" packets tcp_options
test_run "the host's own ports and addresses are out of reach" packets our_own
test_run "segments that a guest leaves to be cut" packets segments
test_run "too big, of many flows behind one port" packets too_big
