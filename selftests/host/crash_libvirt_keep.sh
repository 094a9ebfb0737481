#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# long: 3600 NVO3_PASSAGES=20
# The same as crash_libvirt.sh in the steps of a cold migration that keeps the memory: what was
# saved is restored at the one end or at the other.
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_faults.sh
. "$LIB_TOP/selftests/virt_faults.sh"
# shellcheck source=selftests/virt_libvirtd_kills.sh
. "$LIB_TOP/selftests/virt_libvirtd_kills.sh"

plan 5
test_run "two hosts, each with a libvirtd" virt_up
test_run "a network" virt_vn
test_run "D3: the source's, which saves it" departure migrate
test_run "D3: the destination's, which restores it" arrival migrate
test_run "nothing is left" take_down
