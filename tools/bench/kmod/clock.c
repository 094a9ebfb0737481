// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sprintf.h>
#include "bench.h"

#define LOOKS	256

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

/* "ns=N read=N": now, and what a look at it costs. */
int bench_clock(struct bench_cmd *cmd)
{
	u64 now = bench_cpu_ns();
	int i;

	for (i = 0; i < LOOKS - 1; i++)
		bench_cpu_ns();
	scnprintf(cmd->reply, PAGE_SIZE, "ns=%llu read=%llu\n", now,
		  div_u64(bench_cpu_ns() - now, LOOKS));
	return 0;
}
