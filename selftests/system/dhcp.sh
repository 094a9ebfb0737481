#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# VMs without addresses of their own get them where they are plugged in: by real clients, at the
# host where they are made and at the one that they move to, and nobody gets another's.
#
#   vm1 (host1)   vm2, gw (host2)   one VN with a subnet of each family, made without a VNI
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-dhcp
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=300
here=$(cd "$(dirname "$0")" && pwd)

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --subnet 10.9.0.0/24 --subnet fd00:9::/64 \
		--gateway 10.9.0.1 --gateway fe80::1 --dns 10.9.0.1 --dns fd00:9::53 \
		--range 10.9.0.10-10.9.0.99 --reserve 10.9.0.10 --domain blue.example --lease 3600
	json_of '.vni >= 4096 and (.subnets | length) == 2' ctl 1 -j vn show blue
	ctl 1 vm create gw --tenant alice --vn blue --server host2 --ip 10.9.0.1/24
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1
	ctl 1 vm create vm2 --tenant alice --vn blue --server host2
	assert_eq "$(ips_of vm1)" "10.9.0.11/24 fd00:9::1/64" "vm1's placement"
	assert_eq "$(ips_of vm2)" "10.9.0.12/24 fd00:9::2/64" "vm2's placement"
	lab_in host1 nvo3 port show | grep " guest on"
	# The gateway's link-local address, for it is a router that some guest made
	in_vm gw ip address add fe80::1/64 dev eth0 nodad
}

ips_of() {	# VM
	ctl 1 -j vm show "$1" | jq -r '.nics[0].ips | join(" ")'
}

# The namespace that a VM is; where it is not known, nothing is done in another one.
ns_of() {	# VM
	local id

	id=$(vm_id 1 "$1")
	[[ -n $id ]] || fail "there is no VM $1"
	vm_netns "$id"
}

in_vm() {	# VM COMMAND...
	local ns

	ns=$(ns_of "$1")
	lab_in "$ns" "${@:2}"
}

has_line() {	# VM TEXT COMMAND...: what the command says there has it
	in_vm "$1" "${@:3}" | grep -q -- "$2"
}

# The kernel's own: no address, but the way to everywhere and what is on the link
by_advertisement() {
	busywait 60 has_line vm1 "default via fe80::1 dev eth0 proto ra" ip -6 route
	busywait 20 has_line vm1 "fd00:9::/64 dev eth0 proto" ip -6 route
	[[ $(in_vm vm1 ip -6 -br address show dev eth0 scope global) != *fd00* ]]
	[[ -z $(in_vm vm1 ip -4 -br address show dev eth0 | awk '{ print $3 }') ]]
}

# dhclient VM -4|-6 [WORD]...: ISC's, until it has an address, which it keeps in the VM
dhclient_in() {
	local vm=$1 family=$2

	in_vm "$vm" timeout 120 dhclient "$family" -1 -v -lf "$LAB/$vm$family.leases" \
		-pf "$LAB/$vm$family.pid" -cf /dev/null "${@:3}" eth0
}

by_dhclient() {
	capture_start vm1 "$(ns_of vm1)" eth0 udp or icmp6
	in_vm vm1 python3 -B "$here/dhcp.py" solicit
	dhclient_in vm1 -4
	has_line vm1 "10.9.0.11/24" ip -4 -br address show dev eth0
	has_line vm1 "default via 10.9.0.1 dev eth0" ip -4 route
	grep "nameserver 10.9.0.1" /etc/resolv.conf
	grep "blue.example" /etc/resolv.conf
	has_line vm1 "mtu 1430" ip link show dev eth0
}

by_dhclient6() {
	busywait 20 no_tentative vm1
	dhclient_in vm1 -6
	has_line vm1 "fd00:9::1/128" ip -6 -br address show dev eth0
	grep "nameserver fd00:9::53" /etc/resolv.conf
}

no_tentative() {
	! has_line "$1" tentative ip -6 address show dev eth0 &&
		has_line "$1" fe80 ip -6 address show dev eth0
}

# busybox's: its script gets what it was told as variables
udhcpc_script() {
	cat <<-'END'
		#!/bin/sh
		echo "$1 $ip/$mask $router $dns $domain $lease $mtu" >>"$UDHCPC_LOG"
		[ "$1" = bound ] || [ "$1" = renew ] || exit 0
		ip address replace "$ip/$mask" dev "$interface"
		ip route replace default via "$router"
	END
}

by_udhcpc() {	# VM: and it stays there
	udhcpc_script >"$LAB/script"
	chmod +x "$LAB/script"
	bg "udhcpc-$1" env UDHCPC_LOG="$LAB/$1.udhcpc" nsenter \
		--net="/run/netns/$(ns_of "$1")" busybox udhcpc -f -i eth0 \
		-s "$LAB/script" -O mtu
	busywait 60 grep "^bound" "$LAB/$1.udhcpc"
}

two_hosts() {
	by_udhcpc vm2
	by_udhcpc gw
	grep "^bound 10.9.0.12/24 10.9.0.1 10.9.0.1 blue.example 3600 1430" "$LAB/vm2.udhcpc"
	grep "^bound 10.9.0.1/24" "$LAB/gw.udhcpc"
	busywait 20 in_vm vm1 ping -c 1 -W 1 10.9.0.12
	dhclient_in vm2 -6
	busywait 20 in_vm vm1 ping -c 1 -W 1 fd00:9::2
}

# To the server's own address, which is the gateway's, whatever MAC address that has
renewed() {
	local pid

	pid=$(<"$LIB_TMP/udhcpc-vm2.pid")
	capture_start renew "$(ns_of vm2)" eth0 udp port 67
	kill -USR1 "$pid"
	busywait 30 grep "^renew 10.9.0.12/24" "$LAB/vm2.udhcpc"
	capture_until renew 2
	capture_stop renew
	capture_show renew "dhcp.option.dhcp == 3 && ip.dst == 10.9.0.1" | grep -c Request
	capture_show renew "dhcp.option.dhcp == 5 && ip.dst == 10.9.0.12" | grep -c ACK
}

# Nothing that was said there is malformed, or has a wrong checksum.
decoded() {
	local bad

	capture_stop vm1
	bad=$(capture_show vm1 "_ws.malformed || _ws.expert.severity >= 0x600000")
	[[ -z $bad ]] || fail "tshark: $bad"
	bad=$(capture_show vm1 "(udp.srcport == 67 || udp.srcport == 547 || icmpv6.type == 134) && (udp.checksum.status == 0 || ip.checksum.status == 0 || icmpv6.checksum.status == 0)" \
		-o udp.check_checksum:TRUE -o ip.check_checksum:TRUE)
	[[ -z $bad ]] || fail "checksums: $bad"
	capture_show vm1 "dhcp.option.dhcp == 5" -T fields -e dhcp.ip.your -e dhcp.option.router \
		-e dhcp.option.domain_name | grep "10.9.0.11.*10.9.0.1.*blue.example"
	capture_show vm1 "icmpv6.type == 134" -T fields -e ipv6.src -e icmpv6.nd.ra.router_lifetime \
		-e icmpv6.opt.prefix -e icmpv6.opt.rdnss | grep "fe80::1.*1800.*fd00:9::.*fd00:9::53"
	capture_show vm1 "dhcpv6.msgtype == 7" -T fields -e dhcpv6.iaaddr.ip \
		-e dhcpv6.search_list_entry -e dhcpv6.dns_server | grep "fd00:9::1.*blue.example.*fd00:9::53"
}

raw() {	# VM TEST ARGUMENT...
	in_vm "$1" python3 -B "$here/dhcp.py" "${@:2}"
}

forged() {	# asks for vm2's address, in all ways there are
	raw vm1 refused 10.9.0.12
	grep "asked for 10.9.0.12, and has 10.9.0.11" "$LAB/host1.log"
}

# The agent answers others all the while; what was too much is counted.
flooded() {
	bg flood nsenter --net="/run/netns/$(ns_of vm1)" python3 -B "$here/dhcp.py" flood
	raw vm2 answered 10.9.0.12
	bg_stop flood
	busywait 20 limited
}

limited() {
	lab_in host1 nvo3 -j -s nve show dev nve0 | grep -q '"guest-rate": *[1-9][0-9][0-9]'
}

# A server of his own: nobody hears it
no_other_server() {
	raw vm1 serve
	lab_in host1 nvo3 -s nve show dev nve0 | grep -q "spoof-dhcp"
}

moved() {
	kill "$(<"$LAB/vm1-4.pid")" "$(<"$LAB/vm1-6.pid")"
	run_cmd ctl 1 vm migrate vm1 --to dc1/host2
	assert_eq "$(ips_of vm1)" "10.9.0.11/24 fd00:9::1/64" "vm1's placement"
	busywait 60 has_line vm1 "default via fe80::1 dev eth0 proto ra" ip -6 route
	# It has its lease, and asks whether that holds here
	dhclient_in vm1 -4 2>&1 | tee "$LAB/again"
	grep "DHCPACK of 10.9.0.11" "$LAB/again"
	fails grep "DHCPDISCOVER" "$LAB/again"
	busywait 20 no_tentative vm1
	dhclient_in vm1 -6 2>&1 | tee "$LAB/again6"
	grep -i "confirm" "$LAB/again6"
	has_line vm1 "fd00:9::1/128" ip -6 -br address show dev eth0
	busywait 20 in_vm vm1 ping -c 1 -W 1 10.9.0.12
}

# What the VN tells is changed, and told at the next renewal.
changed() {
	run_cmd ctl 1 vn set blue --subnet 10.9.0.0/24 --subnet fd00:9::/64 \
		--gateway 10.9.0.1 --gateway fe80::1 --dns 192.0.2.53 --range 10.9.0.10-10.9.0.99 \
		--reserve 10.9.0.10 --domain red.example --lease 3600
	busywait 30 told_anew
	fails_with "is used by" ctl 1 vn set blue --no-subnets
}

told_anew() {
	kill -USR1 "$(<"$LIB_TMP/udhcpc-vm2.pid")"
	grep -q "^renew 10.9.0.12/24 10.9.0.1 192.0.2.53 red.example" "$LAB/vm2.udhcpc"
}

pools() {
	ctl 1 vn show blue
	json_of '.subnets[0].used == 2 and .subnets[0].size == 89' ctl 1 -j vn show blue
	bg_stop udhcpc-vm2
	run_cmd ctl 1 vm delete vm2
	busywait 20 given_back
	ctl 1 vn create tiny --subnet 10.8.0.0/30
	ctl 1 vm create a --tenant alice --vn tiny
	ctl 1 vm create b --tenant alice --vn tiny
	fails_with "the pool of VN tiny, subnet 10.8.0.0/30, range 10.8.0.1-10.8.0.2 is exhausted" \
		ctl 1 vm create c --tenant alice --vn tiny
	fails_with "is taken in VN" ctl 1 vm create c --tenant alice --vn tiny --ip 10.8.0.1/30
}

given_back() {
	json_of '.subnets[0].used == 1' ctl 1 -j vn show blue
}

plan 13
test_run "two data centres, VMs without addresses" bring_up
test_run "router advertisements: the kernel's own client" by_advertisement
test_run "DHCP: ISC's client" by_dhclient
test_run "DHCPv6: ISC's client" by_dhclient6
test_run "DHCP: busybox's client; neighbours on two hosts" two_hosts
test_run "a lease is renewed" renewed
test_run "a decoder finds nothing wrong" decoded
test_run "another's address is refused" forged
test_run "a flood is limited and counted" flooded
test_run "no guest serves others" no_other_server
test_run "a VM that has moved keeps its lease" moved
test_run "what guests are told is changed" changed
test_run "pools: shown, given back, exhausted" pools
lab_down
