#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# What guests ask for their addresses goes to the agent, and its answers to them alone.
#
#	[vm1] -- p1 - [h1: nve0, VN 100] - p2 -- [vm2]
#
# Port p1 is the agent's, and its profile denies everything both ways; p2 is as any.
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
	profile add dev nve0 id 1 default deny
	port add dev p1 vni 100 mac $(mac 1) profile 1 guest on
	port add dev p2 vni 100 mac $(mac 2)
END

shown() {
	nvo3 -n h1 port show dev p1 | grep " guest on"
	json_of '.[0].guest == true' nvo3 -n h1 -j port show dev p1
	run_cmd nvo3 -n h1 port set dev p1 guest off
	[[ $(nvo3 -n h1 port show dev p1) != *guest* ]]
	run_cmd nvo3 -n h1 port set dev p1 guest on
}

plan 7
test_run "shown as set" shown
test_run "nobody listens" packets unheard
test_run "questions come up, and go nowhere else" packets questions
test_run "what is no question goes on as ever" packets others
test_run "a flood has a budget of its own" packets flood
test_run "answers reach the guest, whatever its profile says" packets answers
test_run "a question wakes an armed port" packets armed
