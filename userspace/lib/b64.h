/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Base64 (RFC 4648, section 4), as bytes travel in JSON.
 */
#ifndef B64_H
#define B64_H

#include <stddef.h>
#include <stdint.h>

/* With its padding and a final zero; free() it. */
char *b64_encode(const void *data, size_t len);
/*
 * 0, or -EINVAL for what is no base64 of whole groups of four; *ret is malloc()ed and has a zero
 * behind its *len bytes.
 */
int b64_decode(const char *text, uint8_t **ret, size_t *len);

#endif /* B64_H */
