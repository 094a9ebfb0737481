#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# What listeners are told, line by line, in the order of what happens.
#
#	[h1: nve0] p1, p2 without tenants; only a question's frames are sent
#
. "$(dirname "$0")/overlay.sh"

# monitored GROUP: commands come on descriptor 3, golden lines on 4. The last line must
# come, and then nothing else has come, and in no other order.
monitored() {
	local golden last

	golden=$(cat <&4)
	last=$(tail -n 1 <<<"$golden")
	bg monitor nvo3 -n h1 monitor "$1"
	busywait 30 monitor_hears "$1"
	nvo3 -n h1 -b - <&3
	busywait 30 grep -qxF "$last" "$LIB_TMP/monitor.log"
	bg_stop monitor
	diff -u <(echo "$golden") <(grep -v "$KNOCK" "$LIB_TMP/monitor.log")
}

# A change of another VN shows that the monitor is there; its lines do not count. What changes
# nothing is no event, so each knock names another NVE.
KNOCK="vni 999"
monitor_hears() {
	case $1 in
	config) nvo3 -n h1 vn set dev nve0 vni 999 limit 0 ;;
	*) nvo3 -n h1 map replace dev nve0 vni 999 mac "$(mac 9)" nve "192.0.2.$((100 + SECONDS % 100))" ;;
	esac
	grep "$KNOCK" "$LIB_TMP/monitor.log"
}

config() {
	monitored config 3<<-COMMANDS 4<<-GOLDEN
		vn add dev nve0 vni 100
		vn set dev nve0 vni 100 unknown flood bum none limit 7
		member add dev nve0 vni 100 nve 192.0.2.7
		member add dev nve0 vni 100 nve 192.0.2.7
		member add dev nve0 vni 100 nve 2001:db8::7
		member del dev nve0 vni 100 nve 192.0.2.7
		port add dev p1 vni 100
		port add dev p2 vlan 10 vni 100 mac 02:00:00:00:00:02 state associated
		port set dev p2 vlan 10 state active epoch 5
		port del dev p2 vlan 10
		port del dev p1
		vn del dev nve0 vni 100
	COMMANDS
		vn dev nve0 vni 100 unknown drop bum replicate limit 0 ports 0 maps 0 members 0
		vn dev nve0 vni 100 unknown flood bum none limit 7 ports 0 maps 0 members 0
		member dev nve0 vni 100 nve 192.0.2.7
		member dev nve0 vni 100 nve 2001:db8::7
		member-del dev nve0 vni 100 nve 192.0.2.7
		port dev p1 nve nve0 vni 100 state active
		port dev p2 vlan 10 nve nve0 vni 100 mac 02:00:00:00:00:02 state associated
		port dev p2 vlan 10 nve nve0 vni 100 mac 02:00:00:00:00:02 state active epoch 5
		port-del dev p2 vlan 10 nve nve0 vni 100 mac 02:00:00:00:00:02 state active epoch 5
		port-del dev p1 nve nve0 vni 100 state active
		member-del dev nve0 vni 100 nve 2001:db8::7
		vn-del dev nve0 vni 100 unknown flood bum none limit 7 ports 0 maps 0 members 1
	GOLDEN
}

mapping() {
	monitored mapping 3<<-COMMANDS 4<<-GOLDEN
		vn add dev nve0 vni 100
		map add dev nve0 vni 100 mac 02:00:00:00:00:01 nve 192.0.2.7
		map add dev nve0 vni 100 mac 02:00:00:00:00:03 nve 192.0.2.7 prov agent
		map replace dev nve0 vni 100 mac 02:00:00:00:00:01 nve 2001:db8::7 epoch 4
		port add dev p1 vlan 10 vni 100 mac 02:00:00:00:00:02
		port set dev p1 vlan 10 mac 02:00:00:00:00:12
		map add dev nve0 vni 100 mac 02:00:00:00:00:04 port p1 vlan 10
		map del dev nve0 vni 100 mac 02:00:00:00:00:01
		port set dev p1 vlan 10 state associated
		port del dev p1 vlan 10
		vn del dev nve0 vni 100
	COMMANDS
		map dev nve0 vni 100 mac 02:00:00:00:00:01 nve 192.0.2.7 prov static
		map dev nve0 vni 100 mac 02:00:00:00:00:03 nve 192.0.2.7 prov agent
		map dev nve0 vni 100 mac 02:00:00:00:00:01 nve 2001:db8::7 epoch 4 prov static
		map dev nve0 vni 100 mac 02:00:00:00:00:02 port p1 vlan 10 prov port
		map dev nve0 vni 100 mac 02:00:00:00:00:12 port p1 vlan 10 prov port
		map-del dev nve0 vni 100 mac 02:00:00:00:00:02 port p1 vlan 10 prov port
		map dev nve0 vni 100 mac 02:00:00:00:00:04 port p1 vlan 10 prov static
		map-del dev nve0 vni 100 mac 02:00:00:00:00:01 nve 2001:db8::7 epoch 4 prov static
		map-del dev nve0 vni 100 mac 02:00:00:00:00:12 port p1 vlan 10 prov port
		map-del dev nve0 vni 100 mac 02:00:00:00:00:04 port p1 vlan 10 prov static
		map-del dev nve0 vni 100 mac 02:00:00:00:00:03 nve 192.0.2.7 prov agent
	GOLDEN
}

# A claim that loses is told with what it claimed.
alert() {
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100
		map add dev nve0 vni 100 mac 02:00:00:00:00:01 nve 192.0.2.7 epoch 5
	END
	bg alert nvo3 -n h1 monitor alert
	busywait 30 stale_claim_is_told
	fails_with "epoch 5" nvo3 -n h1 port add dev p1 vni 100 mac 02:00:00:00:00:01 epoch 5
	busywait 30 grep -qxF "alert dev nve0 vni 100 mac 02:00:00:00:00:01 port p1 epoch 5 prov port" \
		"$LIB_TMP/alert.log"
	# What is refused for other reasons is no alert.
	fails_with "VN 300" nvo3 -n h1 map add dev nve0 vni 300 mac "$(mac 1)" nve 192.0.2.7
	bg_stop alert
	fails grep -v "mac 02:00:00:00:00:01" "$LIB_TMP/alert.log"
	nvo3 -n h1 vn del dev nve0 vni 100
}

stale_claim_is_told() {
	fails_with "epoch 4 is older than the 5 held" nvo3 -n h1 map replace dev nve0 vni 100 \
		mac 02:00:00:00:00:01 nve 192.0.2.8 epoch 4
	grep -xF "alert dev nve0 vni 100 mac 02:00:00:00:00:01 nve 192.0.2.8 epoch 4 prov static" \
		"$LIB_TMP/alert.log"
}

# A question is told once, whatever comes for its address, and again when it was forgotten.
misses() {
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100 unknown ask hold 60000
		port add dev p1 vni 100
	END
	bg miss nvo3 -n h1 monitor miss
	busywait 30 miss_hears
	frame vm1 eth0 "$(mac 7) $(mac 1) 88b5" 3
	frame vm1 eth0 "$(mac 8) $(mac 1) 88b5"
	busywait 30 grep -q "dst $(mac 8)" "$LIB_TMP/miss.log"
	run_cmd nvo3 -n h1 miss forget dev nve0 vni 100 mac "$(mac 7)"
	frame vm1 eth0 "$(mac 7) $(mac 1) 88b5" 3
	frame vm1 eth0 "$(mac 9) $(mac 1) 88b5"
	busywait 30 grep -q "dst $(mac 9)" "$LIB_TMP/miss.log"
	bg_stop miss
	diff -u - <(grep -v "dst $(mac 99)" "$LIB_TMP/miss.log") <<-END
		miss dev nve0 vni 100 dst $(mac 7) src $(mac 1) port p1
		miss dev nve0 vni 100 dst $(mac 8) src $(mac 1) port p1
		miss dev nve0 vni 100 dst $(mac 7) src $(mac 1) port p1
		miss dev nve0 vni 100 dst $(mac 9) src $(mac 1) port p1
	END
	nvo3 -n h1 port del dev p1
	nvo3 -n h1 vn del dev nve0 vni 100
}

miss_hears() {
	frame vm1 eth0 "$(mac 99) $(mac 1) 88b5"
	nvo3 -n h1 miss forget dev nve0 vni 100 mac "$(mac 99)"
	grep "dst $(mac 99)" "$LIB_TMP/miss.log"
}

# Each end of a device: its ports and what leads to them go with it, and are told.
device_goes() {	# COMMAND...
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni 100
		port add dev p2 vni 100 mac 02:00:00:00:00:02
	END
	bg gone nvo3 -n h1 monitor config mapping
	busywait 30 gone_hears
	run_cmd "$@"
	busywait 30 grep -q "^port-del .* vni 100" "$LIB_TMP/gone.log"
	bg_stop gone
	grep -q "^map-del dev nve0 vni 100 mac 02:00:00:00:00:02" "$LIB_TMP/gone.log"
	assert_eq "$(nvo3 -n h1 map show dev nve0 vni 100)" "" "mappings left"
	assert_eq "$(stat_of ports h1 vn show dev nve0 vni 100)" 0 "ports left"
	nvo3 -n h1 vn del dev nve0 vni 100
}

gone_hears() {
	nvo3 -n h1 vn set dev nve0 vni 999 limit 0
	grep "$KNOCK" "$LIB_TMP/gone.log"
}

p2_again() {
	vm_add 3 h1
	ip -n h1 link set p3 down
	ip -n h1 link set p3 name p2
	ip -n h1 link set p2 up
}

module_load
underlay_add
host_add 1 2
nve_add 1
vm_add 1 h1
vm_add 2 h1
nvo3 -n h1 vn add dev nve0 vni 999

plan 7
test_run "VNs, members and ports" config
test_run "mappings" mapping
test_run "refused claims" alert
test_run "questions" misses
test_run "a device is released" device_goes ip -n h1 link set p2 nomaster
ip -n h1 link set p2 master nve0
test_run "a device moves to another namespace" device_goes ip -n h1 link set p2 netns h2
p2_again
test_run "a device is deleted" device_goes ip -n h1 link del p2
