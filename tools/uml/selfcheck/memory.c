// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "selfcheck.h"

/* What the compiler cannot know, so that it warns of nothing and drops nothing. */
static volatile int zero;
static volatile char sink;

void selfcheck_use_after_free(void)
{
	volatile char *memory = kmalloc(64, GFP_KERNEL);

	if (!memory)
		return;
	kfree((void *)memory);
	sink = memory[zero + 8];
}

void selfcheck_slab_bounds(void)
{
	volatile char *memory = kmalloc(64, GFP_KERNEL);

	if (!memory)
		return;
	sink = memory[zero + 64];
	kfree((void *)memory);
}

void selfcheck_stack_bounds(void)
{
	volatile char memory[16] = {};

	sink = memory[zero + 16];
}

void selfcheck_vmalloc_bounds(void)
{
	volatile char *memory = vmalloc(100);

	if (!memory)
		return;
	sink = memory[zero + 104];
	vfree((void *)memory);
}

void selfcheck_double_free(void)
{
	void *memory = kmalloc(64, GFP_KERNEL);
	void *again = memory;

	OPTIMIZER_HIDE_VAR(again);
	kfree(memory);
	kfree(again);
}

void selfcheck_leak(void)
{
	char *memory = kmalloc(256, GFP_KERNEL);

	if (memory)
		memory[0] = zero;
}

void selfcheck_shift(void)
{
	int by = 40 + zero;

	sink = 1 << by;
}
