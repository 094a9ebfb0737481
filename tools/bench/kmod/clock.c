// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include "bench.h"

/*
 * What the paths cost is processor time: in User-Mode Linux that of the kernel's
 * one thread on its host, which others of the host's programs cannot lengthen by
 * wanting the processor too. The host's clock is asked as the host's programs ask.
 */
u64 bench_cpu_ns(void)
{
#ifdef CONFIG_UML
	const long clock_gettime_nr = 228, thread_cputime_id = 3;
	struct {
		s64 sec, nsec;
	} now = {};
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (clock_gettime_nr), "D" (thread_cputime_id), "S" (&now)
		     : "rcx", "r11", "memory");
	if (!ret)
		return now.sec * NSEC_PER_SEC + now.nsec;
#endif
	return ktime_get_ns();
}
