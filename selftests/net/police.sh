#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# bits: 32
# limit: 240
# Profiles: their limits let pass what they say, both ways.
#
#	[vm1] -- p1 - [h1: nve0, VN 100] - p2 -- [vm2]
#
# Port p1 obeys profile 1, port p2 profile 2.
. "$(dirname "$0")/overlay.sh"

module_load
underlay_add
host_add 1
nve_add 1
vm_add 1 h1
vm_add 2 h1
vm_quiet 1 2
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	profile add dev nve0 id 1
	profile add dev nve0 id 2
	port add dev p1 vni 100 mac $(mac 1) profile 1
	port add dev p2 vni 100 mac $(mac 2) profile 2
END

plan 3
test_run "what a tenant system sends" packets from_vm
test_run "what it receives" packets to_vm
test_run "limits that do not limit" packets lifted
