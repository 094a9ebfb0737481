// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include "codes.h"
#include "lib/msg.h"

static const struct {
	uint32_t code;
	int err;
	int http;
	const char *word;
} codes[] = {
	{ CODE(OK), 0, 200, "ok" },
	{ CODE(UNKNOWN_TYPE), EOPNOTSUPP, 503, "unknown-type" },
	{ CODE(BAD_MESSAGE), EINVAL, 400, "bad-request" },
	{ CODE(DENIED), EACCES, 403, "denied" },
	{ CODE(NOT_FOUND), ENOENT, 404, "not-found" },
	{ CODE(EXISTS), EEXIST, 409, "exists" },
	{ CODE(STALE), ESTALE, 409, "stale" },
	{ CODE(FULL), ENOSPC, 507, "full" },
	{ CODE(BUSY), EBUSY, 409, "busy" },
	{ CODE(UNAVAILABLE), EHOSTUNREACH, 503, "unavailable" },
	{ CODE(TIMEOUT), ETIMEDOUT, 503, "timeout" },
	{ CODE(BAD_STATE), EPERM, 409, "bad-state" },
	{ CODE(FAILED), EIO, 503, "failed" },
};

#define N_CODES (sizeof(codes) / sizeof(codes[0]))

static size_t find(uint32_t code)
{
	for (size_t i = 0; i < N_CODES; i++)
		if (codes[i].code == code)
			return i;
	return N_CODES - 1;
}

uint32_t code_from_errno(int err)
{
	for (size_t i = 0; i < N_CODES; i++)
		if (codes[i].err == abs(err))
			return codes[i].code;
	return CODE(FAILED);
}

int code_to_errno(uint32_t code)
{
	return -codes[find(code)].err;
}

int code_to_http(uint32_t code)
{
	return codes[find(code)].http;
}

const char *code_to_word(uint32_t code)
{
	return codes[find(code)].word;
}

bool code_is_silence(uint32_t code)
{
	return code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT);
}
