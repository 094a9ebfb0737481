/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hashes of some mappings are, for the tests of both who compute them: kernel/digest.c and
 * userspace/lib/digest.c. They come from a third one, selftests/net/digest.py (its "vectors").
 */
#ifndef _NVO3_DIGEST_VECTORS_H
#define _NVO3_DIGEST_VECTORS_H

#include <linux/types.h>

#define DIGEST_V4(last) { [10] = 0xff, 0xff, 192, 0, 2, last }
#define DIGEST_V6(last) { 0x20, 0x01, 0x0d, 0xb8, [15] = last }

static const struct digest_vector {
	__u8 mac[6], count, bucket;
	__u64 epoch, hash;
	__u8 addr[4][16];	/* IPv4 in IPv6 form; not in the order that is hashed */
} digest_vectors[] = {
	{ { 2, 0, 0, 0, 0, 1 }, 0, 0xe6, 0, 0x658b126cf48b70e7 },
	{ { 2, 0, 0, 0, 0, 1 }, 1, 0xe6, 1, 0x77fb91ab5769b476, { DIGEST_V4(1) } },
	{ { 2, 0, 0, 0, 0, 1 }, 1, 0xe6, 1, 0x96d55b9358eb6d5f, { DIGEST_V4(2) } },
	{ { 2, 0, 0, 0, 0, 2 }, 1, 0x38, 1, 0xd78cbf53c079b5e5, { DIGEST_V4(1) } },
	{ { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff }, 1, 0xb0, 0xffffffffffffffff,
	  0xd3c79d021163ed51, { DIGEST_V6(1) } },
	{ { 2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee }, 2, 0x55, 0x0102030405060708, 0xa712646c3609d430,
	  { DIGEST_V6(2), DIGEST_V4(9) } },
	{ { 2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee }, 4, 0x55, 0x0102030405060708, 0xc88300173b3f85f9,
	  { DIGEST_V4(200), DIGEST_V4(10), DIGEST_V6(1), { 0xfd, [15] = 1 } } },
	/* The same address by two encapsulations. */
	{ { 2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee }, 2, 0x55, 7, 0xdf3827cb16b123ef,
	  { DIGEST_V4(1), DIGEST_V4(1) } },
};

#endif /* _NVO3_DIGEST_VECTORS_H */
