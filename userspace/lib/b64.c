// SPDX-License-Identifier: GPL-2.0
/*
 * Base64; see b64.h.
 */
#include "b64.h"

#include <errno.h>
#include <string.h>

#include "mem.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(char out[4], const uint8_t *in, size_t n)
{
	uint32_t bits = in[0] << 16 | (n > 1 ? in[1] << 8 : 0) | (n > 2 ? in[2] : 0);
	int i;

	for (i = 0; i < 4; i++)
		out[i] = digits[bits >> (18 - 6 * i) & 63];
	if (n < 3)
		out[3] = '=';
	if (n < 2)
		out[2] = '=';
}

char *b64_encode(const void *data, size_t len)
{
	char *text = mem_check(malloc((len + 2) / 3 * 4 + 1)), *out = text;
	const uint8_t *in = data;

	for (; len; out += 4) {
		size_t n = len < 3 ? len : 3;

		encode_group(out, in, n);
		in += n;
		len -= n;
	}
	*out = '\0';
	return text;
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* How many bytes the group has, or -EINVAL. */
static int decode_group(const char *in, uint8_t out[3])
{
	int pad = in[3] != '=' ? 0 : in[2] != '=' ? 1 : 2, i, value;
	uint32_t bits = 0;

	for (i = 0; i < 4; i++) {
		value = i < 4 - pad ? digit(in[i]) : 0;
		if (value < 0)
			return -EINVAL;
		bits = bits << 6 | value;
	}
	for (i = 0; i < 3; i++)
		out[i] = bits >> (16 - 8 * i);
	return 3 - pad;
}

int b64_decode(const char *text, uint8_t **ret, size_t *len)
{
	size_t n = strlen(text), at, got = 0;
	uint8_t *data;
	int bytes;

	if (n % 4)
		return -EINVAL;
	data = mem_check(malloc(n / 4 * 3 + 1));
	for (at = 0; at < n; at += 4) {
		bytes = decode_group(text + at, data + got);
		if (bytes < 0 || (bytes < 3 && at + 4 < n)) {
			free(data);
			return -EINVAL;
		}
		got += bytes;
	}
	data[got] = '\0';
	*ret = data;
	*len = got;
	return 0;
}
