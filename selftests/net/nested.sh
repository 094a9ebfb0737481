#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12 6.1
# limit: 240
# NVEs upon NVEs: tenant systems that have an overlay of their own, and one that has itself as its
# underlay.
#
#	[t1] -- t1 [vm1: nve0] eth0 -- p1 [h1: nve0] ==== [h2: nve0] p2 -- eth0 [vm2: nve0] t2 -- [t2]
#
. "$(dirname "$0")/overlay.sh"

# tenant N: behind the NVE of vmN, whose underlay is the VN of the hosts.
tenant() {
	local n=$1 other=$((3 - $1))

	ns_add "t$n"
	nvo3 -n "vm$n" nve add dev nve0 local "10.0.0.$n" local6 "fd00::$n" accept vxlan,geneve,nvgre
	ip -n "vm$n" link set nve0 up
	ip link add "t$n" netns "vm$n" type veth peer name eth0 address "$(mac "2$n")" netns "t$n"
	ip -n "vm$n" link set "t$n" up master nve0
	ip -n "t$n" -b - <<-END
		link set eth0 up mtu 1400
		address add 10.1.0.$n/24 dev eth0
		address add fd01::$n/64 dev eth0 nodad
	END
	nvo3 -n "vm$n" -b - <<-END
		vn add dev nve0 vni 100
		port add dev t$n vni 100 mac $(mac "2$n")
		member add dev nve0 vni 100 nve 10.0.0.$other
	END
}

# inner LOCATOR ENCAP: of the inner overlay.
inner() {
	local n

	for n in 1 2; do
		nvo3 -n "vm$n" map replace dev nve0 vni 100 mac "$(mac "2$((3 - n))")" \
			nve "${1//N/$((3 - n))}" encap "$2"
	done
	ping_ok t1 10.1.0.2 -s 1200
	ping_ok t2 fd01::1
}

# Frames of 64 KB in two levels of tunnel, which nobody can describe: they are cut in time.
bulk() {
	bg iperf ip netns exec t2 iperf3 -s -1
	busywait 60 in_ns t2 grep -q ':1451 .* 0A ' /proc/net/tcp6
	run_cmd in_ns t1 iperf3 -c "$1" -n 2M --forceflush
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf.pid")"
}

# The route of h1's NVE leads into its own port. Each frame becomes a larger one of the same VN, and
# in the end one that does not fit; nothing hangs, and it is over with its cause.
in_a_circle() {
	link_add h1 v0 h1 v1
	ip -n h1 -b - <<-END
		address add 203.0.113.1/24 dev v0
		neigh add 203.0.113.2 lladdr $(mac 0x50) dev v0
		link set v1 master nve0
	END
	nvo3 -n h1 -b - <<-END
		port add dev v1 vni 100
		map add dev nve0 vni 100 mac $(mac 0x50) nve 203.0.113.2
	END
	run_cmd frame vm1 eth0 "$(mac 0x50) $(mac 1) 88b5 $(printf '%0800d' 0)" 20
	# Others still get through, and the circle can be opened.
	ping_ok vm1 10.0.0.2
	run_cmd nvo3 -n h1 map del dev nve0 vni 100 mac "$(mac 0x50)"
	ip -n h1 link del v0
	busywait 20 quiet
	ping_ok vm1 10.0.0.2
}

quiet() {
	local before

	before=$(stat_of encap_packets h1 vn show dev nve0 vni 100)
	[[ $(stat_of encap_packets h1 vn show dev nve0 vni 100) == "$before" ]]
}

module_load
underlay_add
host_add 1 2
for n in 1 2; do
	nve_add "$n"
	vm_add "$n" "h$n"
	nvo3 -n "h$n" -b - <<-END
		vn add dev nve0 vni 100
		port add dev p$n vni 100 mac $(mac "$n") spoof off
		member add dev nve0 vni 100 nve 192.0.2.$((3 - n))
		map add dev nve0 vni 100 mac $(mac $((3 - n))) nve 192.0.2.$((3 - n))
	END
done
tenant 1
tenant 2
inner 10.0.0.N vxlan

plan 6
test_run "VXLAN in VXLAN" inner 10.0.0.N vxlan
test_run "Geneve over IPv6 in VXLAN" inner fd00::N geneve
test_run "NVGRE in VXLAN" inner 10.0.0.N nvgre
test_run "large frames over NVGRE" bulk 10.1.0.2
inner 10.0.0.N vxlan
test_run "large frames over VXLAN" bulk fd01::2
test_run "an NVE that is its own underlay" in_a_circle
