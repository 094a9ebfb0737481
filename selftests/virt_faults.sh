# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# nvo3d in the hosts of virt_lab.sh, after which this is sourced, with faults.so: a signal at a
# crash point (Documentation/testing.rst).

# As in selftests/preload/faults.h, where it begins at byte 160: the point's name in 32 bytes, at
# which passage, what
fault_record() {	# POINT PASSAGE SIGNAL
	python3 -c 'import struct, sys
sys.stdout.buffer.write(struct.pack("=32sII", sys.argv[1].encode(), *map(int, sys.argv[2:])))' \
		"$1" "$2" "$(kill -l "$3")"
}

arm() {	# HOST POINT PASSAGE [SIGNAL]
	fault_record "$2" "$3" "${4:-KILL}" |
		dd "of=$VIRT/$1/faults" bs=40 seek=4 conv=notrunc status=none
}

disarm() {	# HOST
	arm "$1" none 0
}

virt_nvo3d() {	# HOST: none is armed
	rm -f "$VIRT/$1/faults"
	truncate -s 1M "$VIRT/$1/faults"
	virt_daemon "nvo3d-$1" virt_exec "$1" env "LD_PRELOAD=$LIB_TOP/build/selftests/faults.so" \
		"NVO3_FAULTS=$VIRT/$1/faults" nvo3d -c "$VIRT/$1/vserver.conf"
}
