# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A probe that counts: the kernel's packet generator sends UDP frames at a fixed rate from one
# network namespace to another, which counts and swallows them. A process at 1 kHz would be
# slowed down by emulation; this is not.
#
# Sourced after lib.sh. One probe a namespace at a time, and it must be the same all along.

PROBE_PORT=9

probe_write() {	# NAMESPACE FILE LINE...
	local ns=$1 file=$2 line

	shift 2
	for line; do
		echo "$line"
	done | nsenter --net="/run/netns/$ns" bash -c \
		"while read -r line; do echo \"\$line\" >/proc/net/pktgen/$file; done"
}

probe_field() {	# NAMESPACE DEVICE NAME: a number from what the generator says of itself
	nsenter --net="/run/netns/$1" grep -o "$3: [0-9]*" "/proc/net/pktgen/$2" | grep -o '[0-9]*'
}

# probe_sink NAMESPACE: count what comes there.
probe_sink() {
	nsenter --net="/run/netns/$1" nft -f - <<-END
		table inet probe {
			counter got { }
			chain in {
				type filter hook input priority 0
				udp dport $PROBE_PORT counter name got drop
			}
		}
	END
}

probe_got() {	# NAMESPACE
	nsenter --net="/run/netns/$1" nft list counter inet probe got |
		grep -o 'packets [0-9]*' | grep -o '[0-9]*'
}

# probe_start NAMESPACE DEVICE SRC-IP DST-MAC DST-IP [HERTZ]
probe_start() {
	modprobe pktgen
	# Its thread takes devices away when it comes to it.
	probe_free "$1" "$2" || probe_write "$1" kpktgend_0 rem_device_all
	busywait 10 probe_free "$1" "$2"
	probe_write "$1" kpktgend_0 "add_device $2"
	probe_write "$1" "$2" "count 0" "clone_skb 0" "pkt_size 60" "src_min $3" "src_max $3" \
		"dst_mac $4" "dst $5" "udp_dst_min $PROBE_PORT" "udp_dst_max $PROBE_PORT" \
		"delay $((1000000000 / ${6-1000}))"
	bg "probe-$1" nsenter --net="/run/netns/$1" bash -c 'echo start >/proc/net/pktgen/pgctrl'
	busywait 10 probe_runs "$1" "$2"
}

probe_free() {
	! nsenter --net="/run/netns/$1" test -e "/proc/net/pktgen/$2"
}

probe_runs() {
	(($(probe_field "$1" "$2" sofar) > 10))
}

# probe_stop NAMESPACE DEVICE: the number that was sent; the rate goes to standard error
probe_stop() {
	probe_write "$1" pgctrl stop
	busywait 10 lib_gone "$(<"$LIB_TMP/probe-$1.pid")"
	nsenter --net="/run/netns/$1" grep -o '[0-9]*pps' "/proc/net/pktgen/$2" >&2
	probe_field "$1" "$2" sofar
}

# probe_all_came NAMESPACE COUNT: since the last time; in the end, and not one more
probe_all_came() {
	local before=0 file=$LIB_TMP/came-$1

	[[ ! -f $file ]] || before=$(<"$file")
	echo "$2 frames for $1"
	busywait 10 probe_came "$1" $((before + $2)) ||
		fail "of $2 frames $(($(probe_got "$1") - before)) came"
	echo $((before + $2)) >"$file"
}

probe_came() {
	(($(probe_got "$1") == $2))
}
