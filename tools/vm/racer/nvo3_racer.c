// SPDX-License-Identifier: GPL-2.0
/*
 * insmod nvo3_racer.ko race=NAME: two threads do it until the module is removed. The detector of
 * races must report each but "none": that it says nothing about nvo3 means something only then.
 *
 *	none	a message is handed over as it should be
 *	counter	both count, and neither expects the other
 *	order	a message is handed over, and nothing orders it before its announcement
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *race = "";
module_param(race, charp, 0);
MODULE_PARM_DESC(race, "none, counter or order");

static unsigned long counter, message, taken, announced;
static struct task_struct *tasks[2];

static noinline void racer_count(void)
{
	counter++;
}

/* One at a time: the next message waits until this one is taken. */
static noinline void racer_send(bool ordered)
{
	unsigned long next = READ_ONCE(announced) + 1;

	/* Pairs with the release in racer_receive(). */
	if (smp_load_acquire(&taken) + 1 != next)
		return;
	message = next;
	if (ordered)	/* pairs with the acquire in racer_receive() */
		smp_store_release(&announced, next);
	else
		WRITE_ONCE(announced, next);
}

static noinline void racer_receive(void)
{
	unsigned long next;

	/* Pairs with the release in racer_send(), if there is one. */
	next = smp_load_acquire(&announced);
	if (next == READ_ONCE(taken))
		return;
	if (message != next)
		pr_info("a message was late\n");
	/* Pairs with the acquire in racer_send(). */
	smp_store_release(&taken, next);
}

static int racer_run(void *second)
{
	bool ordered = !strcmp(race, "none");

	while (!kthread_should_stop()) {
		if (!strcmp(race, "counter"))
			racer_count();
		else if (second)
			racer_receive();
		else
			racer_send(ordered);
		cond_resched();
	}
	return 0;
}

static int __init racer_init(void)
{
	if (strcmp(race, "none") && strcmp(race, "counter") && strcmp(race, "order"))
		return -EINVAL;
	tasks[0] = kthread_run(racer_run, NULL, "racer0");
	if (IS_ERR(tasks[0]))
		return PTR_ERR(tasks[0]);
	tasks[1] = kthread_run(racer_run, &counter, "racer1");
	if (IS_ERR(tasks[1])) {
		kthread_stop(tasks[0]);
		return PTR_ERR(tasks[1]);
	}
	return 0;
}

static void __exit racer_exit(void)
{
	kthread_stop(tasks[0]);
	kthread_stop(tasks[1]);
}

module_init(racer_init);
module_exit(racer_exit);
MODULE_DESCRIPTION("Races on purpose, to check the detector of races with");
MODULE_LICENSE("GPL");
