#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bits: 32
# kernels: 6.12, long 6.1
# limit: 240
# Profiles: their access control lists judge each frame as they say.
#
#	[vm1] -- p1 - [h1: nve0, VN 100] ==== [h2: nve0] - p3 -- [vm3]
#	[vm2] -- p2 /
#
# Port p1 obeys profile 1, port p2 profile 2.
. "$(dirname "$0")/overlay.sh"

# What the tool sets is what it shows, and what it shows can be set again.
round_trip() {
	local shown words

	run_cmd nvo3 -n h1 profile replace dev nve0 id 7 default deny rate 8000000 burst 20000 pps 500 vlan 9 dscp 46 \
		rule permit from-vm proto tcp src 10.0.0.0/8 dport 80-443 \
		rule deny to-vm ethertype arp \
		rule permit to-vm proto 132 src fd00::/64 dst fd00::1 sport 7 \
		rule permit from-vm
	shown=$(nvo3 -n h1 profile show dev nve0 id 7)
	echo "$shown"
	assert_eq "$(wc -l <<<"$shown")" 5 "lines"
	[[ $shown == "dev nve0 id 7 default deny rate 8000000 burst 20000 pps 500 vlan 9 dscp 46 ports 0"* ]]
	grep -qx '    rule permit from-vm proto 6 src 10.0.0.0/8 dport 80-443' <<<"$shown"
	grep -qx '    rule deny to-vm ethertype 0x0806' <<<"$shown"
	grep -qx '    rule permit to-vm proto 132 src fd00::/64 dst fd00::1/128 sport 7' <<<"$shown"
	grep -qx '    rule permit from-vm' <<<"$shown"
	words=$(tr -d '\n' <<<"${shown/ ports 0/}")
	# shellcheck disable=SC2086 # words are meant
	run_cmd nvo3 -n h1 profile add ${words/id 7/id 8}
	assert_eq "$(nvo3 -n h1 profile show dev nve0 id 8)" "${shown/id 7/id 8}" "the copy"
	assert_eq "$(json_of '[.[] | select(.id == 8).rules[].verdict] | join(" ")' \
		nvo3 -n h1 -j profile show dev nve0)" "permit deny permit permit" "JSON"
	run_cmd nvo3 -n h1 profile del dev nve0 id 7
	run_cmd nvo3 -n h1 profile del dev nve0 id 8
}

# The highest number ends a list, also where it is the highest that a long holds.
highest() {
	run_cmd nvo3 -n h1 profile add dev nve0 id 4294967295 rule permit from-vm
	run_cmd nvo3 -n h1 profile add dev nve0 id 4294967294 rule permit from-vm
	assert_eq "$(timeout $((10 * ${NVO3_SLOW:-1})) nvo3 -n h1 profile show dev nve0 |
		grep -o 'id 42949672..')" $'id 4294967294\nid 4294967295' "what is listed"
	run_cmd nvo3 -n h1 profile del dev nve0 id 4294967295
	run_cmd nvo3 -n h1 profile del dev nve0 id 4294967294
}

groups_shown() {
	nvo3 -n h1 -b - <<-END
		port set dev p1 group 4294967295
		map replace dev nve0 vni 100 mac $(mac 3) nve 192.0.2.2 group 7
		profile replace dev nve0 id 7 rule deny to-vm src group 4294967295 dst group 7
	END
	[[ $(nvo3 -n h1 port show dev p1) == *" profile 1 group 4294967295"* ]]
	[[ $(nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 3)") == *" prov static group 7" ]]
	[[ $(nvo3 -n h1 profile show dev nve0 id 7) == *"src group 4294967295 dst group 7" ]]
	fails_with 'the group of a port is a word of "port set"' \
		nvo3 map add dev nve0 vni 100 mac "$(mac 9)" port p2 group 7
	run_cmd nvo3 -n h1 port set dev p1 group 0
	[[ $(nvo3 -n h1 port show dev p1) != *group* ]]
	run_cmd nvo3 -n h1 profile del dev nve0 id 7
}

# A profile's VLAN is where its ports are.
vlan() {
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 200
		profile add dev nve0 id 9 vlan 30
		port add dev p2 vni 200 profile 9
	END
	[[ $(nvo3 -n h1 port show dev p2) == *"dev p2 vlan 30 nve nve0 vni 200 "*" profile 9"* ]]
	fails_with "profile 9 is for ports on VLAN 30, not 31" \
		nvo3 -n h1 port add dev p2 vlan 31 vni 200 profile 9
	fails_with "profile 9 is for ports on VLAN 30" nvo3 -n h1 port set dev p1 profile 9
	fails_with "profile 9 has ports, which cannot change over to VLAN 31" \
		nvo3 -n h1 profile replace dev nve0 id 9 vlan 31
	# From any to any, and back to where its port is not is refused too.
	run_cmd nvo3 -n h1 profile replace dev nve0 id 9 vlan 30 dscp 1
	run_cmd nvo3 -n h1 profile replace dev nve0 id 9
	fails_with "cannot change over to VLAN 30" \
		nvo3 -n h1 profile replace dev nve0 id 9 vlan 30
	nvo3 -n h1 -b - <<-END
		port del dev p2 vlan 30
		profile del dev nve0 id 9
		vn del dev nve0 vni 200
	END
}

in_use() {
	fails_with "profile 2 is used by 1 port on nve0" nvo3 -n h1 profile del dev nve0 id 2
	fails_with "profile 2 exists on nve0" nvo3 -n h1 profile add dev nve0 id 2
	fails_with "profile 9 does not exist" nvo3 -n h1 port set dev p2 profile 9
	[[ $(nvo3 -n h1 port show dev p2) == *" profile 2"* ]]
	run_cmd nvo3 -n h1 port set dev p2 profile 0
	run_cmd nvo3 -n h1 profile del dev nve0 id 2
}

words() {
	fails_with '"rule" needs permit or deny, not "allow"' \
		nvo3 profile add dev nve0 id 1 rule allow from-vm
	fails_with '"rule deny" needs from-vm or to-vm, not ""' nvo3 profile add dev nve0 id 1 rule deny
	fails_with '"src" needs a prefix like 10.0.0.0/8, not "10.0.0.0/33"' \
		nvo3 profile add dev nve0 id 1 rule deny to-vm src 10.0.0.0/33
	fails_with '"dport" needs a port or a range like 1024-65535, not "9-8"' \
		nvo3 profile add dev nve0 id 1 rule deny to-vm proto tcp dport 9-8
	fails_with '"rate" needs "burst" beside it' nvo3 profile add dev nve0 id 1 rate 9000
	fails_with '"proto" is given twice' \
		nvo3 profile add dev nve0 id 1 rule deny to-vm proto tcp proto udp
	fails_with '"src group" needs a number' \
		nvo3 profile add dev nve0 id 1 rule deny to-vm src group x
}

module_load
underlay_add
host_add 1 2
nve_add 1
nve_add 2
vm_add 1 h1
vm_add 2 h1
vm_add 3 h2
vm_quiet 1 2 3
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	profile add dev nve0 id 1
	profile add dev nve0 id 2
	port add dev p1 vni 100 mac $(mac 1) profile 1
	port add dev p2 vni 100 mac $(mac 2) profile 2
	member add dev nve0 vni 100 nve 192.0.2.2
	map add dev nve0 vni 100 mac $(mac 3) nve 192.0.2.2
END
nvo3 -n h2 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p3 vni 100
	map add dev nve0 vni 100 mac $(mac 3) port p3
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.1
	map add dev nve0 vni 100 mac $(mac 1) nve 192.0.2.1
END

plan 11
test_run "from the tenant system" packets from_vm
test_run "to the tenant system" packets to_vm
test_run "a long list and what is remembered of it" packets long_list
test_run "groups, and those who change theirs" packets groups
test_run "replaced under traffic" packets swap
test_run "groups set and shown" groups_shown
test_run "the tool's words" words
test_run "set and shown" round_trip
test_run "the highest number of a profile" highest
test_run "a profile's VLAN" vlan
test_run "a profile in use" in_use
