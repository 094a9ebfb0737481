/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generators and end points of the bench. All run in the kernel: in User-Mode
 * Linux a system call costs more than the paths that are compared.
 *
 * A command is written to /proc/nvo3_bench and done in the writer's context and
 * network namespace; what it has to say is read from the same open file.
 */
#ifndef _NVO3_BENCH_H
#define _NVO3_BENCH_H

#include <net/net_namespace.h>

#define BENCH_WORDS	24

struct bench_cmd {
	struct net *net;
	int argc;
	char *argv[BENCH_WORDS];
	char *reply;		/* PAGE_SIZE */
};

/* "key=value" among the words; fallback without it. err is set on a bad value. */
u64 bench_u64(const struct bench_cmd *cmd, const char *key, u64 fallback, int *err);
int bench_mac(const struct bench_cmd *cmd, const char *key, u8 *mac);
__be32 bench_addr(const struct bench_cmd *cmd, const char *key, int *err);

/* Time for differences: of this processor, spent by this kernel. */
u64 bench_cpu_ns(void);

/* Frames that have ended at sinks; wait until they are so many, a second at most. */
u64 bench_arrived(void);
bool bench_await(u64 count);

/* Each does one command: 0 or a negative errno. */
int bench_clock(struct bench_cmd *cmd);		/* clock cpu */
int bench_gen(struct bench_cmd *cmd);		/* gen DEV [KEY=VALUE]... */
int bench_flood(struct bench_cmd *cmd);		/* flood DEV [KEY=VALUE]...; flood stop */
int bench_hook(struct bench_cmd *cmd);		/* sink DEV; wire DEV DEV; count DEV; unhook DEV */
int bench_serve(struct bench_cmd *cmd);		/* serve PORT; serve stop */
int bench_talk(struct bench_cmd *cmd);		/* rr|crr|stream|times addr= port= us= */

int bench_hook_init(void);
void bench_hook_uninit(void);
void bench_serve_uninit(void);
/* To be called where a time begins that a flood may lengthen. */
void bench_flood_turn(void);
void bench_flood_stop(void);

#endif /* _NVO3_BENCH_H */
