#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# limit: 400
# kernels: long 6.12 6.1
# Frames pass while everything around them changes on the other processor: none is lost,
# nothing is left over.
#
#	[vm1] -- p1 [h1: nve0, profiles 1 and 2] ==== [h2: nve0] p2 -- [vm2]
#	[vm3] -- p3 [VN 200, which asks]
#
TEST_LIMIT=300
. "$(dirname "$0")/overlay.sh"
# shellcheck source=selftests/probe.sh
. "$LIB_TOP/selftests/probe.sh"

host_vn() {	# NVE OTHER
	nvo3 -n "h$1" -b - <<-END
		vn add dev nve0 vni 100
		member add dev nve0 vni 100 nve 192.0.2.$2
		profile add dev nve0 id 1
		profile add dev nve0 id 2 rule permit from-vm proto udp
		port add dev p$1 vni 100 mac $(mac "$1") profile 1
		map add dev nve0 vni 100 mac $(mac "$2") nve 192.0.2.$2
	END
}

macs() {	# FIRST LAST
	local n

	for ((n = $1; n <= $2; n++)); do
		printf '02:77:00:%02x:%02x:%02x\n' $((n >> 16)) $((n >> 8 & 255)) $((n & 255))
	done
}

# The table grows, its entries change and move, it shrinks; the VN of the frames is among it.
write_table() {
	macs 1 8000 >"$LIB_TMP/macs"
	sed "s/.*/map add dev nve0 vni 100 mac & nve 198.51.100.1/" "$LIB_TMP/macs"
	sed "s/.*/map replace dev nve0 vni 100 mac & nve 198.51.100.2/" "$LIB_TMP/macs"
	sed "s/.*/map del dev nve0 vni 100 mac &/" "$LIB_TMP/macs"
}

# The frames' own mapping leads by one family and the other, the member goes and comes.
write_remotes() {
	local n to

	to="map replace dev nve0 vni 100 mac $(mac 2) nve"
	for ((n = 0; n < 200; n++)); do
		printf '%s\n' "$to 2001:db8::2" "member del dev nve0 vni 100 nve 192.0.2.2" \
			"$to 192.0.2.2" "member add dev nve0 vni 100 nve 192.0.2.2"
	done
}

# The rules that judge the frames are others each time, and always let them pass.
write_profiles() {
	local n rule=''

	for ((n = 0; n < 120; n++)); do
		rule+=" rule deny from-vm proto tcp dport $n"
		((n % 30)) || rule=''
		echo "profile replace dev nve0 id $((n % 2 + 1)) default permit$rule"
		echo "port set dev p1 profile $((n % 3 % 2 + 1))"
		((n % 10)) && continue
		# The port leaves the one, which goes with its limits and comes again.
		printf '%s\n' "port set dev p1 profile 2" "port set dev p1 profile 1" \
			"profile del dev nve0 id 2" "profile add dev nve0 id 2 rate 80000000000 \
burst 100000000 rule permit from-vm proto udp" "port set dev p1 profile 2"
	done
}

write_vns() {
	seq 1000 2499 | sed 's/.*/vn add dev nve0 vni &/'
	seq 1000 2499 | sed 's/.*/member add dev nve0 vni & nve 192.0.2.2/'
	seq 1000 2499 | sed 's/.*/vn del dev nve0 vni &/'
}

# Addresses that others send to all the while are asked for, mapped, absent; port and VN go too.
write_misses() {
	local n at

	for ((n = 0; n < 400; n++)); do
		at="dev nve0 vni 200 mac $(mac $((16 + n % ASKED)))"
		printf '%s\n' "map add $at nve 192.0.2.2" "map del $at" \
			"miss absent $at lifetime 60000" "miss forget $at" \
			"vn set dev nve0 vni 200 unknown $( ((n % 3)) && echo ask || echo relay)"
		((n % 20)) && continue
		printf '%s\n' "port del dev p3" "port add dev p3 vni 200"
		((n % 40)) && continue
		printf '%s\n' "port del dev p3" "vn del dev nve0 vni 200" "$ASKING_VN" \
			"member add dev nve0 vni 200 nve 192.0.2.2 relay on" \
			"port add dev p3 vni 200"
	done
}

ASKED=6
ASKING_VN="vn add dev nve0 vni 200 unknown ask hold 3"

ask_all_the_while() {
	local n

	for ((n = 0; n < ASKED; n++)); do
		bg "ask$n" netns_run vm3 frame_send eth0 \
			"$(tr -d : <<<"$(mac $((16 + n)))$(mac 3)")88b5" 1000000000 2000
	done >/dev/null
}

# churn NAME: its file again and again, until it is told to stop.
churn() {
	bg "churn-$1" bash -c "until [[ -e $LIB_TMP/enough ]]; do
		nvo3 -n h1 -b $LIB_TMP/$1 || exit; echo done; done"
}

churned() {	# NAME TIMES
	local times

	times=$(grep -c '^done' "$LIB_TMP/churn-$1.log")
	kill -0 "$(<"$LIB_TMP/churn-$1.pid")" 2>/dev/null || fail "$1: $(bg_log "churn-$1")"
	((times >= $2)) || {
		echo "$1: $times of $2"
		return 1
	}
}

CHURNS="table remotes profiles vns misses"

# nothing_lost FASTPATH: 1,000 frames a second each way, for as long as it takes.
nothing_lost() {
	local name sent1 sent2

	rm -f "$LIB_TMP/enough"
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath "$1"
	probe_start vm1 eth0 10.0.0.1 "$(mac 2)" 10.0.0.2
	probe_start vm2 eth0 10.0.0.2 "$(mac 1)" 10.0.0.1
	for name in $CHURNS; do
		churn "$name"
	done
	run_cmd python3 -B "$LIB_TOP/selftests/net/rounds.py" 10 keep
	for name in $CHURNS; do
		busywait 200 churned "$name" 1
	done
	touch "$LIB_TMP/enough"
	for name in $CHURNS; do
		busywait 60 lib_gone "$(<"$LIB_TMP/churn-$name.pid")"
	done
	sent1=$(probe_stop vm1 eth0)
	sent2=$(probe_stop vm2 eth0)
	assert_ge "$sent1" 2000 "frames sent"
	assert_ge "$sent2" 2000 "frames sent"
	# What was dropped says why, if any is missing.
	nvo3 -n h1 -s nve show dev nve0
	nvo3 -n h2 -s nve show dev nve0
	cat /proc/net/softnet_stat
	probe_all_came vm2 "$sent1"
	probe_all_came vm1 "$sent2"
}

as_before() {
	assert_eq "$(stat_of maps h1 nve show dev nve0)" 2 mappings
	assert_eq "$(nvo3 -n h1 vn show dev nve0 | wc -l)" 2 VNs
	assert_eq "$(nvo3 -n h1 remote show dev nve0 | wc -l)" 1 remotes
}

module_load
underlay_add
host_add 1 2
for n in 1 2; do
	nve_add $n
	vm_add $n h$n
	host_vn $n $((3 - n))
	probe_sink vm$n
done
write_table >"$LIB_TMP/table"
write_remotes >"$LIB_TMP/remotes"
write_profiles >"$LIB_TMP/profiles"
write_vns >"$LIB_TMP/vns"
write_misses >"$LIB_TMP/misses"
vm_add 3 h1
vm_quiet 3
printf '%s\n' "$ASKING_VN" "member add dev nve0 vni 200 nve 192.0.2.2 relay on" \
	"port add dev p3 vni 200" | nvo3 -n h1 -b -
ask_all_the_while

plan 3
test_run "no frame is lost by IP" nothing_lost off
test_run "no frame is lost by the fast way" nothing_lost auto
test_run "all is as before" as_before
