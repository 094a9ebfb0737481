// SPDX-License-Identifier: GPL-2.0
/*
 * Formatted error sentences for kernels whose extack holds only a pointer.
 *
 * The text must outlive the request: netlink copies it into the answer after
 * our handler has returned, in the task that asked. So a text belongs to its
 * task, which has one request at a time; another task may have its place when
 * it is so old that the answer has long been sent.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#define TEXTS		64
#define TEXT_LEN	128
#define TEXT_AGE	(10 * HZ)

static struct text {
	pid_t owner;
	unsigned long written;	/* jiffies */
	char text[TEXT_LEN];
} texts[TEXTS];
static DEFINE_SPINLOCK(texts_lock);

/* The caller's own place, else one that nobody waits for any more. */
static struct text *text_find(pid_t owner)
{
	struct text *free = NULL;
	int i;

	for (i = 0; i < TEXTS; i++) {
		struct text *t = &texts[i];

		if (t->owner == owner)
			return t;
		if (!t->owner || time_after(jiffies, t->written + TEXT_AGE))
			free = t;
	}
	return free;
}

void nvo3_compat_errmsg(struct netlink_ext_ack *extack, const char *fmt, ...)
{
	struct text *t;
	va_list args;

	if (!extack)
		return;
	spin_lock(&texts_lock);
	t = text_find(task_pid_nr(current));
	if (t) {
		t->owner = task_pid_nr(current);
		t->written = jiffies;
		va_start(args, fmt);
		vsnprintf(t->text, sizeof(t->text), fmt, args);
		va_end(args);
	}
	spin_unlock(&texts_lock);
	NL_SET_ERR_MSG(extack, "refused; too many refusals at once to say why");
	if (t)
		extack->_msg = t->text;
}
