#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 300
# A path that is too narrow: what the NVE learns of it, and what it tells its tenant.
# The router's way to h2 has an MTU of 1400, everything else has room.
#
#	[vm1] -- p1 [h1: nve0] ==== r ==1400== [h2: nve0] p2 -- [vm2]
#
. "$(dirname "$0")/overlay.sh"

# host N: between r and hN, with its NVE and tenant system.
host() {
	local n=$1 mtu=$2 other=$((3 - $1))

	ns_add "h$n"
	link_add "h$n" ul0 r "r$n"
	ip -n "h$n" link set ul0 mtu "$mtu"
	ip -n r link set "r$n" mtu "$mtu"
	addr_add r "r$n" "10.9.$n.254/24" "2001:db8:$n::ff/64"
	addr_add "h$n" ul0 "10.9.$n.1/24" "2001:db8:$n::1/64"
	ip -n "h$n" route add default via "10.9.$n.254"
	ip -n "h$n" route add default via "2001:db8:$n::ff"
	nvo3 -n "h$n" nve add dev nve0 local "10.9.$n.1" local6 "2001:db8:$n::1" \
		accept vxlan,geneve,nvgre df inherit
	ip -n "h$n" link set nve0 up
	HAS_NVE[h$n]=1
	vm_add "$n" "h$n"
	ip -n "vm$n" neigh add "10.0.0.$other" lladdr "$(mac "$other")" dev eth0
	ip -n "vm$n" neigh add "fd00::$other" lladdr "$(mac "$other")" dev eth0
	nvo3 -n "h$n" vn add dev nve0 vni 100
	nvo3 -n "h$n" port add dev "p$n" vni 100 mac "$(mac "$n")"
}

# path WORD...: both ways, with these words about the encapsulation.
path() {
	local n other net=$1

	shift
	for n in 1 2; do
		other=$((3 - n))
		nvo3 -n "h$n" map replace dev nve0 vni 100 mac "$(mac "$other")" \
			nve "${net//N/$other}" "$@"
		ip -n "vm$n" route flush cache
		ip -n "vm$n" -6 route flush cache
	done
}

V4=10.9.N.1
V6=2001:db8:N::1

# told ADDR MTU: vm1 learns that MTU; the first ping of all may only teach the NVE.
told() {
	busywait 30 is_told "$@"
}

is_told() {
	local output

	output=$(in_ns vm1 ping -c 2 -i 0.2 -W 2 -M "do" -s 1440 "$1" 2>&1)
	echo "$output"
	[[ $output == *"mtu"?(" ")"="?(" ")"$2"* ]]
}

# Over IPv4 the outer headers are 50 bytes (NVGRE 42), over IPv6 70 (62); h1's own link
# has 1600.
learned() {
	path "$1" "${@:4}"
	told 10.0.0.2 "$2"
	told fd00::2 "$3"
	ping_ok vm1 10.0.0.2 -M "do" -s $(($2 - 28))
	ping_ok vm1 fd00::2 -M "do" -s $(($2 - 48))
}

# What its sender lets be fragmented arrives, cut outside.
fragmented() {
	path "$1"
	in_ns vm1 sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	ping_ok vm1 10.0.0.2 -M dont -s 1440
	ping_ok vm1 10.0.0.2 -M dont -s 1472
	in_ns vm1 sysctl -qw net.ipv4.ip_no_pmtu_disc=0
	run_cmd nvo3 -n h1 nve set dev nve0 df set
	dropped_for h1 path-mtu 1 in_ns vm1 ping -c 1 -W 1 -M dont -s 1472 10.0.0.2 || true
	run_cmd nvo3 -n h1 nve set dev nve0 df inherit
}

# TCP finds its way, whatever it believed first.
tcp() {
	path "$1"
	bg iperf netns_run vm2 iperf3 -s -1
	busywait 60 in_ns vm2 grep -q ':1451 .* 0A ' /proc/net/tcp6
	run_cmd in_ns vm1 iperf3 -c "$2" -n 2M --forceflush
	busywait 30 lib_gone "$(<"$LIB_TMP/iperf.pid")"
}

# mss ADDR VALUE: of the SYN that vm2 gets.
mss() {
	path "$V4"
	run_cmd nvo3 -n h1 nve set dev nve0 mss-clamp on
	capture_start "syn$2" vm2 eth0 tcp or ip6
	in_ns vm1 /usr/bin/python3 -c "
import socket
s = socket.socket(socket.AF_INET6 if ':' in '$1' else socket.AF_INET)
try:
    s.connect(('$1', 9))
except ConnectionRefusedError:
    print('refused, so the checksum was right')" | grep refused
	busywait 10 syn_has "$2"
	capture_stop "syn$2"
	run_cmd nvo3 -n h1 nve set dev nve0 mss-clamp off
}

syn_has() {
	tcpdump -n -v -r "$LIB_TMP/syn$1.pcap" 2>/dev/null | grep "mss $1,"
}

# Errors, fragments, broadcast and nonsense are never answered; a tunnel of the tenant
# system's own is.
unanswered() {
	path "$V4"
	capture_start answers vm1 eth0 'icmp[0:2] = 0x304 or (ip6 and ip6[6] = 58 and ip6[40] = 2)'
	in_ns vm1 /usr/bin/python3 - <<-'END'
		import socket, struct
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		def mac(n): return bytes([2, 0, 0, 0, 0, n])
		def ip(proto, body, src="10.0.0.1", dst="10.0.0.2", frag=0x4000, ihl=5, total=None):
		    head = struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, 0, total or 20 + len(body), 1,
		                       frag, 64, proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
		    return b"\x08\x00" + head + body
		def ip6(proto, body, src="fd00::1", dst="fd00::2"):
		    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(body), proto, 64) + \
		        socket.inet_pton(socket.AF_INET6, src) + \
		        socket.inet_pton(socket.AF_INET6, dst) + body
		big = bytes(1420)
		def send(packet, to=mac(2)): s.send(to + mac(1) + packet)
		send(ip(1, b"\x03" + big))			# an ICMP error
		send(ip(17, big, frag=0x4005))			# a later fragment
		send(ip(17, big, src="0.0.0.0"))
		send(ip(17, big, src="224.0.0.1"))
		send(ip(17, big, dst="255.255.255.255"))
		send(ip(17, big, dst="224.0.0.1"))
		send(ip(17, big), to=b"\xff" * 6)
		send(ip(17, big, ihl=4))
		send(ip(17, big, ihl=15, total=40))
		send(ip6(58, b"\x01" + big))			# an ICMPv6 error
		send(ip6(17, big, src="::"))
		send(ip6(17, big, src="ff02::1"))
		send(ip6(17, big, dst="ff02::1"))
		send(b"\x08\x00" + b"\x45" + big)
		send(b"\x12\x34" + big)
		send(ip(17, big, src="10.0.0.99"))		# the one that is answered
	END
	capture_until answers 1 'dst 10.0.0.99'
	capture_stop answers
	fails capture_has answers 2
}

module_load
ns_add r
in_ns r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
host 1 1600
host 2 1400

plan 12
test_run "VXLAN over IPv4: learned and told" learned "$V4" 1350 1350
test_run "VXLAN over IPv6: learned and told" learned "$V6" 1330 1330
test_run "Geneve over IPv4: learned and told" learned "$V4" 1350 1350 encap geneve
test_run "NVGRE over IPv4: known and told" learned "$V4" 1358 1358 encap nvgre
test_run "NVGRE over IPv6: known and told" learned "$V6" 1338 1338 encap nvgre
test_run "fragmented over IPv4 if its sender lets it" fragmented "$V4"
test_run "fragmented over IPv6 if its sender lets it" fragmented "$V6"
test_run "TCP over IPv4" tcp "$V4" 10.0.0.2
test_run "TCP over IPv6" tcp "$V6" fd00::2
test_run "mss-clamp of IPv4" mss 10.0.0.2 1310
test_run "mss-clamp of IPv6" mss fd00::2 1290
test_run "what must not be answered is not" unanswered
