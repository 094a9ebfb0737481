/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Length-prefixed frames out of a byte stream. Pure.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER	4u		/* the length, network order */
#define FRAME_MAX_HELLO	4096u		/* before the peer said hello */
#define FRAME_MAX	(1024u * 1024u)	/* afterwards */

/*
 * Look at @len bytes: 1 and the payload in *@payload, *@size (the frame takes
 * 4 + *@size bytes), 0 if more is needed, -EMSGSIZE if it is longer than @max,
 * -EBADMSG if it is empty. With a whole header *@size is set in any case.
 */
int frame_next(const uint8_t *data, size_t len, uint32_t max,
	       const uint8_t **payload, uint32_t *size);
void frame_header(uint8_t header[FRAME_HEADER], uint32_t size);

#endif /* FRAME_H */
