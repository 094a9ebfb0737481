# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# NVEs that are sessions of a generator and nothing else (tools/bench/control), beside those of the lab.
#
# Sourced after lab.sh. They run beside the director, for they have source addresses of 127/8.

# Before the daemons: a file for each session.
nves_room() {
	ulimit -n 65536
}

nves_answer() {	# a line of JSON, which must be no error
	local line

	read -r -t 60 line <&"$NVES_SAYS" || fail "the generator says nothing"
	echo "$line"
	[[ $line != *'"error"'* ]]
}

nves_do() {	# WORD...: a command of the generator's
	exec {NVES_SAYS}<>"$LAB/nves.out" {NVES_HEARS}<>"$LAB/nves.in"
	echo "$*" >&"$NVES_HEARS"
	nves_answer
}

# nves_join DC VN KEY COUNT: NVEs of this DC join the VN; they are told of MAC 02:00 and KEY.
nves_join() {
	local dc=$1 vn=$2 key=$3 count=$4 uuid

	mkfifo "$LAB/nves.in" "$LAB/nves.out"
	uuid=$(dctl "$dc" vns | jq -r --arg vn "$vn" '.items[] | select(.name == $vn).uuid')
	# open for both, so that neither end is ever without the other
	# shellcheck disable=SC2016 # for the inner shell
	bg nves bash -c 'exec "${@:2}" 0<>"$1.in" 1<>"$1.out"' nves "$LAB/nves" \
		nsenter --net="/run/netns/director$dc" "$LIB_TOP/build/bench/control" nves \
		"10.$dc.0.3:6651" "$LAB/pki"
	exec {NVES_SAYS}<>"$LAB/nves.out"
	nves_answer
	nves_do follow "$uuid" "$key"
	nves_do connect "$count"
}
