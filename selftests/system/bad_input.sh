#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# What people and strangers get wrong: each is refused with a sentence that names the culprit,
# and nothing is changed by it.
#
#   vm1 (host1, dc1)   vm9 (host4, dc2)   one VN; a stranger in the router's namespace
. "$(dirname "$0")/../lib.sh"
LAB_TOP=$LIB_TOP LAB=/tmp/lab-bad
# shellcheck source=tools/demo/lab.sh
. "$LIB_TOP/tools/demo/lab.sh"
TEST_LIMIT=240

bring_up() {
	modprobe nvo3
	lab_up
	ctl 1 vn create blue --vni 100
	lab_until 20 "the VN in dc2" vn_known 2 blue
	ctl 1 vm create vm1 --tenant alice --vn blue --server host1 --ip 10.9.0.1/24 \
		--mac 02:00:00:00:00:01
	ctl 2 vm create vm9 --tenant bob --vn blue --server host4 --ip 10.9.0.9/24 \
		--mac 02:00:00:00:00:09
	busywait 20 reachable
	inventory >"$LAB/inventory"
}

reachable() {
	lab_in "$(vm_netns "$(vm_id 1 vm1)")" ping -c 1 -W 1 10.9.0.9
}

inventory() {
	local dc

	for dc in 1 2; do
		ctl $dc vm list
		ctl $dc vn list
		dctl $dc mappings
		dctl $dc placements
	done
	lab_in host1 nvo3 map show dev nve0 | sort
	lab_in host4 nvo3 map show dev nve0 | sort
}

unchanged() {
	inventory | diff - "$LAB/inventory"
	reachable
}

second_vm() {	# SENTENCE DC OPTION...: it is refused and leaves nothing
	local sentence=$1 dc=$2

	shift 2
	fails_with "$sentence" ctl "$dc" vm create twin --tenant alice --vn blue "$@"
	ctl "$dc" vm delete twin 2>/dev/null || true
	busywait 10 unchanged
}

bad_requests() {
	fails_with "green" ctl 1 vm create x --tenant alice --vn green
	fails_with "nosuch" ctl 1 vm create x --tenant alice --vn blue --server nosuch
	fails_with "nosuch" ctl 1 vm start nosuch
	fails_with "vni" ctl 1 vn create red --vni 16777216
	fails_with "100" ctl 1 vn create red --vni 100
	fails_with "blue" ctl 1 vn create blue --vni 101
	fails_with "blue" ctl 1 vn delete blue
	fails_with "10.9.0.300" ctl 1 vm create x --tenant alice --vn blue --ip 10.9.0.300/24
	fails_with "01:00:00:00:00:01" ctl 1 vm create x --tenant alice --vn blue \
		--mac 01:00:00:00:00:01
	fails_with "cpus" ctl 1 vm create x --tenant alice --vn blue --server host1 --cpus 1000
	unchanged
}

broken_conf() {	# PROGRAM NAME SED SENTENCE
	sed "$3" "$LAB/$2.conf" >"$LAB/broken.conf"
	fails_with "$4" "$1" -t -c "$LAB/broken.conf"
}

broken_configuration() {
	local program name

	for name in vcenter1 director1 host1; do
		program=$(lab_program $name)
		run_cmd "$program" -t -c "$LAB/$name.conf"
		broken_conf "$program" $name 's/^dc = .*/dc = 7;/' "broken.conf:1: "
		broken_conf "$program" $name 's/^name = .*/nmae = "x";/' "name"
		broken_conf "$program" $name 's/^name = "/name = /' "broken.conf:"
		fails_with "/nosuch.conf" "$program" -t -c /nosuch.conf
	done
	broken_conf ndirectord director1 's/dc_id = 1/dc_id = 256/' "broken.conf:"
	broken_conf nvo3d host1 's/10.1.0.11/10.1.0.1111/' "10.1.0.1111"
	broken_conf nvo3d host1 's/netns/hyperv/' "hyperv"
}

# Another name, another role; one that is over is lib's test_chan_tls.c.
bad_certificate() {	# SENTENCE PKI-DIRECTORY CERTIFICATE
	sed "s,$LAB/pki/host2\.,$2/$3.,g; s,$LAB/pki/ca.pem,$2/ca.pem,; s,state = .*,state = \"$LAB/evil\";," \
		"$LAB/host2.conf" >"$LAB/evil.conf"
	fails_with "$1" timeout 15 nsenter --net=/run/netns/host2 "$LAB_BIN/nvo3d" -c "$LAB/evil.conf"
}

certificates() {
	lab_signal host2 TERM
	bad_certificate "host1" "$LAB/pki" host1
	bad_certificate "nve" "$LAB/pki" vcenter1
	lab_start host2
	unchanged
}

# Signed by a CA of his own he may think himself anybody; nobody else does.
foreign_ca() {
	nvo3ctl pki init "$LAB/foreign"
	nvo3ctl pki issue "$LAB/foreign" host2 --san nvo3://dc1/vserver/host2 \
		--san nvo3://dc1/nve/host2
	lab_signal host2 TERM
	sed "s,$LAB/pki/,$LAB/foreign/,g; s,state = .*,state = \"$LAB/evil\";," "$LAB/host2.conf" \
		>"$LAB/evil.conf"
	bg evil nsenter --net=/run/netns/host2 "$LAB_BIN/nvo3d" -c "$LAB/evil.conf"
	busywait 20 grep -i "certificate" "$LIB_TMP/evil.log"
	busywait 20 grep -i "certificate\|handshake" "$LAB/director1.log"
	bg_stop evil
	lab_start host2
	unchanged
}

noise() {	# ADDR: whatever comes on the port, the daemon stays
	head -c 100000 /dev/urandom | timeout 10 nsenter --net=/run/netns/router \
		socat -u - "TCP:$1,connect-timeout=5" || true
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 nsenter --net=/run/netns/router \
		socat - "TCP:$1,connect-timeout=5" || true
}

strangers() {
	local addr name

	for addr in 10.1.0.2:6641 10.1.0.2:6640 10.1.0.3:6651 10.1.0.3:6650 10.1.0.11:6660; do
		noise $addr
	done
	for name in vcenter1 director1 host1; do
		kill -0 "$(<"$LAB/$name.pid")" || fail "$name is gone"
	done
	unchanged
}

api_without_certificate() {
	fails lab_in router curl -sk --max-time 10 https://10.1.0.2:6640/api/v1/vms
	fails lab_in router curl -sk --max-time 10 --cert "$LAB/pki/host1.pem" \
		--key "$LAB/pki/host1.key" -f https://10.1.0.2:6640/api/v1/vms
	run_cmd lab_in router curl -sf --max-time 10 --cacert "$LAB/pki/ca.pem" -k \
		--cert "$LAB/pki/operator.pem" --key "$LAB/pki/operator.key" \
		https://10.1.0.2:6640/api/v1/vms
}

plan 10
test_run "two data centres, a VM in each" bring_up
test_run "a second VM with the MAC is refused" second_vm "02:00:00:00:00:01" 1 --mac 02:00:00:00:00:01
test_run "a second VM with the MAC is refused in the other DC" \
	second_vm "02:00:00:00:00:01" 2 --mac 02:00:00:00:00:01
test_run "a second VM with the IP is refused in the other DC" second_vm "10.9.0.1" 2 --ip 10.9.0.1/24
test_run "requests that make no sense are refused" bad_requests
test_run "a broken configuration is refused by file and line" broken_configuration
test_run "a certificate of somebody else is refused" certificates
test_run "a certificate of a foreign CA is refused" foreign_ca
test_run "noise on the ports harms nobody" strangers
test_run "the API wants an operator's certificate" api_without_certificate
lab_down
