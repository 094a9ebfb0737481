#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# A tenant system goes from one VLAN of its access device to another while numbered frames pass, both ways: a second port
# with a newer epoch takes its mapping over, then it speaks there, then the first port goes. Nothing is lost,
# doubled or out of order.
#
#	[vm1] eth0.10, eth0.20 ---- p1 [h1] ==== [h2] p2 ---- eth0 [vm2]
#
. "$(dirname "$0")/overlay.sh"
CHANGES=6 HERTZ=${NVO3_HERTZ:-400}

probes_begin() {
	local host

	for host in 1 2; do
		rm -f "$LIB_TMP/tap-$host"
		bg "tap-$host" netns_run "h$host" seq_probe tap "$LIB_TMP/tap-$host" p
		busywait 10 test -e "$LIB_TMP/tap-$host"
	done
	bg send-1 netns_run vm1 seq_probe send 10.0.0.2 "$HERTZ" 9
	bg send-2 netns_run vm2 seq_probe send 10.0.0.1 "$HERTZ" 9
}

came() {	# at both tenant systems
	link_stat vm1 eth0 rx_packets
	link_stat vm2 eth0 rx_packets
}

quiet() {
	local before

	before=$(came)
	read -r -t 0.3 -u "$LIB_NEVER" || true
	[[ $(came) == "$before" ]]
}

probes_end() {
	bg_stop send-1
	bg_stop send-2
	busywait 20 quiet
	bg_stop tap-1
	bg_stop tap-2
	cat "$LIB_TMP"/tap-?.log
	python3 -B "$LIB_TOP/selftests/system/seq_whole.py" "$LIB_TMP/tap-1" "$LIB_TMP/tap-2"
	python3 -B "$LIB_TOP/selftests/system/seq_whole.py" "$LIB_TMP/tap-2" "$LIB_TMP/tap-1"
}

heard_on() {	# VLAN COUNT: the port there has had more frames than that from the tenant system
	local text

	text=$(nvo3 -n h1 -s port show | grep -A 1 "^dev p1 vlan $1 ")
	(($(number_behind rx_packets "$text") > $2))
}

to_vlan() {	# NEW OLD EPOCH
	run_cmd nvo3 -n h1 port add dev p1 vlan "$1" vni 100 mac "$(mac 1)" epoch "$3"
	ip -n vm1 route replace 10.0.0.0/24 dev "eth0.$1" src 10.0.0.1
	busywait 20 heard_on "$1" 5
	run_cmd nvo3 -n h1 port del dev p1 vlan "$2"
}

changed_live() {
	local i

	probes_begin
	for ((i = 1; i <= CHANGES; i++)); do
		to_vlan $((i % 2 ? 20 : 10)) $((i % 2 ? 10 : 20)) $((i + 1))
	done
	probes_end
}

# Without a newer epoch the first port keeps the address, and the frames.
not_without_a_newer_epoch() {
	probes_begin
	fails_with "belongs to the port on p1" \
		nvo3 -n h1 port add dev p1 vlan 20 vni 100 mac "$(mac 1)"
	fails_with "is held elsewhere" nvo3 -n h1 port add dev p1 vlan 20 vni 100 mac "$(mac 1)" \
		epoch $((CHANGES + 1))
	probes_end
}

sink() {	# VM DEV...: UDP ends there, and no neighbour is asked for
	local vm=$1 dev

	shift
	in_ns "vm$vm" nft -f - <<-END
		table inet sink {
			chain in {
				type filter hook input priority 0
				udp dport 9 drop
			}
		}
	END
	for dev; do
		ip -n "vm$vm" neigh add "10.0.0.$((3 - vm))" lladdr "$(mac $((3 - vm)))" dev "$dev" nud permanent
	done
}

module_load
modprobe 8021q
underlay_add
host_add 1 2
for host in 1 2; do
	nve_add "$host"
	vm_add "$host" "h$host"
	vm_quiet "$host"
	nvo3 -n "h$host" vn add dev nve0 vni 100
	nvo3 -n "h$host" map add dev nve0 vni 100 mac "$(mac $((3 - host)))" nve "192.0.2.$((3 - host))"
done
nvo3 -n h1 port add dev p1 vlan 10 vni 100 mac "$(mac 1)" epoch 1
nvo3 -n h2 port add dev p2 vni 100 mac "$(mac 2)"
for vlan in 10 20; do
	ip -n vm1 link add link eth0 name "eth0.$vlan" type vlan id "$vlan"
	ip -n vm1 link set "eth0.$vlan" up
done
addr_add vm1 lo 10.0.0.1/32
addr_add vm2 eth0 10.0.0.2/24
ip -n vm1 route add 10.0.0.0/24 dev eth0.10 src 10.0.0.1
sink 1 eth0.10 eth0.20
sink 2 eth0

plan 2
test_run "$CHANGES changes of the VLAN under $HERTZ frames a second each way: none is lost" changed_live
test_run "a port without a newer epoch takes nothing" not_without_a_newer_epoch
