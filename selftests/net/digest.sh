#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# Digests of mappings: the same for the same content, whatever came before; another one for any
# difference; and only of what the agent made.
#
#	[h1: nve0, nve1] p1, p2 without tenants; nothing is sent
#
. "$(dirname "$0")/overlay.sh"

module_load
ns_add h1
for dev in p1 p2; do
	echo "link add $dev up type veth peer name $dev-peer"
done | ip -n h1 -b -
nvo3 -n h1 nve add dev nve0 redirect 100
nvo3 -n h1 nve add dev nve1 dstport 4790
ip -n h1 link set p1 master nve0
ip -n h1 link set p2 master nve0
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	vn add dev nve0 vni 200
	vn add dev nve1 vni 100
	port add dev p1 vni 100 mac $(mac 0x71)
	port add dev p2 vni 100 mac $(mac 0x72)
END

plan 6
test_run "the hash is what the documentation says" packets text
test_run "only what an agent made counts" packets provenance
test_run "after thousands of changes as in a new table" packets history
test_run "any single difference makes a difference" packets difference
test_run "a request that fails changes no digest" packets failures
test_run "buckets add up to the digest, and say which differ" packets buckets
