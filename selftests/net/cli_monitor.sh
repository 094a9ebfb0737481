#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12
# nvo3 monitor tells what happens, one event a line, by its groups.
#
#	[a] nve0, tap0 ---- vm0 192.0.2.1 [b]
#
. "$(dirname "$0")/../lib.sh"

here=$(dirname "$0")
mac=02:00:00:00:00

# A VN comes and goes until the monitor tells of it: then it listens.
listens() {
	nvo3 -n a vn add dev nve0 vni 9
	nvo3 -n a vn del dev nve0 vni 9
	[[ -s $LIB_TMP/$1.log ]]
}

# monitor_start NAME OPTION...: returns when it listens
monitor_start() {
	bg "$@"
	busywait 20 listens "$1"
}

# events NAME: without those that only showed that it listens
events() {
	bg_log "$1" | grep -v 'vni"\?[: ]*9\b'
}

expect() {	# EVENT...: one line each; all are judged at the end, in one go
	local event

	for event; do
		tr '\n' ' ' <<<"$event"
		echo
	done >>"$LIB_TMP/expected.json"
}

json_all() {
	python3 "$here/cli_json.py" "$LIB_TMP/got.json" "$LIB_TMP/expected.json"
}

events_are() {	# NAME COUNT
	(($(events "$1" | wc -l) >= $2))
}

change_everything() {
	nvo3 -n a -b - <<-END
		vn add dev nve0 vni 100
		vn set dev nve0 vni 100 unknown ask
		member add dev nve0 vni 100 nve 10.0.0.2
		port add dev tap0 vni 100 mac $mac:01
		map add dev nve0 vni 100 mac $mac:02 nve 10.0.0.2 epoch 5 prov agent
		map replace dev nve0 vni 100 mac $mac:02 nve 10.0.0.3 epoch 6 prov agent
	END
	fails_with "epoch 5 is older than the 6 held" nvo3 -n a map replace dev nve0 vni 100 \
		mac $mac:02 nve 10.0.0.2 epoch 5
}

undo_everything() {
	nvo3 -n a -b - <<-END
		map del dev nve0 vni 100 mac $mac:02
		port del dev tap0
		member del dev nve0 vni 100 nve 10.0.0.2
		vn del dev nve0 vni 100
	END
}

all_as_text() {
	monitor_start all nvo3 -n a monitor
	change_everything
	undo_everything
	busywait 10 events_are all 13
	bg_stop all
	events all >"$LIB_TMP/got"
	# What is in an event of an object is what show prints of it
	diff -u - "$LIB_TMP/got" <<-END
		vn dev nve0 vni 100 unknown drop bum replicate limit 0 ports 0 maps 0 members 0
		vn dev nve0 vni 100 unknown ask bum replicate limit 0 ports 0 maps 0 members 0
		member dev nve0 vni 100 nve 10.0.0.2
		map dev nve0 vni 100 mac $mac:01 port tap0 prov port
		port dev tap0 nve nve0 vni 100 mac $mac:01 state active
		map dev nve0 vni 100 mac $mac:02 nve 10.0.0.2 epoch 5 prov agent
		map dev nve0 vni 100 mac $mac:02 nve 10.0.0.3 epoch 6 prov agent
		alert dev nve0 vni 100 mac $mac:02 nve 10.0.0.2 epoch 5 prov static
		map-del dev nve0 vni 100 mac $mac:02 nve 10.0.0.3 epoch 6 prov agent
		map-del dev nve0 vni 100 mac $mac:01 port tap0 prov port
		port-del dev tap0 nve nve0 vni 100 mac $mac:01 state active
		member-del dev nve0 vni 100 nve 10.0.0.2
		vn-del dev nve0 vni 100 unknown ask bum replicate limit 0 ports 0 maps 0 members 0
	END
}

groups_as_json() {
	# What is told in config alone comes to both, so that each is known to listen
	monitor_start mapping nvo3 -n a -j monitor mapping alert config
	monitor_start config nvo3 -n a -j monitor config
	change_everything
	undo_everything
	busywait 10 events_are mapping 13
	busywait 10 events_are config 7
	bg_stop mapping
	bg_stop config
	events mapping | grep -E '"event":"(map|map-del|alert)"' >>"$LIB_TMP/got.json"
	expect \
		'{"event": "map", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:01",
		  "port": "tap0", "prov": "port"}' \
		'{"event": "map", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:02",
		  "nve": "10.0.0.2", "epoch": 5, "prov": "agent"}' \
		'{"event": "map", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:02",
		  "nve": "10.0.0.3", "epoch": 6, "prov": "agent"}' \
		'{"event": "alert", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:02",
		  "nve": "10.0.0.2", "epoch": 5, "prov": "static"}' \
		'{"event": "map-del", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:02",
		  "nve": "10.0.0.3", "epoch": 6, "prov": "agent"}' \
		'{"event": "map-del", "dev": "nve0", "vni": 100, "mac": "02:00:00:00:00:01",
		  "port": "tap0", "prov": "port"}'
	events config | cut -d'"' -f4 >"$LIB_TMP/kinds"
	diff -u - "$LIB_TMP/kinds" <<-END
		vn
		vn
		member
		port
		port-del
		member-del
		vn-del
	END
}

misses() {
	change_everything
	monitor_start miss nvo3 -n a -j monitor miss config
	run_cmd ip -n a link set tap0 up
	run_cmd ip -n b link set vm0 up address $mac:01
	addr_add b vm0 192.0.2.1/24
	run_cmd ip -n b neighbour add 192.0.2.2 lladdr $mac:77 dev vm0 nud permanent
	ping_lost b 192.0.2.2
	busywait 10 grep -q miss "$LIB_TMP/miss.log"
	bg_stop miss
	events miss | grep "\"dst\":\"$mac:77\"" | head -1 >>"$LIB_TMP/got.json"
	expect \
		'{"event": "miss", "dev": "nve0", "vni": 100, "dst": "02:00:00:00:00:77",
		  "src": "02:00:00:00:00:01", "port": "tap0"}'
	undo_everything
}

module_load
ns_add a b
nvo3 -n a nve add dev nve0 local 10.0.0.1
ip -n a link set nve0 up
ip -n a link add tap0 type veth peer name vm0 netns b
ip -n a link set tap0 master nve0

plan 4
test_run "all events as text" all_as_text
test_run "chosen groups as JSON" groups_as_json
test_run "misses" misses
test_run "the JSON of all events" json_all
