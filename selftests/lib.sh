# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The one thing that a test script sources.
#
#	. "$(dirname "$0")/../lib.sh"
#	plan 2
#	test_run "a name that says what must hold" function [ARG]...
#	test_run "another" function
#
# A test is a function that runs in a subshell under set -e: the first command that
# fails makes it fail, and what it printed is shown. At the end of the script comes
# one more test of its own: everything was given back, the module can be unloaded,
# and the kernel did not complain. Processes (bg), namespaces (ns_add) and captures
# may outlive a test; they are removed at the end.
#
# TEST_LIMIT: seconds a test may take (default 60). V=1 shows the output of all.
# NVO3_SLOW: how many times longer everything may take.

LIB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LIB_NAME=$(basename "$0" .sh)
LIB_TMP=$(mktemp -d "/tmp/$LIB_NAME.XXXXXX")
# What a test prints is kept where it survives a guest that dies.
LIB_OUT=${NVO3_EXCHANGE:-$LIB_TMP}/$LIB_NAME.out
LIB_PLAN='' LIB_NR=0 LIB_FAILED=0
LIB_MARK="selftest $LIB_NAME $$ begins"
TEST_LIMIT=$((${TEST_LIMIT:-60} * ${NVO3_SLOW:-1}))
PATH=$LIB_TOP/build/bin:$LIB_TOP/build/selftests:$PATH
: >"$LIB_TMP/pids"
: >"$LIB_TMP/namespaces"
set -m	# every test is a process group, so that its limit ends all of it

# --- KTAP

plan() {
	LIB_PLAN=$(($1 + 1))
	echo "KTAP version 1"
	echo "1..$LIB_PLAN"
	[[ -w /dev/kmsg ]] && echo "<6>$LIB_MARK" >/dev/kmsg
	return 0
}

# skip REASON: inside a test; it must stand in tools/check/skips.
skip() {
	echo "$*" >"$LIB_TMP/skip"
	exit 4
}

lib_report() {	# STATUS NAME
	((++LIB_NR))
	case $1 in
	0) echo "ok $LIB_NR $2" ;;
	4) echo "ok $LIB_NR $2 # SKIP $(<"$LIB_TMP/skip")" ;;
	*)
		echo "not ok $LIB_NR $2"
		((++LIB_FAILED))
		;;
	esac
	if [[ $1 != [04] || -n ${V-} ]]; then
		sed 's/^/# /' "$LIB_OUT"
	fi
}

# A test tells its end through a pipe, and waiting is reading from one that never has
# anything: neither takes a process.
exec {LIB_ENDS}<> <(:)
exec {LIB_NEVER}<> <(:)

# lib_wait PID: until that test ends; its status, or 137 when its time is over.
lib_wait() {
	local pid status=''

	while read -r -t "$TEST_LIMIT" -u "$LIB_ENDS" pid status && [[ $pid != "$1" ]]; do :; done
	[[ $pid == "$1" ]] || {
		echo "not done after $TEST_LIMIT s" >>"$LIB_OUT"
		kill -KILL -- "-$1"
	}
	wait "$1" 2>/dev/null
}

test_run() {
	local name=$1 status=0

	shift
	(
		trap 'echo "$BASHPID" >&"$LIB_ENDS"' EXIT
		set -e
		"$@"
	) >"$LIB_OUT" 2>&1 </dev/null &
	lib_wait "$!" || status=$?
	lib_report "$status" "$name"
}

# --- saying what is done and what must hold

# Show a command, run it.
run_cmd() {
	echo "+ $*"
	"$@"
}

fail() {
	echo "$*"
	exit 1
}

# fails_with SENTENCE COMMAND...: it fails, and says the sentence.
fails_with() {
	local sentence=$1 output

	shift
	echo "+ $*   (must fail)"
	if output=$("$@" 2>&1); then
		fail "it succeeded: $output"
	fi
	[[ $output == *"$sentence"* ]] || fail "it says '$output', not '$sentence'"
}

# fails COMMAND...: for commands that have nothing to say, as ping.
fails() {
	echo "+ $*   (must fail)"
	if "$@"; then
		fail "it succeeded"
	fi
}

assert_eq() {	# GOT WANTED [WHAT]
	[[ $1 == "$2" ]] || fail "${3-value}: $1, not $2"
}

assert_ge() {	# GOT MINIMUM [WHAT]
	(($1 >= $2)) || fail "${3-value}: $1, less than $2"
}

# busywait SECONDS COMMAND...: wait until it succeeds.
busywait() {
	local deadline=$((SECONDS + $1 * ${NVO3_SLOW:-1}))

	shift
	until "$@" >"$LIB_TMP/busywait" 2>&1; do
		if ((SECONDS >= deadline)); then
			cat "$LIB_TMP/busywait"
			echo "gave up waiting for: $*"
			return 1
		fi
		read -r -t 0.1 -u "$LIB_NEVER" || true
	done
}

# --- network namespaces

# In the guest new namespaces take this over, without a process for each.
lib_no_dad() {
	[[ -d /proc/sys/net/ipv6 ]] || return 0
	echo 1 >/proc/sys/net/core/devconf_inherit_init_net
	echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
}
if [[ -n ${NVO3_RIG-} ]]; then lib_no_dad; fi

# ns_add NAME...: ready to use, IPv6 addresses usable at once.
ns_add() {
	local ns

	for ns; do
		ip netns add "$ns"
		echo "$ns" >>"$LIB_TMP/namespaces"
		ip -n "$ns" link set lo up
	done
}

ns_del() {
	local ns

	for ns; do
		ip netns del "$ns"
		sed -i "/^$ns\$/d" "$LIB_TMP/namespaces"
	done
}

in_ns() {
	netns_run "$@"
}

# link_add NS1 DEV1 NS2 DEV2: a veth pair between two namespaces, both ends up.
link_add() {
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# addr_add NS DEV ADDR/LEN...
addr_add() {
	local ns=$1 dev=$2 addr

	shift 2
	for addr; do
		if [[ $addr == *:* ]]; then
			ip -n "$ns" address add "$addr" dev "$dev" nodad
		else
			ip -n "$ns" address add "$addr" dev "$dev"
		fi
	done
}

# ping_ok NS ADDR [PING-OPTION]...: an answer comes, be it after a few tries.
ping_ok() {
	local ns=$1 addr=$2

	shift 2
	run_cmd in_ns "$ns" ping -c 1 -W 10 "$@" "$addr"
}

# ping_lost NS ADDR: no answer within a second.
ping_lost() {
	fails in_ns "$1" ping -c 2 -i 0.3 -w 1 "$2"
}

# --- counters

# link_stat NS DEV NAME: rx_packets, tx_dropped, ...
link_stat() {
	in_ns "$1" cat "/sys/class/net/$2/statistics/$3"
}

# json_of FILTER COMMAND...: what jq finds in the command's JSON.
json_of() {
	local filter=$1

	shift
	"$@" | jq -er "$filter"
}

# --- processes

# bg NAME COMMAND...: output in $LIB_TMP/NAME.log, ended with the script.
bg() {
	local name=$1

	shift
	echo "+ $* &"
	# Here, and not when its process comes to it: nobody reads of the one before
	: >"$LIB_TMP/$name.log"
	"$@" >"$LIB_TMP/$name.log" 2>&1 </dev/null &
	echo "$!" >"$LIB_TMP/$name.pid"
	echo "$!" >>"$LIB_TMP/pids"
	disown
}

bg_log() {
	cat "$LIB_TMP/$1.log"
}

# bg_stop NAME [SIGNAL]: and wait until it is gone.
bg_stop() {
	local pid

	pid=$(<"$LIB_TMP/$1.pid")
	kill "-${2-TERM}" "$pid" 2>/dev/null || true
	busywait 10 lib_gone "$pid"
}

# A process that goes while it is looked at is gone; "$(<file)" would end the test then. One whose
# first thread has ended has its files, and their locks, as long as another is ending.
lib_gone() {
	local stat

	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	read -ra stat <<<"${stat##*) }"
	[[ ${stat[0]} == Z ]] && ((stat[17] <= 1))
}

# --- captures

# capture_start NAME NS DEV [FILTER]...: returns when packets are being taken.
capture_start() {
	local name=$1 ns=$2 dev=$3

	shift 3
	bg "$name" netns_run "$ns" tcpdump --immediate-mode -U -n -s 0 -Z root -i "$dev" \
		-w "$LIB_TMP/$name.pcap" "$@"
	busywait 10 grep -q 'listening on' "$LIB_TMP/$name.log"
}

# capture_has NAME COUNT [FILTER]: at least that many packets match tcpdump's filter.
capture_has() {
	local found

	found=$(tcpdump -n -r "$LIB_TMP/$1.pcap" "${3-}" 2>/dev/null | wc -l)
	((found >= $2)) || {
		echo "$found of $2 packets match '${3-}'"
		return 1
	}
}

# capture_until NAME COUNT [FILTER [SECONDS]]: wait for them.
capture_until() {
	busywait "${4-20}" capture_has "$1" "$2" "${3-}"
}

# capture_show NAME FILTER [TSHARK-OPTION]...: the packets that match tshark's display
# filter; -T fields -e ... for fields. tshark takes seconds to start under emulation.
capture_show() {
	local name=$1 filter=$2

	shift 2
	tshark -r "$LIB_TMP/$name.pcap" -Y "$filter" "$@" 2>"$LIB_TMP/tshark.err"
}

capture_stop() {
	bg_stop "$1" INT
}

# --- the module, and the end

module_load() {
	[[ -d /sys/module/nvo3 ]] || modprobe nvo3
}

lib_unused() {
	[[ $(</sys/module/nvo3/refcnt) == 0 ]]
}

lib_no_nve() {
	[[ -z $(ip -o link show type nvo3) ]]
}

# Only ever called as the last test.
lib_nothing_left() {
	local ns

	for ns in $(<"$LIB_TMP/namespaces"); do
		ip netns del "$ns" || fail "namespace $ns cannot be removed"
	done
	if [[ -d /sys/module/nvo3 ]]; then
		busywait 10 lib_no_nve || fail "nve devices are left: $(ip -o link show type nvo3)"
		busywait 10 lib_unused || fail "the module is in use: $(</sys/module/nvo3/refcnt)"
		rmmod nvo3
	fi
	[[ -r /dev/kmsg && -n ${NVO3_RIG-} ]] || return 0
	dmesg | sed "1,/$LIB_MARK/d" >"$LIB_TMP/dmesg"
	"$LIB_TOP/tools/vm/complaints" "$LIB_TMP/dmesg"
}

# shellcheck disable=SC2317 # called by the trap
lib_end() {
	local status=$? pid

	trap - EXIT
	while read -r pid; do
		kill -KILL "$pid" 2>/dev/null
	done <"$LIB_TMP/pids"
	[[ -n $LIB_PLAN ]] && test_run "everything is given back" lib_nothing_left
	# A script that ends early has failed, whatever its last command said.
	((status == 0 && LIB_FAILED == 0 && LIB_NR == LIB_PLAN)) || status=1
	rm -rf "$LIB_TMP"
	exit "$status"
}
trap lib_end EXIT
trap 'exit 1' INT TERM HUP
