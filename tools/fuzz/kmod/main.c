// SPDX-License-Identifier: GPL-2.0
/* /proc/nvo3_fuzz: see api.h. */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "fuzz.h"

#define COMMAND_MAX	(4 << 20)

static DEFINE_MUTEX(command_lock);	/* one command at a time */

static void drop_pool(struct fuzz_file *file)
{
	kvfree(file->frames);
	kvfree(file->pool);
	file->frames = NULL;
	file->pool = NULL;
	file->count = 0;
}

/* Takes @frames if there is no error. */
static int keep_pool(struct fuzz_file *file, u8 *frames, const u8 *from, size_t len)
{
	const u8 *pos = from, *end = from + len;
	u32 count = 0;

	drop_pool(file);
	while (fuzz_next(&pos, end))
		count++;
	if (pos != end || !count)
		return -EINVAL;
	file->frames = kvcalloc(count, sizeof(*file->frames), GFP_KERNEL);
	if (!file->frames)
		return -ENOMEM;
	for (pos = from; file->count < count; file->count++)
		file->frames[file->count] = (struct fuzz_frame *)fuzz_next(&pos, end);
	file->pool = frames;
	return 0;
}

static int do_command(struct fuzz_file *file, u8 *data, size_t len)
{
	const struct fuzz_cmd *cmd = (const struct fuzz_cmd *)data;
	int err;

	if (len < sizeof(*cmd))
		return -EINVAL;
	len -= sizeof(*cmd);
	file->len = 0;
	switch (cmd->what) {
	case FUZZ_RUN:
		err = fuzz_run(file, cmd, data + sizeof(*cmd), len);
		break;
	case FUZZ_POOL:
		err = keep_pool(file, data, data + sizeof(*cmd), len);
		if (!err)
			return 0;
		break;
	case FUZZ_STORM:
		err = fuzz_storm(file, cmd);
		break;
	default:
		err = -EINVAL;
	}
	kvfree(data);
	return err;
}

static ssize_t fuzz_write(struct file *from, const char __user *buf, size_t count, loff_t *pos)
{
	struct fuzz_file *file = from->private_data;
	u8 *data;
	int err;

	if (count > COMMAND_MAX)
		return -E2BIG;
	data = kvmalloc(count + sizeof(struct fuzz_cmd), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	if (copy_from_user(data, buf, count)) {
		kvfree(data);
		return -EFAULT;
	}
	if (count < sizeof(struct fuzz_cmd)) {
		kvfree(data);
		return -EINVAL;
	}
	mutex_lock(&command_lock);
	err = do_command(file, data, count);
	mutex_unlock(&command_lock);
	return err ? err : count;
}

static ssize_t fuzz_read(struct file *from, char __user *buf, size_t count, loff_t *pos)
{
	const struct fuzz_file *file = from->private_data;
	loff_t zero = 0;

	return simple_read_from_buffer(buf, count, &zero, file->reply, file->len);
}

static int fuzz_open(struct inode *inode, struct file *to)
{
	struct fuzz_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return -ENOMEM;
	file->reply = vmalloc(FUZZ_REPLY);
	if (!file->reply) {
		kfree(file);
		return -ENOMEM;
	}
	file->net = get_net(current->nsproxy->net_ns);
	to->private_data = file;
	return 0;
}

static int fuzz_release(struct inode *inode, struct file *of)
{
	struct fuzz_file *file = of->private_data;

	drop_pool(file);
	put_net(file->net);
	vfree(file->reply);
	kfree(file);
	return 0;
}

static const struct proc_ops fuzz_ops = {
	.proc_open	= fuzz_open,
	.proc_release	= fuzz_release,
	.proc_write	= fuzz_write,
	.proc_read	= fuzz_read,
	.proc_lseek	= noop_llseek,
};

static int __init fuzz_init(void)
{
	int err;

	err = fuzz_dev_init();
	if (err)
		return err;
	if (!proc_create("nvo3_fuzz", 0600, NULL, &fuzz_ops)) {
		fuzz_dev_uninit();
		return -ENOMEM;
	}
	return 0;
}

static void __exit fuzz_exit(void)
{
	remove_proc_entry("nvo3_fuzz", NULL);
	fuzz_dev_uninit();
}

module_init(fuzz_init);
module_exit(fuzz_exit);
MODULE_DESCRIPTION("Devices and frames for nvo3's fuzzers");
MODULE_LICENSE("GPL");
