#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# kernels: 6.12, long 6.1
# limit: 300
# Dumps are complete, of what was asked for, and say when they are not consistent.
#
#	[h1: nve0] VN 100 and VN 200, 20,000 mappings each, to 50 NVEs
#
. "$(dirname "$0")/overlay.sh"
here=$(cd "$(dirname "$0")" && pwd)
N=40000

table() {
	in_ns h1 python3 -B "$here/dumps.py" "$@"
}

filled() {
	table fill $N
	assert_eq "$(stat_of maps h1 nve show dev nve0)" $N "mappings of the NVE"
	assert_eq "$(stat_of maps h1 vn show dev nve0 vni 100)" $((N / 2)) "mappings of VN 100"
	assert_eq "$(stat_of remotes h1 nve show dev nve0)" 50 "remotes"
}

# each_once COUNT [WORD]...: so many mappings are shown, all different.
each_once() {
	local count=$1

	shift
	nvo3 -n h1 map show dev nve0 "$@" >"$LIB_TMP/shown"
	assert_eq "$(wc -l <"$LIB_TMP/shown")" "$count" "mappings shown"
	assert_eq "$(sort -u "$LIB_TMP/shown" | wc -l)" "$count" "different ones"
}

of_one_vn() {
	each_once $((N / 2)) vni 200
	fails grep -v "^dev nve0 vni 200 " "$LIB_TMP/shown"
	assert_eq "$(nvo3 -n h1 map show dev nve0 vni 200 prov agent)" "" "mappings of agents"
}

# Each of 3,000 VNs, 60 members and the remotes, over several messages.
other_objects() {
	{
		seq 1000 3999 | sed 's/.*/vn add dev nve0 vni &/'
		seq 1 60 | sed 's/.*/member add dev nve0 vni 1000 nve 203.0.113.&/'
		seq 1 20 | sed 's/.*/member add dev nve0 vni 3999 nve 203.0.113.&/'
	} >"$LIB_TMP/many"
	run_cmd nvo3 -n h1 -b "$LIB_TMP/many"
	assert_eq "$(nvo3 -n h1 vn show dev nve0 | grep -c '^dev nve0 vni')" 3002 VNs
	assert_eq "$(nvo3 -n h1 vn show dev nve0 | sort -u | wc -l)" 3002 "different VNs"
	assert_eq "$(nvo3 -n h1 member show dev nve0 | wc -l)" 80 members
	assert_eq "$(nvo3 -n h1 member show dev nve0 vni 3999 | wc -l)" 20 "members of VN 3999"
	assert_eq "$(nvo3 -n h1 remote show dev nve0 | wc -l)" 110 remotes
}

all_nves() {
	nvo3 -n h1 nve add dev nve1 dstport 5001
	nvo3 -n h1 nve add dev nve2 dstport 5002
	assert_eq "$(nvo3 -n h1 -j nve show | jq -r '[.[].dev] | join(" ")')" "nve0 nve1 nve2" NVEs
	ip -n h1 link del nve1
	ip -n h1 link del nve2
}

# The remotes go with the last mapping that leads there.
flushed() {
	run_cmd nvo3 -n h1 map flush dev nve0 vni 100
	assert_eq "$(stat_of maps h1 vn show dev nve0 vni 100)" 0 "mappings of VN 100"
	each_once $((N / 2))
	run_cmd nvo3 -n h1 map flush dev nve0
	assert_eq "$(nvo3 -n h1 map show dev nve0)" "" "mappings left"
	assert_eq "$(stat_of remotes h1 nve show dev nve0)" 60 "remotes that are members"
}

module_load
underlay_add
host_add 1
nve_add 1
nvo3 -n h1 vn add dev nve0 vni 100
nvo3 -n h1 vn add dev nve0 vni 200

plan 7
test_run "fill with $N mappings" filled
test_run "all of them, each once" each_once $N
test_run "those of one VN" of_one_vn
test_run "a change under way is told" table churn
nvo3 -n h1 map del dev nve0 vni 100 mac 02:00:00:98:96:80
test_run "VNs, members, remotes" other_objects
test_run "NVEs of the namespace" all_nves
test_run "flush of one VN, and of all" flushed
