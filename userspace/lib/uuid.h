/* SPDX-License-Identifier: GPL-2.0 */
/* UUIDs (RFC 9562), bytes in network order */
#ifndef NVO3_LIB_UUID_H
#define NVO3_LIB_UUID_H

#include <stdbool.h>
#include <stdint.h>

struct err;

struct uuid {
	uint8_t b[16];
};

#define UUID_STRLEN 37

/* 8-4-4-4-12 hexadecimal digits, nothing else; *ret is left alone on -EINVAL */
int uuid_parse(struct uuid *ret, const char *text, struct err *err);
/* Lower case; returns @buf */
const char *uuid_format(const struct uuid *u, char buf[UUID_STRLEN]);
/* Version 4 from the kernel's random numbers; aborts if there are none */
struct uuid uuid_new(void);
bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *u);

#endif
