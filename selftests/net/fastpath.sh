#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 240
# Both ways through carry the same: ping and TCP over IPv4 and IPv6, equal outer
# packets; counters prove which way was taken.
. "$(dirname "$0")/ways.sh"

pings() {
	ping_goes h1 fast fast vm1 10.0.0.2
	ping_goes h2 fast fast vm4 10.0.0.3
	ping_goes h1 fast fast vm3 fd00::4
}

pings_compat() {
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath off
	ways_mark h1
	ping_ok vm1 10.0.0.2
	ping_ok vm3 10.0.0.4
	went h1 tx=off
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
	warm_up
}

# bulk FROM TO ADDR: TCP, frames of nearly 64 KB, all the fast way.
bulk() {
	in_ns "vm$1" sysctl -qw net.ipv4.tcp_tso_rtt_log=30
	bg "iperf$2" netns_run "vm$2" iperf3 -s -1
	busywait 60 in_ns "vm$2" grep -q ':1451 .* 0A ' /proc/net/tcp6
	ways_mark h1
	capture_start "bulk$1" h1 ul0 -c 20 "udp port 4789 and greater 60000"
	run_cmd in_ns "vm$1" iperf3 -c "$3" -n 8M --forceflush
	capture_until "bulk$1" 5
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf$2.pid")"
	went h1 tx=fast rx=fast
}

# Headers of what frames_out sends, but for the identification and the sum over it.
outer_fields() {
	capture_show "$1" 'udp.dstport == 22136 or eth.type == 0x88b5' -T fields \
		-e eth.src -e eth.dst -e ip.src -e ip.dst -e ip.ttl \
		-e ip.dsfield -e ip.flags -e ip.len -e ipv6.src -e ipv6.dst -e ipv6.hlim \
		-e ipv6.tclass -e ipv6.flow -e ipv6.plen -e udp.srcport -e udp.dstport \
		-e udp.length -e udp.checksum -e vxlan.flags -e vxlan.vni -e vxlan.reserved8 \
		-e geneve.flags -e geneve.vni -e gre.flags_and_version -e gre.key
}

# frames_out: one of each kind to both families: IPv4 with ECN marks, IPv6, none of these.
frames_out() {
	local udp="1234 5678 000c 0000 01020304" ip6=fd000000000000000000000000000001
	local to eth from vm

	for to in "1 2" "3 4"; do
		read -r from eth <<<"$to"
		vm=vm$from
		eth="$(mac "$eth") $(mac "$from")"
		frame "$vm" eth0 "$eth 0800 45020020000040004011 0000 0a000001 0a000002 $udp"
		frame "$vm" eth0 "$eth 86dd 60300000 000c 11 40 $ip6$ip6 $udp"
		frame "$vm" eth0 "$eth 88b5 00112233445566778899"
	done
}

# The same by IP.
bulk_compat() {
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath off
	run_cmd nvo3 -n h2 nve set dev nve0 fastpath off
	bg iperf5 netns_run vm2 iperf3 -s -1
	busywait 60 in_ns vm2 grep -q ':1451 .* 0A ' /proc/net/tcp6
	capture_start bulk5 vm2 eth0 -c 5 greater 60000
	run_cmd in_ns vm1 iperf3 -c 10.0.0.2 -n 8M --forceflush
	capture_until bulk5 5
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf5.pid")"
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
	run_cmd nvo3 -n h2 nve set dev nve0 fastpath auto
	warm_up
}

# With each encapsulation, VXLAN last.
encaps_out() {
	local encap

	for encap in geneve nvgre vxlan; do
		nvo3 -n h1 -b - <<-END
			map replace dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2 encap $encap
			map replace dev nve0 vni 200 mac $(mac 4) nve 2001:db8::2 encap $encap
		END
		frames_out
	done
}

same_outer() {
	local fast compat

	capture_start same h1 ul0 -Q out \
		udp port 4789 or udp port 6081 or proto gre or ip6 proto 47
	ways_mark h1
	encaps_out
	# Answers come in too.
	ways_since h1
	unset "GREW[rx fast]" "GREW[tx fast]"
	((${#GREW[@]} == 0)) || fail "not all fast: ${!GREW[*]}"
	capture_until same 18
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath off
	encaps_out
	capture_until same 36
	run_cmd nvo3 -n h1 nve set dev nve0 fastpath auto
	capture_stop same
	outer_fields same >"$LIB_TMP/same"
	cat "$LIB_TMP/same"
	fast=$(head -n 18 "$LIB_TMP/same")
	compat=$(tail -n +19 "$LIB_TMP/same")
	assert_eq "$(wc -l <"$LIB_TMP/same")" 36 packets
	[[ $fast == "$compat" ]] || fail "the ways differ"
	[[ -z $(capture_show same 'ip.checksum.status != 1 and ip.src == 192.0.2.1' \
		-o ip.check_checksum:TRUE) ]] || fail "a bad IPv4 checksum"
	warm_up
}

without_checksums() {
	run_cmd nvo3 -n h1 nve set dev nve0 csum off
	run_cmd nvo3 -n h2 nve set dev nve0 csum off
	capture_start zero h1 ul0 udp port 4789
	ping_goes h1 fast fast vm1 10.0.0.2
	ping_goes h1 fast fast vm3 10.0.0.4
	capture_until zero 2 'ip and udp[6:2] = 0'
	capture_until zero 2 'ip6 and ip6[46:2] = 0'
	capture_stop zero
	run_cmd nvo3 -n h1 nve set dev nve0 csum on
	run_cmd nvo3 -n h2 nve set dev nve0 csum on
}

# The hooks of NVGRE are nobody's in the way of the others.
two_hosts accept vxlan,geneve,nvgre

plan 8
test_run "both hosts and families come to go fast" warm_up
test_run "pings go fast" pings
test_run "fastpath off: all by IP" pings_compat
test_run "TCP over IPv4, GSO kept" bulk 1 2 10.0.0.2
test_run "TCP over IPv6, GSO kept" bulk 3 4 fd00::4
test_run "TCP by IP, GSO kept" bulk_compat
test_run "outer packets are the same by both ways" same_outer
test_run "without outer checksums" without_checksums
