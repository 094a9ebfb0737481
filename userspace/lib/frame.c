// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "frame.h"

int frame_next(const uint8_t *data, size_t len, uint32_t max,
	       const uint8_t **payload, uint32_t *size)
{
	uint32_t n;

	if (len < FRAME_HEADER)
		return 0;
	n = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
	*size = n;
	if (!n)
		return -EBADMSG;
	if (n > max)
		return -EMSGSIZE;
	if (len - FRAME_HEADER < n)
		return 0;
	*payload = data + FRAME_HEADER;
	return 1;
}

void frame_header(uint8_t header[FRAME_HEADER], uint32_t size)
{
	header[0] = size >> 24;
	header[1] = size >> 16;
	header[2] = size >> 8;
	header[3] = size;
}
