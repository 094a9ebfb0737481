#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# long: 3600 NVO3_PASSAGES=20
# libvirtd is killed in each step of what the vServer does with a VM, guests in QEMU. Without
# NVO3_PASSAGES only in the first steps.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_faults.sh
. "$LIB_TOP/selftests/virt_faults.sh"
# shellcheck source=selftests/virt_libvirtd_kills.sh
. "$LIB_TOP/selftests/virt_libvirtd_kills.sh"

creation() {
	virt_vn
	kill_in h1 gone create
}

deletion() {
	runs
	kill_in h1 runs ctl vm delete vm1 --no-wait
}

power() {
	runs
	kill_in h1 runs ctl vm stop vm1 --no-wait
	stands
	kill_in h1 stands ctl vm start vm1 --no-wait
	runs
	kill_in h1 runs ctl vm suspend vm1 --no-wait
	paused
	kill_in h1 paused ctl vm resume vm1 --no-wait
}

plan 7
test_run "two hosts, each with a libvirtd" virt_up
test_run "V1: killed in the steps of a creation" creation
test_run "V2: in those of a deletion" deletion
test_run "V12: in those of stop, start, suspend and resume" power
test_run "D3: the source's, in those of a move while it runs" departure mobility
test_run "D3: the destination's" arrival mobility
test_run "nothing is left" take_down
