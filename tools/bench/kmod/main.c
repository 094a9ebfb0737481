// SPDX-License-Identifier: GPL-2.0
/* /proc/nvo3_bench: see bench.h. */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bench.h"

static DEFINE_MUTEX(command_lock);	/* one command at a time */

static int do_command(struct bench_cmd *cmd)
{
	static const struct {
		const char *name;
		int (*run)(struct bench_cmd *cmd);
	} commands[] = {
		{ "gen", bench_gen }, { "flood", bench_flood }, { "serve", bench_serve },
		{ "sink", bench_hook }, { "wire", bench_hook }, { "count", bench_hook },
		{ "unhook", bench_hook }, { "clock", bench_clock },
		{ "rr", bench_talk }, { "crr", bench_talk }, { "stream", bench_talk },
		{ "times", bench_talk },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (cmd->argc > 1 && !strcmp(cmd->argv[0], commands[i].name))
			return commands[i].run(cmd);
	return -EINVAL;
}

static int bench_open(struct inode *inode, struct file *file)
{
	file->private_data = (void *)get_zeroed_page(GFP_KERNEL);
	return file->private_data ? 0 : -ENOMEM;
}

static int bench_release(struct inode *inode, struct file *file)
{
	free_page((unsigned long)file->private_data);
	return 0;
}

static ssize_t bench_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct bench_cmd cmd = { .reply = file->private_data };
	char *text, *rest, *word;
	int err;

	text = memdup_user_nul(buf, min_t(size_t, count, PAGE_SIZE - 1));
	if (IS_ERR(text))
		return PTR_ERR(text);
	rest = strim(text);
	while ((word = strsep(&rest, " ")) && cmd.argc < BENCH_WORDS)
		if (*word)
			cmd.argv[cmd.argc++] = word;
	cmd.reply[0] = '\0';
	cmd.net = get_net(current->nsproxy->net_ns);
	mutex_lock(&command_lock);
	err = do_command(&cmd);
	mutex_unlock(&command_lock);
	put_net(cmd.net);
	kfree(text);
	return err ? err : count;
}

static ssize_t bench_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	const char *reply = file->private_data;

	return simple_read_from_buffer(buf, count, pos, reply, strlen(reply));
}

static const struct proc_ops bench_ops = {
	.proc_open	= bench_open,
	.proc_release	= bench_release,
	.proc_write	= bench_write,
	.proc_read	= bench_read,
	.proc_lseek	= default_llseek,
};

static int __init bench_init(void)
{
	int err;

	err = bench_hook_init();
	if (err)
		return err;
	if (!proc_create("nvo3_bench", 0600, NULL, &bench_ops)) {
		bench_hook_uninit();
		return -ENOMEM;
	}
	return 0;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("nvo3_bench", NULL);
	bench_flood_stop();
	bench_serve_uninit();
	bench_hook_uninit();
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Generators and end points for nvo3's bench");
MODULE_LICENSE("GPL");
