#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The library that nvo3 and nvo3d share, against the module (selftests/bin/kernel_client.c).
. "$(dirname "$0")/../lib.sh"

client() {
	in_ns a kernel_client "$1" nve0
}

module_load
ns_add a
nvo3 -n a nve add dev nve0 local 10.0.0.1 local6 fd00::1
nvo3 -n a vn add dev nve0 vni 100

plan 6
test_run "many mappings in few requests" client bulk
test_run "the culprit among many is named" client culprit
test_run "epochs" client epochs
test_run "many members" client members
test_run "VNs and the NVE" client vn
test_run "lost events are told" client lost_events
