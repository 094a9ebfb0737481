// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/inet.h>
#include "bench.h"

static const char *value_of(const struct bench_cmd *cmd, const char *key)
{
	size_t len = strlen(key);
	int i;

	for (i = 1; i < cmd->argc; i++)
		if (!strncmp(cmd->argv[i], key, len) && cmd->argv[i][len] == '=')
			return cmd->argv[i] + len + 1;
	return NULL;
}

u64 bench_u64(const struct bench_cmd *cmd, const char *key, u64 fallback, int *err)
{
	const char *text = value_of(cmd, key);
	u64 value = fallback;

	if (text && kstrtou64(text, 0, &value))
		*err = -EINVAL;
	return value;
}

int bench_mac(const struct bench_cmd *cmd, const char *key, u8 *mac)
{
	const char *text = value_of(cmd, key);

	return text && mac_pton(text, mac) ? 0 : -EINVAL;
}

__be32 bench_addr(const struct bench_cmd *cmd, const char *key, int *err)
{
	const char *text = value_of(cmd, key);
	__be32 addr = 0;

	if (!text || !in4_pton(text, -1, (u8 *)&addr, -1, NULL))
		*err = -EINVAL;
	return addr;
}
