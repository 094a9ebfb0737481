#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12
# What make fuzz does for long, for a moment: mutants of frames, each with one fate; and frames
# that the model, the compatible way and the fast way agree on.
#
#	[fuzz] f0 f1 f2 f3 f4 -- nve0 -- u0 192.0.2.1, 2001:db8::1
#
. "$(dirname "$0")/../lib.sh"
cd "$LIB_TOP" || exit

# The test-only module that was built for this kernel.
find_module() {
	for ko in build/kernel/*/nvo3_fuzz.ko build/linux/*/nvo3_fuzz/nvo3_fuzz.ko; do
		[[ -e $ko && $(modinfo -F vermagic "$ko") == "$(uname -r) "* ]] && return
	done
	echo "no module nvo3_fuzz for $(uname -r)"
	return 1
}

# run PROGRAM FRAMES: always the same ones; make fuzz looks for others.
run() {
	local ko

	find_module
	echo "seed $SEED"
	tools/fuzz/frames "$ko" "$1" 40 "$SEED" "$2"
}

SEED=1

plan 2
test_run "each mutant has one fate" run storm 10000
test_run "the model and both ways agree" run differ 3000
