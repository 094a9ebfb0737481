# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Hosts with NVEs and the tenant systems behind them, for the tests of the module.
# A test sources this, and with it lib.sh.
#
#	[vm1] eth0 ---- p1 [hN: nve0] ul0 ---- ulN [ul: bridge] ---- other hosts
#
# Host N is 192.0.2.N and 2001:db8::N in the underlay, whose MTU leaves room for the
# outer headers. Tenant system N has the MAC 02:00:00:00:00:0N, 10.0.0.N, fd00::N.

# Under emulation on a busy machine a decoder takes long to start.
TEST_LIMIT=${TEST_LIMIT:-120}
. "$(dirname "$0")/../lib.sh"

# Packet sockets and tunnel sockets switch branches of the kernel's receive path by
# rewriting its code, which an emulator with several threads now and then gets wrong
# (Oops: int3) when frames pass meanwhile. So both stay switched on.
keep_branches() {
	ns_add branches
	bg branches netns_run branches tcpdump -i lo -w /dev/null >/dev/null
	modprobe vxlan
	ip -n branches link add vx0 up type vxlan id 1 local 127.0.0.1 dstport 4789
	busywait 30 grep -q 'listening on' "$LIB_TMP/branches.log"
}

mac() {
	printf '02:00:00:00:00:%02x' "$1"
}

# The switch of the underlay.
underlay_add() {
	[[ -e /run/netns/branches ]] || keep_branches
	ns_add ul
	ip -n ul link add name sw up mtu 1600 type bridge mcast_snooping 0
}

# host_add N...
host_add() {
	local n

	for n; do
		ns_add "h$n"
		host_connect "$n"
	done
}

# host_connect N: the host's device in the underlay, with its addresses.
host_connect() {
	ip link add ul0 mtu 1600 netns "h$1" type veth peer name "ul$1" mtu 1600 netns ul
	ip -n ul link set "ul$1" up master sw
	ip -n "h$1" -b - <<-END
		link set ul0 up
		address add 192.0.2.$1/24 dev ul0
		address add 2001:db8::$1/64 dev ul0 nodad
	END
}

# nve_add N [WORD]...: the NVE of host N, with both local addresses, up.
declare -A HAS_NVE
nve_add() {
	local n=$1

	shift
	nvo3 -n "h$n" nve add dev nve0 local "192.0.2.$n" local6 "2001:db8::$n" "$@"
	ip -n "h$n" link set nve0 up
	HAS_NVE[h$n]=1
}

# vm_add N HOST: enslaved to the host's NVE, if it has one. The host itself says nothing
# there: its solicitations of IPv6 routers would be among the frames that tests count.
vm_add() {
	local n=$1 host=$2

	ns_add "vm$n"
	ip link add "p$n" netns "$host" type veth \
		peer name eth0 address "$(mac "$n")" netns "vm$n"
	ip -n "$host" link set "p$n" up addrgenmode none ${HAS_NVE[$host]+master nve0}
	ip -n "vm$n" -b - <<-END
		link set eth0 up
		address add 10.0.0.$n/24 dev eth0
		address add fd00::$n/64 dev eth0 nodad
	END
}

# vm_quiet N...: it neither speaks nor answers by itself.
vm_quiet() {
	local n

	for n; do
		in_ns "vm$n" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
		ip -n "vm$n" address flush dev eth0
	done
}

# packets TEST: that function of the program beside this script, NAME.py.
packets() {
	python3 -B "$LIB_TOP/selftests/net/$LIB_NAME.py" "$1"
}

# drops HOST REASON: the counter, 0 if it has not happened.
drops() {
	number_behind "$2" "$(nvo3 -n "$1" -s nve show dev nve0)"
}

# stat_of NAME HOST OBJECT WORD...: a counter of one port or VN.
stat_of() {
	local name=$1 host=$2

	shift 2
	number_behind "$name" "$(nvo3 -n "$host" -s "$@")"
}

# number_behind WORD TEXT
number_behind() {
	if [[ $2 =~ (^|[[:space:]])"$1 "([0-9]+) ]]; then
		echo "${BASH_REMATCH[2]}"
	else
		[[ $2 == dev* ]] && echo 0
	fi
}

# dropped_for HOST REASON COUNT COMMAND...: the command makes that many drops, at least.
dropped_for() {
	local host=$1 reason=$2 count=$3 before

	shift 3
	before=$(drops "$host" "$reason")
	echo "+ $*   (must be dropped for $reason)"
	"$@"
	busywait 30 drops_reach "$host" "$reason" $((before + count))
}

drops_reach() {
	local now

	now=$(drops "$1" "$2")
	((now >= $3)) || {
		echo "$2: $now of $3"
		return 1
	}
}

# frame NS DEV HEX [COUNT]: send a frame as it is; blanks and colons do not count.
frame() {
	in_ns "$1" frame_send "$2" "${3//[ :]/}" ${4+"$4"}
}

# tunnel_send NS ADDR HEX [UDP_SEND-OPTION]...: a UDP payload to port 4789.
tunnel_send() {
	local ns=$1 addr=$2 hex=${3//[ :]/}

	shift 3
	in_ns "$ns" udp_send "$@" "$addr" 4789 "$hex"
}
