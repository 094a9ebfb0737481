# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# nvo3 on h1 beside another implementation on h2, over IPv4 (VN 100, vm1 and vm2) and
# over IPv6 (VN 200, vm3 and vm4) at once. A test sources this, and with it overlay.sh.
#
#	[vm1] -- p1 \                                     / br100 -- [vm2]
#	             [h1: nve0] ==== underlay ==== [h2: peer]
#	[vm3] -- p3 /                                     \ br200 -- [vm4]

. "$(dirname "$0")/overlay.sh"

# peer_bridge VNI DEV VM: the other implementation's device, bridged to a tenant system.
peer_bridge() {
	vm_add "$3" h2
	ip -n h2 -b - <<-END
		link add name br$1 type bridge
		link set $2 master br$1 up
		link set dev br$1 up
		link set p$3 master br$1
	END
}

# vn_add VNI VM PEER-VM NVE [WORD]...: a VN on h1; the words are of member and map.
vn_add() {
	local vni=$1 here=$2 there=$3 nve=$4

	shift 4
	nvo3 -n h1 -b - <<-END
		vn add dev nve0 vni $vni
		member add dev nve0 vni $vni nve $nve $*
		port add dev p$here vni $vni mac $(mac "$here")
		map add dev nve0 vni $vni mac $(mac "$there") nve $nve $*
	END
}

# both_ways VM1 VM2
both_ways() {
	ping_ok "vm$1" "10.0.0.$2"
	ping_ok "vm$1" "fd00::$2"
	ping_ok "vm$2" "10.0.0.$1"
}

# bulk FROM TO ADDR FILTER: TCP, and frames larger than the MTU on the underlay.
bulk() {
	local name=bulk$1$2

	bg "iperf$2" netns_run "vm$2" iperf3 -s -1
	busywait 60 in_ns "vm$2" grep -q ':1451 .* 0A ' /proc/net/tcp6
	# Where all is slow TCP would send two segments at a time.
	in_ns "vm$1" sysctl -qw net.ipv4.tcp_min_tso_segs=8
	capture_start "$name" h1 ul0 -c 20 "$4 and greater 3000"
	run_cmd in_ns "vm$1" iperf3 -c "$3" -n 2M --forceflush
	capture_until "$name" 5
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf$2.pid")"
}

# A broadcast and an IPv6 multicast are answered from the other side.
bum() {
	in_ns "vm$1" ip neigh flush all
	in_ns "vm$2" ip neigh flush all
	run_cmd in_ns "vm$1" arping -c 1 -w 10 -b -I eth0 "10.0.0.$2"
	run_cmd in_ns "vm$2" arping -c 1 -w 10 -b -I eth0 "10.0.0.$1"
	run_cmd in_ns "vm$1" ping -c 1 -W 10 "ff02::1%eth0"
	run_cmd in_ns "vm$2" ping -c 1 -W 10 "ff02::1%eth0"
}
