# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# nvo3d in the hosts of virt_lab.sh, after which this is sourced, with faults.so: a signal at a
# crash point (Documentation/testing.rst).

# As in selftests/preload/faults.h: 160 bytes, the point's name in 32, at which passage, what
arm() {	# HOST POINT PASSAGE [SIGNAL]
	python3 - "$VIRT/$1/faults" "$2" "$3" "$(kill -l "${4:-KILL}")" <<-'EOT'
		import struct, sys
		with open(sys.argv[1], 'r+b') as file:
		    file.seek(160)
		    file.write(struct.pack('=32sII', sys.argv[2].encode(), *map(int, sys.argv[3:])))
	EOT
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
