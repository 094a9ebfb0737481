#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# A copy that has become wrong is found and mended: the kernel's table, changed behind the agent's
# back; the agent's own, by a director whose store was changed while it was down. Frames to the
# addresses that nobody touched go on: vm1 talks to vm2 all the time.
#
#   vm1 (host1, dc1)   vm2, vm3 (host2, dc1)   vm9 (host4, dc2)   one VN
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-audit
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/probe.sh
. "$LIB_TOP/selftests/probe.sh"
TEST_LIMIT=300
MAC2=02:00:00:00:00:02 MAC3=02:00:00:00:00:03 MAC9=02:00:00:00:00:09

# One locator each, so that all three sums are over the same text; nobody looks unless asked to.
eval "$(declare -f lab_conf_host | sed '1s/lab_conf_host/conf_host/')"
lab_conf_host() {
	conf_host "$1" | sed '/local6/d; s/dev = "nve0";/& audit = 3600;/'
}
eval "$(declare -f lab_conf_director | sed '1s/lab_conf_director/conf_director/')"
lab_conf_director() {
	conf_director "$@"
	echo "grace = 120;"
}

bring_up() {
	local ip

	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--mac 02:00:00:00:00:01
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2 --ip 10.9.0.2/24 --mac $MAC2
	ctl 1 vm create vm3 --tenant alice --vn blue --server host2 --ip 10.9.0.3/24 --mac $MAC3
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	busywait 20 map_is $MAC9 10.2.0.14
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1.ns"
	vm_netns "$(vm_id 1 vm2)" >"$LAB/vm2.ns"
	for ip in 10.9.0.2 10.9.0.3 10.9.0.9; do
		busywait 20 ping_vm $ip
	done
	probe_sink "$(<"$LAB/vm2.ns")"
	lab_in host1 nvo3 map show dev nve0
}

ping_vm() {	# IP
	lab_in "$(<"$LAB/vm1.ns")" ping -c 1 -W 1 "$1"
}

map_is() {	# MAC NVE: on host1
	lab_in host1 nvo3 map show dev nve0 | grep -q "$1.* $2 .*agent"
}

map_gone() {	# MAC
	! lab_in host1 nvo3 map show dev nve0 | grep -q "$1"
}

audit() {	# ask host1's agent to look
	kill -USR1 "$(<"$LAB/host1.pid")"
}

# A thousand frames a second from vm1 to vm2, until stream_end; none may be missing.
stream_begin() {
	probe_start "$(<"$LAB/vm1.ns")" eth0 10.9.0.1 $MAC2 10.9.0.2
}

stream_end() {
	probe_all_came "$(<"$LAB/vm2.ns")" "$(probe_stop "$(<"$LAB/vm1.ns")" eth0)"
}

agree() {	# host1's kernel, its agent and the director: the same sum over as many mappings
	local kernel director agent

	audit
	kernel=$(lab_in host1 nvo3 -j vn digest dev nve0 vni 100 |
		jq -r '.[0] | .digest, .digest_maps')
	director=$(of_host1 digest)
	agent=$(of_host1 held)
	echo "kernel ${kernel//$'\n'/ } agent ${agent//$'\n'/ } director ${director//$'\n'/ }"
	[[ $kernel == "$director" && $agent == "$director" ]]
}

of_host1() {	# KEY: it, and KEY_maps, of that member
	dctl 1 members | jq -r --arg key "$1" '.items[] | select(.nve == "dc1/host1") |
		.[$key], .[$key + "_maps"]'
}

all_agree() {
	busywait 5 agree
	cat "$LIB_TMP/busywait"
	assert_eq "$(of_host1 digest | tail -1)" 3
	(($(dctl 1 alerts | jq '[.items[] | select(.kind == "drift")] | length') == 0))
}

told() {	# TEXT: an alert of host1's, by the director
	dctl 1 alerts | jq -e --arg text "$1" \
		'any(.items[]; .kind == "drift" and .subject == "dc1/host1" and
		     (.text | contains($text)))'
}

mended() {	# TEXT COMMAND...: within 2 s after it was asked for, told, and all agree
	local text=$1

	shift
	audit
	busywait 2 "$@"
	busywait 2 told "$text" || { dctl 1 alerts && tail "$LAB/host1.log" && return 1; }
	dctl 1 alerts | jq -c '.items[-1]'
	busywait 5 agree
	cat "$LIB_TMP/busywait"
}

nvo3_map() {	# behind the agent's back
	run_cmd lab_in host1 nvo3 map "$1" dev nve0 vni 100 "${@:2}"
}

kernel_missing() {
	stream_begin
	# A frame to it would bring it back, for the agent has it
	nvo3_map del mac $MAC3
	mended "VNI 100: 1 mapping of the kernel's table differed, the first $MAC3 (missing)" \
		map_is $MAC3 10.1.0.12
	ping_vm 10.9.0.3
	stream_end
}

kernel_replaced() {	# by a newer epoch, which nobody has given
	local epoch

	stream_begin
	epoch=$(lab_in host1 nvo3 -j map show dev nve0 |
		jq --arg mac $MAC9 '.[] | select(.mac == $mac) | .epoch')
	nvo3_map replace mac $MAC9 nve 10.1.0.99 epoch $((epoch + 256)) prov agent
	fails ping_vm 10.9.0.9
	mended "$MAC9 (other epoch)" map_is $MAC9 10.2.0.14
	ping_vm 10.9.0.9
	nvo3_map del mac $MAC9
	nvo3_map add mac $MAC9 nve 10.1.0.99 epoch "$epoch" prov agent
	mended "$MAC9 (other place)" map_is $MAC9 10.2.0.14
	ping_vm 10.9.0.9
	stream_end
}

kernel_extra() {
	stream_begin
	nvo3_map add mac 02:00:00:00:00:77 nve 10.1.0.99 epoch 5 prov agent
	mended "02:00:00:00:00:77 (extra)" map_gone 02:00:00:00:00:77
	stream_end
}

operators_stay() {	# what an operator maps is his: in the way, or beside
	local alerts

	alerts=$(dctl 1 alerts | jq '.items | length')
	nvo3_map add mac 02:00:00:00:00:88 nve 10.1.0.99
	nvo3_map del mac $MAC3
	nvo3_map add mac $MAC3 nve 10.1.0.12
	audit
	busywait 2 lab_said host1 "static mapping is in the way" 0
	lab_in host1 nvo3 map show dev nve0 | grep "$MAC3.*static"
	lab_in host1 nvo3 map show dev nve0 | grep 02:00:00:00:00:88
	assert_eq "$(dctl 1 alerts | jq '.items | length')" "$alerts" alerts
	nvo3_map del mac 02:00:00:00:00:88
	nvo3_map del mac $MAC3
	mended "$MAC3 (missing)" map_is $MAC3 10.1.0.12
}

# The row of vm3's mapping in director1's store, while that is down
store() {	# COMMAND: take (it out, into a file), put (it back)
	python3 - "$1" "$LAB" <<-'END'
		import sqlite3, sys
		verb, lab = sys.argv[1:]
		db = sqlite3.connect(lab + "/director1/ndirectord.db")
		where = "key LIKE 'map/%/02:00:00:00:00:03'"
		if verb == "take":
		    (key, value), = db.execute("SELECT key, value FROM kv WHERE " + where).fetchall()
		    open(lab + "/row", "wb").write(key.encode() + b"\0" + value)
		    db.execute("DELETE FROM kv WHERE " + where)
		else:
		    key, value = open(lab + "/row", "rb").read().split(b"\0", 1)
		    db.execute("INSERT INTO kv VALUES (?, ?)", (key.decode(), value))
		db.commit()
	END
}

director_with() {	# take|put: it dies, its store is changed, it comes back
	lab_signal director1 KILL
	store "$1"
	lab_start director1
	busywait 20 joined
}

joined() {	# host1, with the director that runs now
	[[ -n $(of_host1 digest) && $(of_host1 digest) != null* ]]
}

# host2's agent, who would say again what it has, is held up meanwhile.
model_extra_and_missing() {
	stream_begin
	kill -STOP "$(<"$LAB/host2.pid")"
	director_with take
	map_is $MAC3 10.1.0.12
	mended "of the agent's model differed, the first $MAC3 (extra)" map_gone $MAC3
	director_with put
	map_gone $MAC3
	mended "of the agent's model differed, the first $MAC3 (missing)" map_is $MAC3 10.1.0.12
	kill -CONT "$(<"$LAB/host2.pid")"
	ping_vm 10.9.0.3
	stream_end
	busywait 30 agree
}

# What was changed while no agent ran: the first snapshot marks what stays and sweeps the rest.
while_no_agent_ran() {
	stream_begin
	lab_signal host1 KILL
	nvo3_map add mac 02:00:00:00:00:77 nve 10.1.0.99 epoch 5 prov agent generation 1
	nvo3_map del mac $MAC3
	lab_start host1
	busywait 20 map_is $MAC3 10.1.0.12
	busywait 5 map_gone 02:00:00:00:00:77
	busywait 5 agree
	cat "$LIB_TMP/busywait"
	ping_vm 10.9.0.3
	stream_end
}

on_demand() {	# what host1 has asked for is compared, and the rest is not missing
	ctl 1 vn set blue --distribution on-demand
	busywait 20 interest
	stream_begin
	nvo3_map del mac $MAC3
	mended "$MAC3 (missing)" map_is $MAC3 10.1.0.12
	stream_end
}

interest() {
	dctl 1 members | jq -e '.items[] | select(.nve == "dc1/host1") | .interest'
}

plan 9
test_run "two data centres, one VN" bring_up
test_run "kernel, agent and director have the same digest" all_agree
test_run "a mapping that is gone from the kernel" kernel_missing
test_run "one that leads elsewhere, with a newer epoch and with the same" kernel_replaced
test_run "one too many" kernel_extra
test_run "an operator's mappings are no drift" operators_stay
test_run "the agent's table, beside a director's that was changed" model_extra_and_missing
test_run "what was changed while no agent ran" while_no_agent_ran
test_run "on demand" on_demand
lab_down
