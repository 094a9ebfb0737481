#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# A tenant, outside of both data centres, wishes his VM near to him: a gateway of each measures how far
# he is, and he follows the move and gives it up, by his own certificate.
#
#   dc1: vm1 (host1), gateway host2 --- router --- dc2: gateway host4
#                              40 or 5 ms | 5 or 40 ms
#                                     outside  10.3.0.7 fd00:3::7
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-nearest LAB_GATEWAYS="host2 host4"
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=240

bring_up() {
	modprobe nvo3
	lab_up
	outside_up
	nvo3ctl pki issue "$LAB/pki" alice --san nvo3://dc1/tenant/alice
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24
	busywait 20 lab_in host2 ping -c 1 -W 1 10.3.0.7
	busywait 20 lab_in host4 ping -c 1 -W 1 fd00:3::7
}

outside_up() {
	ip netns add outside
	ip link add eth0 netns outside type veth peer name outside netns router
	ip -n router -b - <<-EOF
		addr add 10.3.0.1/24 dev outside
		addr add fd00:3::1/64 dev outside nodad
		link set outside up
	EOF
	ip -n outside -b - <<-EOF
		addr add 10.3.0.7/24 dev eth0
		addr add fd00:3::7/64 dev eth0 nodad
		link set eth0 up
		route add default via 10.3.0.1
		route add default via fd00:3::1
	EOF
}

far() {	# MS1 MS2: this is added on the way to dc1, to dc2
	lab_in router tc qdisc change dev dc1 root netem delay "$1ms"
	lab_in router tc qdisc change dev dc2 root netem delay "$2ms"
}

alice() {	# WORDS...: of nvo3ctl, at the nDirector of dc1
	lab_in outside nvo3ctl --director-url https://10.1.0.3:6650 --ca "$LAB/pki/ca.pem" \
		--cert "$LAB/pki/alice.pem" --key "$LAB/pki/alice.key" "$@"
}

at_home_in() {	# DC
	ctl 1 -j vm lookup --vn blue --name vm1 | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert (r["result"], r["dc"], r["state"]) == ("found", "dc" + sys.argv[1], "running"), r
' "$1"
}

measured() {	# DC NEAR FAR: the last move of that vCenter has 5 ms from the one, 40 ms from the other
	ctl "$1" -j moves | python3 -c '
import json, sys
m = json.load(sys.stdin)["items"][0]
near, far = m["rtt"]
assert (near["dc"], far["dc"]) == tuple(sys.argv[1:3]), m
# the delay, and what an emulated machine adds
assert 5000 <= near["us"] < 35000 and 40000 <= far["us"], m
' "$2" "$3"
}

to_the_nearer() {
	far 40 5
	run_cmd alice wish near vm1 --client 10.3.0.7
	at_home_in 2
	measured 1 dc2 dc1
}

the_other_way_round() {
	far 5 40
	run_cmd alice wish near vm1 --client fd00:3::7
	at_home_in 1
	measured 2 dc1 dc2
}

an_operators_move() {
	far 40 5
	run_cmd ctl 1 vm migrate vm1 --client 10.3.0.7
	at_home_in 2
	far 5 40
	run_cmd ctl 2 vm migrate vm1 --client 10.3.0.7
	at_home_in 1
	ctl 1 -j vm show vm1 | grep -Eq '"server": ?"host1"' ||
		run_cmd ctl 1 vm migrate vm1 --server host1
}

# It is in dc1, to which he has 5 ms: no better anywhere. Of an address that nobody has nothing is known.
refused() {
	fails_with "no data centre is nearer to 10.3.0.7: dc1 " alice wish near vm1 --client 10.3.0.7
	fails_with "how far 10.3.0.99 is was not measured: dc" \
		alice wish near vm1 --client 10.3.0.99
	fails_with "client: 127.0.0.1 is a loopback address" alice wish near vm1 --client 127.0.0.1
	at_home_in 1
}

# The source does nothing meanwhile, so that the move is still on its way when he has thought better of it.
given_up() {
	local id

	far 40 5
	kill -STOP "$(<"$LAB/host1.pid")"
	id=$(alice -j --no-wait wish near vm1 --client 10.3.0.7 |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
	run_cmd alice wish show "$id" >"$LAB/show"
	cat "$LAB/show"
	grep -q '^step *copy$' "$LAB/show" || fail "it is not at step copy"
	if grep -q host "$LAB/show"; then
		fail "he is told of servers"
	fi
	run_cmd alice wish abort "$id"
	kill -CONT "$(<"$LAB/host1.pid")"
	fails_with "tenant alice has given it up" alice wish show "$id" -w
	run_cmd alice wish abort "$id"
	at_home_in 1
	fails_with "tenant bob has no move $id" nvo3ctl --director-socket \
		"$LAB/director1/api.sock" wish show "$id" --tenant bob
}

plan 6
test_run "two data centres with a gateway each, a VM, its tenant outside" bring_up
test_run "his VM goes to the data centre that is nearer to him" to_the_nearer
test_run "it is the other way round: his VM goes back, by IPv6" the_other_way_round
test_run "an operator's migration to where the tenant is" an_operators_move
test_run "no nearer one, nobody there, nobody's address: refused" refused
test_run "he follows his move and gives it up" given_up
lab_down
