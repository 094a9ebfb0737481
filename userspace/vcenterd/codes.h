/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One failure in three languages: errno, result code of a message, HTTP status. Pure.
 */
#ifndef VCENTERD_CODES_H
#define VCENTERD_CODES_H

#include <stdbool.h>
#include <stdint.h>

uint32_t code_from_errno(int err);	/* either sign; unknown: CODE(FAILED) */
int code_to_errno(uint32_t code);	/* negative; 0 for CODE(OK) */
int code_to_http(uint32_t code);
const char *code_to_word(uint32_t code);	/* "not-found", for the API */
/* Nobody said yes or no: it may have happened or not, ask again. */
bool code_is_silence(uint32_t code);

#endif
