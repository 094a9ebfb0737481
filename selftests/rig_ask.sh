# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What runs in a rig guest is asked from outside, through the folder that both see (tools/vm/run
# --exchange): a file for each question, one for what was said, one for the status. Sourced after
# lib.sh.

# Shell text for the rig: it answers until rig_end. Each question has a shell of its own.
rig_answers() {	# EXCHANGE
	cat <<-EOT
		exec {never}<> <(:)
		for ((n = 1;; n++)); do
			until [[ -e $1/ask.\$n ]]; do
				[[ -e $1/end ]] && break 2
				read -r -t 0.1 -u "\$never"
			done
			(. $1/ask.\$n) >$1/said.\$n 2>&1 </dev/null
			echo \$? >$1/rc
			mv $1/rc $1/rc.\$n
		done
	EOT
}

rig_ask() {	# EXCHANGE WORDS of a command
	local dir=$1 n=1

	shift
	while [[ -e $dir/ask.$n ]]; do ((++n)); done
	echo "$*" >"$dir/new"
	mv "$dir/new" "$dir/ask.$n"
	busywait 60 test -e "$dir/rc.$n"
	cat "$dir/said.$n"
	return "$(<"$dir/rc.$n")"
}

rig_end() {	# EXCHANGE
	: >"$1/end"
}
