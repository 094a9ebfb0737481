#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# One access device carries several ports, each in its own VN: VLAN 10 in VN 100,
# VLAN 20 in VN 200, untagged in VN 300. All use the same addresses.
#
#	[vm1] eth0, eth0.10, eth0.20 ---- p1 [h1] ==== [h2] p2 ---- eth0, .10, .20 [vm2]
#
. "$(dirname "$0")/overlay.sh"

# The tag of a VLAN is taken off before the tunnel and put on behind it.
tags_stay_local() {
	capture_start tunnel h1 ul0 udp port 4789
	capture_start port h2 p2 vlan 10
	ping_ok vm1 10.10.0.2
	capture_until port 2 'vlan 10 and icmp'
	capture_until tunnel 2
	capture_stop tunnel
	capture_stop port
	# 50 bytes before the inner frame, its type 12 bytes into it.
	fails capture_has tunnel 1 'udp[28:2] = 0x8100'
}

# What is sent in VLAN 20 does not come out in VLAN 10, nor untagged.
vns_are_apart() {
	capture_start all vm2 eth0 icmp or 'vlan and icmp'
	ping_ok vm1 10.20.0.2
	capture_until all 2 'vlan 20 and icmp'
	capture_stop all
	fails capture_has all 1 'vlan 10'
	fails capture_has all 1 icmp
}

ETH="02:00:00:00:00:02 02:00:00:00:00:01"
IP4="0800 4500 0014 0000 0000 4000 0000 0a000001 0a000002"

foreign_tags() {
	dropped_for h1 port-vlan 1 frame vm1 eth0 "$ETH 8100 001e $IP4"
	dropped_for h1 port-vlan 1 frame vm1 eth0 "$ETH 88a8 000a $IP4"
	dropped_for h1 port-vlan 1 frame vm1 eth0 "$ETH 8100 000a 8100 0014 $IP4"
}

# A priority tag is no VLAN.
priority_tag() {
	local before

	before=$(stat_of rx_packets h1 vn show dev nve0 vni 300)
	frame vm1 eth0 "$ETH 8100 a000 $IP4"
	busywait 30 more_than "$before" h1 vn show dev nve0 vni 300
}

more_than() {
	local before=$1

	shift
	(($(stat_of rx_packets "$@") > before))
}

one_port_goes() {
	run_cmd nvo3 -n h1 port del dev p1 vlan 10
	ping_lost vm1 10.10.0.2
	ping_ok vm1 10.20.0.2
	run_cmd nvo3 -n h1 port add dev p1 vlan 10 vni 100 mac "$(mac 1)"
	ping_ok vm1 10.10.0.2
}

module_load
modprobe 8021q
underlay_add
host_add 1 2
for host in 1 2; do
	nve_add "$host"
	vm_add "$host" "h$host"
	for vlan in 10 20; do
		ip -n "vm$host" link add link eth0 name "eth0.$vlan" type vlan id "$vlan"
		ip -n "vm$host" link set "eth0.$vlan" up
		addr_add "vm$host" "eth0.$vlan" "10.$vlan.0.$host/24"
	done
	other=$((3 - host))
	for port in "100 vlan 10" "200 vlan 20" "300"; do
		read -r vni vlan <<<"$port"
		cat <<-END
		vn add dev nve0 vni $vni
		port add dev p$host $vlan vni $vni mac $(mac $host)
		member add dev nve0 vni $vni nve 192.0.2.$other
		map add dev nve0 vni $vni mac $(mac $other) nve 192.0.2.$other
		END
	done >"$LIB_TMP/config"
	nvo3 -n "h$host" -b "$LIB_TMP/config"
done

plan 8
test_run "untagged" ping_ok vm1 10.0.0.2
test_run "VLAN 10" ping_ok vm1 10.10.0.2
test_run "VLAN 20" ping_ok vm2 10.20.0.1
test_run "tags stay on their own side" tags_stay_local
test_run "VNs are apart" vns_are_apart
test_run "frames with a foreign, provider or second tag are dropped" foreign_tags
test_run "a priority tag is taken as untagged" priority_tag
test_run "one port goes, the others stay" one_port_goes
