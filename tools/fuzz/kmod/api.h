/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is written to /proc/nvo3_fuzz: a command and its frames; and what is then read from
 * the same open file. Integers as this machine has them, all aligned to four bytes.
 */
#ifndef _NVO3_FUZZ_API_H
#define _NVO3_FUZZ_API_H

#include <linux/types.h>

#define FUZZ_FRAME_MAX	9000

enum {
	FUZZ_RUN = 1,	/* receive the frames one by one, tell what each became */
	FUZZ_POOL,	/* keep the frames for storms */
	FUZZ_STORM,	/* mutate and receive frames of the pool, tell the sums */
};

struct fuzz_cmd {
	__u32 what;
	__u32 nve;	/* ifindex, whose drops are looked at */
	__u64 seed;	/* of shapes and mutations; 0 of a run: each frame as plain as can be */
	__u32 count;	/* frames of a storm */
	__u32 pad;
};

struct fuzz_frame {
	__u32 dev;	/* ifindex of who receives it */
	__u32 len;	/* of the bytes that follow, padded to four */
	__u32 keep;	/* of them, the first that a counted mutant has as they are */
	__u16 fates;	/* what is counted has one fate at least and so many at most; 0: any */
	__u16 tcp;	/* where TCP's header is, 0: nowhere */
	__u16 gso;	/* in a run: the sender leaves it to be cut into segments of this size */
	__u16 pad;
};

/* A frame that a device of ours was to send. With dev 0: the end of what frame @nr became. */
struct fuzz_out {
	__u32 nr;
	__u32 dev;
	__u32 len;	/* of the bytes that follow, padded to four */
	__u32 drops;	/* of the NVE meanwhile; at the end */
};

struct fuzz_sums {
	__u64 thrown;
	__u64 counted;
	__u64 out;
	__u64 drops;
	__u64 odd;	/* counted ones that have no fate or too many */
	__u64 failed;	/* not thrown for want of memory, or refused as a tap would */
	__u32 odd_dev;		/* the first odd one, and its fates */
	__u32 odd_len;
	__u32 odd_out;
	__u32 odd_drops;
	__u8 odd_data[FUZZ_FRAME_MAX];
};

#endif /* _NVO3_FUZZ_API_H */
