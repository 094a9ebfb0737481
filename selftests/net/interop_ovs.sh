#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12 6.1
# limit: 400
# nvo3 and Open vSwitch, its daemons and its kernel datapath, understand each other: VXLAN and
# Geneve, over IPv4 and IPv6 at once, by each of nvo3's ways.
#
#	[vm1] -- p1 \                                     / [vm2]  VXLAN over IPv4, VN 100
#	[vm3] -- p3 - [h1: nve0] ==== underlay ==== [h2: OVS] - [vm4]  VXLAN over IPv6, VN 200
#	[vm5] -- p5 -                                     - [vm6]  Geneve over IPv4, VN 300
#	[vm7] -- p7 /                                     \ [vm8]  Geneve over IPv6, VN 400
#
# A bridge of OVS for each VN, with a tunnel port that has a remote_ip and a key. On 6.1 its module
# puts hooks of conntrack into every namespace, for which "auto" would leave the fast way: so "on".
. "$(dirname "$0")/interop.sh"
OVS=$LIB_TMP/ovs

# Started right after boot, Open vSwitch 3.1 has no thread for what its datapath asks (its log:
# "Overriding n-handler-threads to 0") and nothing passes; from ten seconds of uptime on it has.
ovs_can_count() {
	local up

	read -r up _ </proc/uptime
	((${up%.*} > 10))
}

ovs_start() {
	busywait 20 ovs_can_count
	export OVS_RUNDIR=$OVS OVS_LOGDIR=$OVS OVS_DBDIR=$OVS OVS_SYSCONFDIR=$OVS
	mkdir "$OVS"
	ovsdb-tool create "$OVS/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	bg ovsdb ip netns exec h2 ovsdb-server --remote="punix:$OVS/db.sock" \
		--unixctl="$OVS/ovsdb.ctl" "$OVS/conf.db"
	busywait 30 test -S "$OVS/db.sock"
	bg vswitchd ip netns exec h2 ovs-vswitchd --unixctl="$OVS/vswitchd.ctl" "unix:$OVS/db.sock"
	ovs_set init
}

# What was asked for is there when it returns.
ovs_set() {
	ovs-vsctl --timeout=60 --db="unix:$OVS/db.sock" -- "$@"
}

# ovs_bridge VNI TYPE REMOTE VM [OPTION]...: words of one ovs-vsctl.
ovs_bridge() {
	echo "-- add-br br$1 -- add-port br$1 p$4 -- add-port br$1 tun$1 \
		-- set interface tun$1 type=$2 options:remote_ip=$3 options:key=$1 ${*:5}"
}

# by on|off TEST: tunnel packets go that way, and only that one.
by() {
	local way=$1 before after

	shift
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath "$way"
	before=$(fast)
	"$@"
	after=$(fast)
	case $way in
	on) assert_ge "$after" $((before + 1)) "packets by the fast way" ;;
	off) assert_eq "$after" "$before" "packets by the fast way" ;;
	esac
}

fast() {
	local json

	json=$(nvo3 -n h1 -j -s nve show dev nve0)
	[[ $json =~ \"tx_fast\":([0-9]+).*\"rx_fast\":([0-9]+) ]]
	echo $((BASH_REMATCH[1] + BASH_REMATCH[2]))
}

pings() {
	both_ways 1 2
	both_ways 3 4
	both_ways 5 6
	both_ways 7 8
}

ovs_stop() {
	bg_stop vswitchd
	bg_stop ovsdb
	# What the daemon leaves to the kernel on purpose, so that a restart loses no packets.
	in_ns h2 ovs-dpctl del-dp ovs-system
	rmmod vport_vxlan vport_geneve openvswitch 2>/dev/null || true
}

module_load
modprobe -a openvswitch geneve
underlay_add
host_add 1 2
nve_add 1 accept vxlan,geneve
for vm in 1 3 5 7; do
	vm_add $vm h1
	vm_add $((vm + 1)) h2
done
vn_add 100 1 2 192.0.2.2
vn_add 200 3 4 2001:db8::2
vn_add 300 5 6 192.0.2.2 encap geneve
vn_add 400 7 8 2001:db8::2 encap geneve
ovs_start
# shellcheck disable=SC2046 # words on purpose
ovs_set $(ovs_bridge 100 vxlan 192.0.2.1 2
	ovs_bridge 200 vxlan 2001:db8::1 4 options:csum=true
	ovs_bridge 300 geneve 192.0.2.1 6 options:csum=true
	ovs_bridge 400 geneve 2001:db8::1 8)

plan 14
test_run "by IP: ping over each tunnel" by off pings
test_run "by the fast way: ping over each tunnel" by on pings
test_run "by IP: TCP to VXLAN over IPv4, GSO kept" by off bulk 1 2 10.0.0.2 'src 192.0.2.1'
test_run "by IP: TCP from VXLAN over IPv6, GSO kept" by off bulk 4 3 10.0.0.3 'src 2001:db8::2'
test_run "by IP: TCP from Geneve over IPv4, GSO kept" by off bulk 6 5 fd00::5 'src 192.0.2.2'
test_run "by IP: TCP to Geneve over IPv6, GSO kept" by off bulk 7 8 10.0.0.8 'src 2001:db8::1'
test_run "TCP to VXLAN over IPv4, GSO kept" by on bulk 1 2 fd00::2 'src 192.0.2.1'
test_run "TCP from VXLAN over IPv4, GSO kept" by on bulk 2 1 10.0.0.1 'src 192.0.2.2'
test_run "TCP to VXLAN over IPv6, GSO kept" by on bulk 3 4 10.0.0.4 'src 2001:db8::1'
test_run "TCP to Geneve over IPv4, GSO kept" by on bulk 5 6 10.0.0.6 'src 192.0.2.1'
test_run "TCP from Geneve over IPv6, GSO kept" by on bulk 8 7 fd00::7 'src 2001:db8::2'
test_run "broadcast and multicast, VXLAN" bum 1 2
test_run "broadcast and multicast, Geneve" bum 7 8
test_run "Open vSwitch ends" ovs_stop
