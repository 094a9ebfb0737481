#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12
# Every command of nvo3 on every object, as text and as JSON.
. "$(dirname "$0")/../lib.sh"

here=$(dirname "$0")
mac=02:00:00:00:00

nv() {
	run_cmd nvo3 -n a "$@"
}

# text_is EXPECTED COMMAND...: the lines that nvo3 prints
text_is() {
	local expected=$1

	shift
	assert_eq "$(nvo3 -n a "$@")" "$expected" "nvo3 $*"
}

# json_is EXPECTED COMMAND...: rows in any order, null for any number. Only noted:
# the interpreter takes seconds to start under emulation, so all are judged at once.
json_is() {
	local expected=$1

	shift
	echo "+ nvo3 -j $*"
	nvo3 -n a -j "$@" >>"$LIB_TMP/got.json"
	tr -d '\n' <<<"$expected" >>"$LIB_TMP/expected.json"
	echo >>"$LIB_TMP/expected.json"
}

json_all() {
	python3 "$here/cli_json.py" "$LIB_TMP/got.json" "$LIB_TMP/expected.json"
}

nve() {
	text_is "" nve show
	json_is '[]' nve show
	nv nve add dev nve0 local 10.0.0.1 local6 fd00::1 dstport 4790 csum off
	text_is "dev nve0 local 10.0.0.1 local6 fd00::1 encap vxlan dstport 4790 csum off fastpath auto up off \
mtu 1500 vns 0 ports 0 maps 0 remotes 0" nve show dev nve0
	# Before it is up and IPv6 says its hellos, which an NVE drops
	json_is '[{"dev": "nve0", "local": "10.0.0.1", "local6": "fd00::1", "encap": "vxlan",
		   "dstport": 4790, "csum": false, "fastpath": "auto", "up": false, "mtu": 1500, "vns": 0, "ports": 0, "maps": 0,
		   "remotes": 0, "redirected": 0, "relayed": 0, "table": {"slots": null, "bytes": null}, "drops": {},
		   "ways": {"tx_fast": 0, "tx_compat": 0, "rx_fast": 0, "rx_compat": 0,
			    "port_fast": 0, "port_queue": 0},
		   "tx_bypass": {}, "rx_bypass": {}, "port_bypass": {}}]' \
		-s nve show dev nve0
	nv nve add dev nve1
	nv nve set dev nve0 csum on fastpath on
	run_cmd ip -n a link set nve0 up mtu 1400
	json_is '[{"dev": "nve0", "local": "10.0.0.1", "local6": "fd00::1", "encap": "vxlan",
		   "dstport": 4790, "csum": true, "fastpath": "on", "up": true, "mtu": 1400, "vns": 0, "ports": 0, "maps": 0,
		   "remotes": 0}, {"dev": "nve1", "encap": "vxlan", "dstport": 4789, "csum": true,
		   "fastpath": "auto", "up": false, "mtu": 1500, "vns": 0, "ports": 0, "maps": 0, "remotes": 0}]' nve
	nv nve del dev nve1
	fails ip -n a link show nve1
}

vn() {
	nv vn add dev nve0 vni 100
	nv vn add vni 16777215 dev nve0 limit 5 bum none unknown ask
	text_is "dev nve0 vni 16777215 unknown ask bum none limit 5 ports 0 maps 0 members 0" \
		vn show dev nve0 vni 16777215
	nv vn set dev nve0 vni 16777215 unknown flood
	nv vn set dev nve0 vni 16777215 limit 0 bum replicate hold 1001
	text_is "dev nve0 vni 16777215 unknown flood bum replicate limit 0 hold 1001 ports 0 maps 0 members 0" \
		vn show dev nve0 vni 16777215
	nv vn set dev nve0 vni 16777215 hold 1000
	json_is '[
		{"dev": "nve0", "vni": 100, "unknown": "drop", "bum": "replicate", "limit": 0,
		 "ports": 0, "maps": 0, "members": 0},
		{"dev": "nve0", "vni": 16777215, "unknown": "flood", "bum": "replicate", "limit": 0,
		 "ports": 0, "maps": 0, "members": 0}]' vn
	nv vn del dev nve0 vni 16777215
	json_is '[{"dev": "nve0", "vni": 100, "unknown": "drop", "bum": "replicate", "limit": 0,
		   "ports": 0, "maps": 0, "members": 0, "misses": 0, "pending": 0,
		   "held": 0, "absent": 0, "released": 0, "redirected": 0, "relayed": 0,
		   "arp_answered": 0,
		   "digest": "0000000000000000", "digest_maps": 0, "stats": {"rx_packets": 0,
		   "rx_bytes": 0, "tx_packets": 0, "tx_bytes": 0, "encap_packets": 0,
		   "encap_bytes": 0, "decap_packets": 0, "decap_bytes": 0, "dropped": 0}}]' \
		-s vn show dev nve0
}

member() {
	nv member add dev nve0 vni 100 nve 10.0.0.2
	nv member add dev nve0 vni 100 nve fd00::2
	json_is '[
		{"dev": "nve0", "vni": 100, "nve": "10.0.0.2"},
		{"dev": "nve0", "vni": 100, "nve": "fd00::2"}]' member show dev nve0 vni 100
	nv member del dev nve0 vni 100 nve 10.0.0.2
	text_is "dev nve0 vni 100 nve fd00::2" member
}

port() {
	run_cmd ip -n a link add tap0 type veth peer name vm0
	run_cmd ip -n a link add tap1 type veth peer name vm1
	run_cmd ip -n a link set tap0 master nve0
	nv port add dev tap0 vni 100 mac $mac:01 epoch 7
	nv port add dev tap0 vlan 10 vni 100 state associated
	nv port add dev tap1 vni 100 nve nve0
	text_is "dev tap1 nve nve0 vni 100 state active" port show dev tap1
	json_is '[
		{"dev": "tap0", "nve": "nve0", "vni": 100, "mac": "02:00:00:00:00:01",
		 "state": "active", "epoch": 7},
		{"dev": "tap0", "vlan": 10, "nve": "nve0", "vni": 100, "state": "associated"},
		{"dev": "tap1", "nve": "nve0", "vni": 100, "state": "active"}]' port show nve nve0
	nv port set dev tap0 vlan 10 state active mac $mac:0a
	nv port del dev tap0
	text_is "dev tap0 vlan 10 nve nve0 vni 100 mac $mac:0a state active" port show dev tap0
	json_is '[{"dev": "tap1", "nve": "nve0", "vni": 100, "state": "active", "suppressed": 0, "stats":
		   {"rx_packets": null, "rx_bytes": null, "tx_packets": null, "tx_bytes": null,
		   "encap_packets": null, "encap_bytes": null, "decap_packets": null,
		   "decap_bytes": null, "dropped": null}}]' -s port show dev tap1
	nv port del dev tap1
	text_is "" port show dev tap1
}

map() {
	nv map flush dev nve0
	nv map add dev nve0 vni 100 mac $mac:02 nve 10.0.0.2
	nv map add dev nve0 vni 100 mac $mac:03 nve fd00::3 epoch 18446744073709551615 prov agent
	nv map add dev nve0 vni 100 mac $mac:04 port tap0 vlan 10
	text_is "dev nve0 vni 100 mac $mac:04 port tap0 vlan 10 prov static" \
		map get dev nve0 vni 100 mac $mac:04
	nv map replace dev nve0 vni 100 mac $mac:02 nve 10.0.0.9
	json_is '[
		{"dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:02", "nve": "10.0.0.9",
		 "prov": "static"},
		{"dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:03", "nve": "fd00::3",
		 "epoch": 18446744073709551615, "prov": "agent"},
		{"dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:04", "port": "tap0", "vlan": 10,
		 "prov": "static"},
		{"dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:0a", "port": "tap0", "vlan": 10,
		 "prov": "port"}]' map show dev nve0 vni 100
	text_is "dev nve0 vni 100 mac $mac:0a port tap0 vlan 10 prov port" map show prov port
	nv map del dev nve0 vni 100 mac $mac:04
	nv map flush dev nve0 vni 100 prov static
	text_is "dev nve0 vni 100 mac $mac:03 nve fd00::3 epoch 18446744073709551615 prov agent" \
		map show prov agent
	text_is "" map show prov static
}

# As selftests/net/digest.py has it, which has a hash of its own.
digest() {
	nv vn add dev nve0 vni 101
	nv map add dev nve0 vni 101 mac 02:aa:bb:cc:dd:ee prov agent epoch 72623859790382856 \
		nve 192.0.2.9,2001:db8::2
	text_is "dev nve0 vni 101 digest a712646c3609d430 digest_maps 1
    buckets 55 a712646c3609d430" vn digest dev nve0 vni 101
	json_is '[{"dev": "nve0", "vni": 101, "digest": "a712646c3609d430", "digest_maps": 1,
		   "buckets": {"55": "a712646c3609d430"}}]' vn digest vni 101 dev nve0
	nv map del dev nve0 vni 101 mac 02:aa:bb:cc:dd:ee
	json_is '[{"dev": "nve0", "vni": 101, "digest": "0000000000000000", "digest_maps": 0,
		   "buckets": {}}]' vn digest vni 101 dev nve0
}

# Named by a snapshot, and swept when the next one does not.
generation() {
	nv map add dev nve0 vni 101 mac $mac:02 nve 10.0.0.2 prov agent generation 255
	json_is '[{"dev": "nve0", "vni": 101, "mac": "02:00:00:00:00:02", "nve": "10.0.0.2",
		   "prov": "agent", "generation": 255}]' map get dev nve0 vni 101 mac $mac:02
	nv map flush dev nve0 vni 101 stale-generation 255
	text_is "dev nve0 vni 101 mac $mac:02 nve 10.0.0.2 prov agent generation 255" \
		map show dev nve0 vni 101
	nv map replace dev nve0 vni 101 mac $mac:02 nve 10.0.0.2 prov agent
	nv map flush dev nve0 vni 101 prov agent stale-generation 255
	text_is "" map show dev nve0 vni 101
	nv vn del dev nve0 vni 101
}

remote() {
	nv map add dev nve0 vni 100 mac $mac:05 nve fd00::3
	nv remote set dev nve0 nve fd00::3 state down
	json_is '[
		{"dev": "nve0", "nve": "fd00::2", "encap": "vxlan", "dstport": 4790, "state": "up",
		 "refs": 1, "packets": 0, "bytes": 0},
		{"dev": "nve0", "nve": "fd00::3", "encap": "vxlan", "dstport": 4790, "state": "down",
		 "refs": 2, "packets": 0, "bytes": 0}]' -s remote
	nv map flush dev nve0
	text_is "dev nve0 nve fd00::2 encap vxlan dstport 4790 state up refs 1" \
		remote show dev nve0
}

miss() {
	nv miss absent dev nve0 vni 100 mac $mac:21 lifetime 86400000
	nv miss absent dev nve0 vni 100 mac $mac:22 lifetime 86400000
	fails_with "$mac:0a of VN 100 has a mapping" \
		nvo3 -n a miss absent dev nve0 vni 100 mac $mac:0a lifetime 1
	json_is '[
		{"dev": "nve0", "vni": 100, "dst": "02:00:00:00:00:21", "state": "absent",
		 "lifetime": null, "held": 0},
		{"dev": "nve0", "vni": 100, "dst": "02:00:00:00:00:22", "state": "absent",
		 "lifetime": null, "held": 0}]' miss
	nv miss forget dev nve0 vni 100 mac $mac:21
	fails_with "nobody waits for $mac:21 in VN 100, and it is not absent" \
		nvo3 -n a miss forget dev nve0 vni 100 mac $mac:21
	nvo3 -n a miss show dev nve0 vni 100 |
		grep -Ex "dev nve0 vni 100 dst $mac:22 state absent lifetime [0-9]+ held 0"
	nv miss forget dev nve0 vni 100 mac $mac:22
	text_is "" miss show dev nve0
}

pretty() {
	nvo3 -n a -p vn show >"$LIB_TMP/pretty"
	grep -qx '        "vni": 100,' "$LIB_TMP/pretty"
	# Nothing printed has a blank within
	tr -d ' \n' <"$LIB_TMP/pretty" | cmp - <(nvo3 -n a -j vn show | tr -d '\n')
}

netns_by_path() {
	nvo3 -n a vn show >"$LIB_TMP/vn"
	[[ -s $LIB_TMP/vn ]]
	nvo3 -n /run/netns/a vn show | diff "$LIB_TMP/vn" -
	in_ns a nvo3 vn show | diff "$LIB_TMP/vn" -
	assert_eq "$(nvo3 -n b vn show)" "" "another namespace"
}

counters_count() {
	run_cmd ip -n a link set vm1 netns b
	run_cmd ip -n a link set tap1 up
	run_cmd ip -n b link set vm1 up
	addr_add b vm1 192.0.2.1/24
	nv port add dev tap1 vni 100
	run_cmd ip -n b neighbour add 192.0.2.2 lladdr $mac:77 dev vm1 nud permanent
	ping_lost b 192.0.2.2
	assert_ge "$(json_of '.[0].stats.rx_packets' nvo3 -n a -j -s port show dev tap1)" 2
	assert_ge "$(json_of '.[0].drops."unknown-dst"' nvo3 -n a -j -s nve show dev nve0)" 2
	nvo3 -n a -s nve show dev nve0 | grep -E '^    drops (.* )?unknown-dst [0-9]+'
}

module_load
ns_add a b

plan 13
test_run "nve: add, set, show, del" nve
test_run "vn: add, set, show, del" vn
test_run "member: add, show, del" member
test_run "port: add, set, show, del" port
test_run "map: add, replace, get, show, del, flush" map
test_run "vn: digest" digest
test_run "map: generations, and flush of what is stale" generation
test_run "remote: show" remote
test_run "miss: absent, show, forget" miss
test_run "-p prints the same for people" pretty
test_run "-n takes a name or a path" netns_by_path
test_run "-s shows what was counted" counters_count
test_run "the JSON of all of them" json_all
