#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12
# What nvo3 says when something is wrong, and with which exit status.
. "$(dirname "$0")/../lib.sh"

mac=02:00:00:00:00:01

# status_is STATUS SENTENCE COMMAND...: exactly that sentence, and nothing on stdout
status_is() {
	local wanted=$1 sentence=$2 status=0 output

	shift 2
	echo "+ nvo3 $*   (must end with $wanted)"
	output=$(nvo3 -n a "$@" 2>&1 >"$LIB_TMP/stdout") || status=$?
	assert_eq "$status" "$wanted" "exit status"
	assert_eq "$output" "Error: $sentence." "what it says"
	[[ $(tr -d '[]\n' <"$LIB_TMP/stdout") == "" ]] || fail "it printed $(<"$LIB_TMP/stdout")"
}

# --- the command line; the kernel is never asked

words() {
	status_is 1 '"vns" is not an object; expected nve, vn, member, port, map, profile, remote, miss, monitor or help' vns
	status_is 1 '"ad" is not a command of vn; expected show, add, set, del, digest or help' vn ad
	status_is 1 '"vn" is unknown here; expected vni, unknown, bum, arp, arp-unknown, limit, hold or track' \
		vn add dev nve0 vn 100
	status_is 1 '"unkn" is unknown here; expected unknown, bum, arp, arp-unknown, limit, hold or track' \
		vn add dev nve0 vni 100 unkn drop
	status_is 1 '"dev" is missing' vn add vni 100
	status_is 1 '"vni" is missing' vn add dev nve0
	status_is 1 '"vni" needs a value' vn add dev nve0 vni
	status_is 1 '"vni" is given twice' vn add dev nve0 vni 1 vni 1
	status_is 1 '"mappings" is unknown here; expected config, mapping, miss or alert' \
		monitor mappings
	status_is 1 'option "-x" is unknown; expected -j, -p, -s, -n, -b, -V or -h' -x vn
}

values() {
	status_is 1 '"vni" needs a number from 1 to 16777215, not "0"' vn add dev nve0 vni 0
	status_is 1 '"vni" needs a number from 1 to 16777215, not "16777216"' \
		vn add dev nve0 vni 16777216
	status_is 1 '"unknown" needs drop, ask, flood or relay, not "learn"' \
		vn add dev nve0 vni 1 unknown learn
	status_is 1 '"hold" needs a number from 1 to 60000, not "0"' vn add dev nve0 vni 1 hold 0
	status_is 1 '"arp" needs off or answer, not "on"' vn add dev nve0 vni 1 arp on
	status_is 1 '"ip" needs an IP address, not "10.0.0.0/24"' \
		map add dev nve0 vni 1 ip 10.0.0.0/24 mac $mac
	status_is 1 '"ip" is mapped to a MAC, and has no place of its own' \
		map add dev nve0 vni 1 ip 10.0.0.1 mac $mac nve 192.0.2.1
	status_is 1 '"router" needs "ip" beside it' \
		map add dev nve0 vni 1 mac $mac nve 192.0.2.1 router on
	status_is 1 'expected "mac" or "ip" of the mapping' map del dev nve0 vni 1
	status_is 1 'expected either "mac" or "ip", not both' \
		map get dev nve0 vni 1 mac $mac ip 10.0.0.1
	status_is 1 'expected either "mac" or "ip" of who is missing' \
		miss forget dev nve0 vni 1 mac $mac ip 10.0.0.1
	status_is 1 '"lifetime" needs a number from 1 to 86400000, not "0"' \
		miss absent dev nve0 vni 1 mac $mac lifetime 0
	status_is 1 '"nve" needs an IP address, not "host"' member add dev nve0 vni 1 nve host
	status_is 1 '"local" needs an IPv4 address, not "::1"' nve add dev x local ::1
	status_is 1 '"vlan" needs a number from 1 to 4094, not "4095"' \
		port add dev tap0 vlan 4095 vni 1
	status_is 1 '"mac" needs a MAC address like 02:00:00:00:00:01, not "2:0:0:0:0:1"' \
		map get dev nve0 vni 1 mac 2:0:0:0:0:1
	status_is 1 '"csum" needs on or off, not "1"' nve set dev nve0 csum 1
	status_is 1 '"prov" needs static or agent, not "port"' map flush dev nve0 prov port
	status_is 1 '"track" needs off or on, not "yes"' vn set dev nve0 vni 1 track yes
	status_is 1 '"relay" needs off or on, not "2"' nve set dev nve0 relay 2
	status_is 1 '"stamp" needs off or on, not "now"' port set dev tap0 stamp now
	status_is 1 '"state" needs associated, active or armed, not "alarmed"' \
		port set dev tap0 state alarmed
	status_is 1 '"vni" is missing' map idle dev nve0
	status_is 1 '"vni" is missing' map turn dev nve0
}

combinations() {
	status_is 1 'expected either "nve" or "port" to map to' \
		map add dev nve0 vni 100 mac $mac
	status_is 1 'expected either "nve" or "port" to map to' \
		map add dev nve0 vni 100 mac $mac nve 10.0.0.2 port tap0
	status_is 1 '"vlan" needs "port" beside it' \
		map add dev nve0 vni 100 mac $mac nve 10.0.0.2 vlan 5
	status_is 1 'nothing to set; expected unknown, bum, arp, arp-unknown, limit, hold or track' vn set dev nve0 vni 100
	status_is 1 'nothing to set; expected mac, ip, state, epoch, profile, group, spoof, dhcp-server, router, stamp or guest' \
		port set dev tap0
	status_is 1 '"vni" needs "dev" beside it' map show vni 100
	status_is 1 '"stale-generation" needs "vni" beside it' map flush dev nve0 stale-generation 1
	status_is 1 '"generation" needs a number from 0 to 255, not "256"' \
		map add dev nve0 vni 100 mac $mac nve 10.0.0.2 prov agent generation 256
}

# --- devices

devices() {
	status_is 2 'device "nosuch" does not exist' vn show dev nosuch
	status_is 2 'device "lo" is not an NVE' vn add dev lo vni 1
	status_is 2 'device "lo" is not an NVE' nve del dev lo
	status_is 2 'device "tap0" has no NVE as its master; say which with "nve", or use ip link set master' \
		port add dev tap0 vni 100
	status_is 2 'device "tap1" has another master, "br0"' port add dev tap1 vni 100
	status_is 2 'device "tap1" has another master, "br0"' port add dev tap1 vni 100 nve nve0
	status_is 2 'device name "a-name-much-too-long" does not have 1 to 15 characters' \
		nve add dev a-name-much-too-long
	ip -n a link show lo | grep -q lo
}

netns() {
	fails_with "cannot open network namespace /run/netns/nosuch: No such file or directory" \
		nvo3 -n nosuch vn
	fails_with "cannot enter network namespace: Invalid argument" nvo3 -n /dev/null vn
}

# --- the kernel's own sentences

refused_by_the_kernel() {
	status_is 2 'VN 100 exists on nve0' vn add dev nve0 vni 100
	status_is 2 'VN 101 does not exist on nve0' vn set dev nve0 vni 101 bum none
	status_is 2 'VN 101 does not exist on nve0' map add dev nve0 vni 101 mac $mac nve 10.0.0.2
	status_is 2 "$mac has no mapping in VN 100" map get dev nve0 vni 100 mac $mac
	status_is 2 '10.0.0.2 is no member of VN 100' member del dev nve0 vni 100 nve 10.0.0.2
	status_is 2 '01:00:5e:00:00:01 is a multicast MAC address' \
		map add dev nve0 vni 100 mac 01:00:5e:00:00:01 nve 10.0.0.2
	status_is 2 'the UDP port of nve0 cannot be changed' nve set dev nve0 dstport 5000
	status_is 2 'VN 101 does not exist on nve0' vn digest dev nve0 vni 101
	status_is 2 "only an agent's mappings have a generation" \
		map add dev nve0 vni 100 mac $mac nve 10.0.0.2 generation 1
	status_is 2 "only an agent's mappings have a generation" \
		map flush dev nve0 vni 100 prov static stale-generation 1
	nvo3 -n a map add dev nve0 vni 100 mac $mac nve 10.0.0.2 epoch 5
	status_is 2 "epoch 4 is older than the 5 held" \
		map replace dev nve0 vni 100 mac $mac nve 10.0.0.2 epoch 4
	nvo3 -n a map flush dev nve0
}

# A binding that is refused leaves the device as it was.
nothing_half_done() {
	status_is 2 'VN 999 does not exist on nve0' port add dev tap0 vni 999 nve nve0
	ip -n a -o link show tap0 >"$LIB_TMP/link"
	fails grep -q master "$LIB_TMP/link"
}

no_capability() {
	local status=0

	in_ns a setpriv --bounding-set -net_admin --inh-caps -net_admin --ambient-caps -all \
		nvo3 vn add dev nve0 vni 300 2>"$LIB_TMP/stderr" || status=$?
	cat "$LIB_TMP/stderr"
	assert_eq "$status" 2 "exit status"
	grep -q '^Error: .*Operation not permitted' "$LIB_TMP/stderr"
	assert_eq "$(nvo3 -n a vn show dev nve0 | wc -l)" 1 "VNs"
}

full_disk() {
	local status=0

	nvo3 -n a vn show >/dev/full 2>"$LIB_TMP/stderr" || status=$?
	assert_eq "$status" 2 "exit status"
	assert_eq "$(<"$LIB_TMP/stderr")" "Error: cannot write: No space left on device."
}

help_texts() {
	local object

	assert_eq "$(nvo3 -V | cut -d' ' -f1)" nvo3
	nvo3 help >"$LIB_TMP/help"
	for object in nve vn member port map remote monitor; do
		nvo3 $object help | grep -q "^usage: nvo3 $object"
		grep -q "^usage: nvo3 $object" "$LIB_TMP/help"
	done
	fails_with "usage: nvo3" nvo3
}

module_load
ns_add a
nvo3 -n a nve add dev nve0
nvo3 -n a vn add dev nve0 vni 100
ip -n a link add tap0 type veth peer name vm0
ip -n a link add tap1 type veth peer name vm1
ip -n a link add br0 type bridge
ip -n a link set tap1 master br0

plan 10
test_run "wrong words" words
test_run "wrong values" values
test_run "words that do not go together" combinations
test_run "wrong devices" devices
test_run "wrong namespaces" netns
test_run "the kernel's refusals are its own sentences" refused_by_the_kernel
test_run "a refused binding leaves the device alone" nothing_half_done
test_run "without CAP_NET_ADMIN" no_capability
test_run "output that cannot be written" full_disk
test_run "help and usage" help_texts
