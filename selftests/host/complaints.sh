#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which reports of data races tools/vm/complaints takes for ours, and that nothing is lost by that.
. "$(dirname "$0")/../lib.sh"

# race FIRST SECOND FRAME: a report of KCSAN's, with one more frame in the second stack.
race() {
	sed 's/^/[   12.345678] /' <<-END
		==================================================================
		BUG: KCSAN: data-race in $1 / $2

		write to 0xffff888004a6d0d8 of 8 bytes by task 146 on cpu 1:
		 ${1/ /+0x49/0x90 }
		 ksys_write+0xa7/0x140

		read to 0xffff888004a6d0d8 of 8 bytes by interrupt on cpu 0:
		 ${2/ /+0x49/0x90 }
		 $3
		 __do_softirq+0xa1/0x1f0

		value changed: 0x0000000000000000 -> 0x0000000000000001

		Reported by Kernel Concurrency Sanitizer on:
		==================================================================
	END
}

# A tool like the one judged, with a list of its own.
judge() {
	rm -rf "$LIB_TMP/vm"
	mkdir "$LIB_TMP/vm"
	cp "$LIB_TOP/tools/vm/complaints" "$LIB_TMP/vm/"
	printf '%s\tno matter\n' "core_a / core_b" "nve_a [nvo3] / core_b" >"$LIB_TMP/vm/races"
	"$LIB_TMP/vm/complaints" "$LIB_TMP/log"
}

complains() {
	fails_with "$1" judge
}

others_pass() {
	{ race core_c core_d "process_one_work+0x1/0x2"; echo "[ 13.0] a line"; } >"$LIB_TMP/log"
	judge
}

ours_count() {
	race "nve_a [nvo3]" core_c "process_one_work+0x1/0x2" >"$LIB_TMP/log"
	complains "data-race in nve_a"
	race core_c core_d "nve_xmit+0x1/0x2 [nvo3]" >"$LIB_TMP/log"
	complains "data-race in core_c / core_d"
	complains "nve_xmit"
	race core_c core_d "fuzz_poll+0x1/0x2 [nvo3_fuzz]" >"$LIB_TMP/log"
	complains "data-race in core_c / core_d"
}

listed() {
	race core_a core_b "nve_xmit+0x1/0x2 [nvo3]" >"$LIB_TMP/log"
	judge
	race core_a core_c "nve_xmit+0x1/0x2 [nvo3]" >"$LIB_TMP/log"
	complains "data-race in core_a / core_c"
	race "nve_a [nvo3]" core_b "process_one_work+0x1/0x2" >"$LIB_TMP/log"
	complains "data-race in nve_a"
}

among_others() {
	{
		race core_c core_d "process_one_work+0x1/0x2"
		race core_c core_d "nve_xmit+0x1/0x2 [nvo3]"
		race core_c core_d "process_one_work+0x1/0x2"
	} >"$LIB_TMP/log"
	complains "nve_xmit"
	race core_c core_d "process_one_work+0x1/0x2" |
		sed '8i [   12.345678] BUG: unable to handle page fault' >"$LIB_TMP/log"
	complains "unable to handle page fault"
}

cut() {
	race core_c core_d "process_one_work+0x1/0x2" | head -n 8 >"$LIB_TMP/log"
	complains "data-race in core_c"
}

plan 5
test_run "a race of the kernel with itself is none of ours" others_pass
test_run "one with a function of our modules in either stack is" ours_count
test_run "unless the pair is listed, and both are the kernel's" listed
test_run "another complaint beside or within a report is seen" among_others
test_run "a report without an end counts" cut
