#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12
# limit: 1200
# long: 1800 NVO3_HERTZ=1000
# The nDirectors of dc1 are two, with their store on a cluster of etcd. While two VMs in two data centres exchange
# numbered frames, the one that works is killed, stopped and paused for longer than its lease, the cluster's leader is killed
# and paused, and all certificates are renewed: no frame is lost, doubled or put out of order, either way, and
# each time a change that all daemons have a part in is done before the trouble is over.
#
#   vm1 (host1, dc1) ---- overlay, 2 x 5 ms ---- vm9 (host4, dc2)
#
#   director1, director3 (dc1) ---- etcd 1, 2, 3 on vcenter1
#
# NVO3_HERTZ: frames a second (200).
. "$(dirname "$0")/../lib.sh"
ETCD_IP=10.1.0.2 ETCD_PORTS="2379 2389 2399"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-hitless
# An emulated machine with other work beside keeps etcd from answering for many seconds.
LAB_STORE1="etcd:http://$ETCD_IP:2379,http://$ETCD_IP:2389,http://$ETCD_IP:2399?prefix=/nvo3/dc1&lease=30"
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
# shellcheck source=selftests/system/seq.sh
. "$LIB_TOP/selftests/system/seq.sh"
TEST_LIMIT=300
HERTZ=${NVO3_HERTZ:-200}
MAC1=02:00:00:00:00:01 MAC9=02:00:00:00:00:09

etcd_start() {	# PORT; without Go's signals to its own threads, which emulation makes dear
	local port cluster=''

	for port in $ETCD_PORTS; do
		cluster+=",$port=http://$ETCD_IP:$((port + 1))"
	done
	GODEBUG=asyncpreemptoff=1 setsid nsenter --net=/run/netns/vcenter1 etcd --name "$1" \
		--data-dir "$LAB/etcd-$1" --initial-cluster "${cluster#,}" \
		--listen-client-urls "http://$ETCD_IP:$1" --advertise-client-urls "http://$ETCD_IP:$1" \
		--listen-peer-urls "http://$ETCD_IP:$(($1 + 1))" \
		--initial-advertise-peer-urls "http://$ETCD_IP:$(($1 + 1))" \
		--heartbeat-interval 1000 --election-timeout 8000 >>"$LAB/etcd-$1.log" 2>&1 </dev/null &
	echo $! >"$LAB/etcd-$1.pid"
}

etcd_status() {	# PORT
	lab_in vcenter1 curl -sf -m 2 -d '{}' "http://$ETCD_IP:$1/v3/maintenance/status"
}

etcd_knows_leader() {	# PORT
	etcd_status "$1" | grep -q '"leader":"[1-9]'
}

etcd_leader() {	# its port
	local port

	for port in $ETCD_PORTS; do
		if etcd_status "$port" |
		   grep -qE '"member_id":"([0-9]+)".*"leader":"\1"'; then
			echo "$port"
		fi
	done
}

etcd_settled() {
	local port

	for port in $ETCD_PORTS; do
		etcd_knows_leader "$port" || return 1
	done
	[[ $(etcd_leader) == 2??9 ]]
}

# The cluster is there before the daemons.
eval "plain_$(declare -f lab_underlay_up)"
lab_underlay_up() {
	local port

	plain_lab_underlay_up
	for port in $ETCD_PORTS; do
		etcd_start "$port"
	done
	lab_until 120 "the cluster" etcd_settled
}

bring_up() {
	modprobe nvo3
	lab_up
	lab_said director1 'standing by' 0 || lab_said director3 'standing by' 0
}

vms_up() {
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 --mac $MAC1
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 --mac $MAC9
	vm_netns "$(vm_id 1 vm1)" >"$LAB/vm1"
	vm_netns "$(vm_id 2 vm9)" >"$LAB/vm9"
	seq_sink "$(<"$LAB/vm1")" 10.9.0.9 $MAC9
	seq_sink "$(<"$LAB/vm9")" 10.9.0.1 $MAC1
	busywait 30 lab_in "$(<"$LAB/vm9")" ping -c 1 -W 1 10.9.0.1
}

change() {	# IP...: of vm1 from now on; done when all have done it, and the other data centre is told
	local last

	last=$(echo | python3 "$LIB_TOP/selftests/system/first_change.py" \
		"$LAB/vcenter1/api.sock" vm1 "$@" | tail -n 1)
	[[ $last == *" "* ]] || fail "no change to $*"
	busywait 30 known_in_dc2 "$@"
}

known_in_dc2() {	# IP...
	local known

	known=$(dctl 2 mappings | grep -oE '"10\.9\.0\.11?(/[0-9]+)?"' | wc -l)
	((known == $#))
}

# TROUBLE AFTERWARDS [ARG]: two functions; the change falls in between.
hitless() {
	local vm1 vm9 began

	vm1=$(<"$LAB/vm1") vm9=$(<"$LAB/vm9")
	seq_taps host1 host4
	seq_send "$vm9" 10.9.0.1 "$HERTZ" 1000
	seq_send "$vm1" 10.9.0.9 "$HERTZ" 1000
	began=$SECONDS
	"$1" "${3-}"
	change 10.9.0.1/24 10.9.0.11/24
	echo "a change is done $((SECONDS - began)) s after the trouble began"
	"$2" "${3-}"
	change 10.9.0.1/24
	seq_sent "$vm9"
	seq_sent "$vm1"
	busywait 20 seq_quiet "$vm1" "$vm9"
	seq_taps_end host1 host4
	seq_whole host4 host1
	seq_whole host1 host4
}

# --- nDirectors

director_gets() {	# SIGNAL
	lab_director 1 >"$LAB/hurt"
	if [[ $1 == STOP ]]; then
		kill -STOP "$(<"$LAB/$(<"$LAB/hurt").pid")"
	else
		lab_signal "$(<"$LAB/hurt")" "$1"
	fi
}

# The other one works, and who was hurt stands by. Who was paused ends when it sees what has become of it.
director_again() {
	local name

	name=$(<"$LAB/hurt")
	assert_eq "$(lab_director 1)" "$([[ $name == director1 ]] && echo director3 || echo director1)" \
		"who works"
	if [[ $1 == STOP ]]; then
		kill -CONT "$(<"$LAB/$name.pid")"
		lab_until 60 "the end of $name" lab_gone "$(<"$LAB/$name.pid")"
		grep 'is not ours any more\|has answered for' "$LAB/$name.log"
	fi
	lab_start "$name"
	assert_eq "$(lab_works "$name" || echo "stands by")" "stands by" "$name"
}

# --- the store's cluster

leader_gets() {	# SIGNAL
	etcd_leader >"$LAB/hurt"
	kill "-$1" "$(<"$LAB/etcd-$(<"$LAB/hurt").pid")"
}

leader_again() {
	assert_ge "$(etcd_leader)" 1 "a new leader's port"
	if [[ $1 == STOP ]]; then
		kill -CONT "$(<"$LAB/etcd-$(<"$LAB/hurt").pid")"
	else
		etcd_start "$(<"$LAB/hurt")"
	fi
	lab_until 60 "the cluster" etcd_settled
}

# --- certificates

serial_of() {	# of what vcenter1 shows
	lab_in vcenter1 openssl s_client -connect 10.1.0.2:6641 </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}

said() {	# WHAT -> how often, in all logs
	cat "$LAB"/*.log | grep -c "$1" || true
}

# A host has a session with its vCenter and one with its nDirector, a vCenter one with the latter: ten are clients'.
all_go_on() {
	local opened

	opened=$(said 'opening another connection')
	((opened >= 10 && $(said 'goes on over another connection') == 2 * opened))
}

# Each session goes on with the new certificates, none ends; others come up with them, too.
all_renewed() {
	local name before ended

	ended=$(said ' ended: ')
	before=$(serial_of)
	for name in $LAB_NODES; do
		lab_certificate "$name"
		kill -HUP "$(<"$LAB/$name.pid")"
	done
	for name in $LAB_NODES; do
		lab_until 20 "$name" lab_said "$name" 'certificates were read again' 0
	done
	[[ $(serial_of) != "$before" ]] || fail "the old certificate is still shown"
	lab_until 60 "all sessions to go on" all_go_on
	assert_eq "$(said ' ended: ')" "$ended" "sessions that have ended"
}

come_up() {
	lab_signal host2 TERM
	lab_start host2
	lab_until 60 "the servers at vcenter1" lab_servers_up 1
}

take_down() {
	[[ -z ${NVO3_EXCHANGE-} ]] || cp "$LAB"/*.log "$NVO3_EXCHANGE"
	lab_down
}

plan 9
test_run "two data centres, one with two nDirectors" bring_up
test_run "a VM in each" vms_up
test_run "the nDirector that works is killed" hitless director_gets director_again KILL
test_run "the one that took over is stopped" hitless director_gets director_again TERM
test_run "the one that works is paused for longer than its lease" hitless director_gets director_again STOP
test_run "the cluster's leader is killed" hitless leader_gets leader_again KILL
test_run "the cluster's leader is paused" hitless leader_gets leader_again STOP
test_run "all certificates are renewed" hitless all_renewed come_up
test_run "all is taken down" take_down
