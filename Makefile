# SPDX-License-Identifier: GPL-2.0
# A menu; each line's work is in the file that it names.

# T=, B=, K= are this menu's: another Makefile has variables of its own by such names.
MAKEOVERRIDES =

.PHONY: all demo check check-long check-debug bench fuzz lint vm install help clean

all:		## build the programs, and the module for both kernels, into build/
	@tools/deps/install build
	@$(MAKE) --no-print-directory -C userspace all
	@tools/build/module 6.1
	@tools/build/module 6.12

demo:		## two data centres in one virtual machine, played with real packets
	@tools/deps/install demo
	@tools/demo/run

check:		## all tests on both kernels; T=PATTERN: only those
	@tools/deps/install check
	@tools/check/run $(T)

check-long:	## the same, and on the older kernel what is left out there; T=PATTERN
	@tools/deps/install check
	@tools/check/run --long $(T)

check-debug:	## the kernel's tests under KASAN, lockdep, KCSAN, kmemleak: hours; T=PATTERN
	@tools/deps/install check-debug
	@tools/check/run --debug $(T)

bench:		## what both planes cost beside their peers; B=PATTERN: those rows, B=control
	@tools/deps/install bench
	@$(MAKE) --no-print-directory -C userspace all bench
	@tools/bench/run '$(B)'

fuzz:		## throw nonsense at the module; FUZZ_S=SECONDS, FUZZ_SEED=N, FUZZ_KERNEL=fast|debug
	@tools/deps/install check-debug
	@$(MAKE) --no-print-directory -C userspace all
	@tools/fuzz/run

lint:		## judge the source; says nothing when all is well
	@tools/deps/install lint
	@tools/lint/run

vm:		## a shell in a virtual machine with the module loaded; K=6.1: that kernel
	@tools/deps/install vm
	@$(MAKE) --no-print-directory -C userspace all
	@tools/vm/shell $(K)

install:	## programs, man pages, the module; DESTDIR= and PREFIX= as usual
	@tools/deps/install build
	@$(MAKE) --no-print-directory -C userspace all
	@tools/build/install

help:		## this
	@sed -n 's/^\([a-z-]*\):[[:space:]]*## /\1\t/p' Makefile | expand -t 12

clean:		## remove build/
	@rm -rf build
