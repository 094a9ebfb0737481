/* SPDX-License-Identifier: GPL-2.0 */
/* Random frames that mean something in a world: of tenant systems, and of other NVEs. */
#ifndef _MODEL_FRAMES_H
#define _MODEL_FRAMES_H

#include "build.h"

struct frame {
	int dev;		/* access device that receives it, -1: the underlay's */
	uint32_t keep;		/* bytes of outer headers that get it to the NVE for sure */
	struct bytes bytes;
};

void frame_make(const struct world *w, struct frame *frame);

#endif /* _MODEL_FRAMES_H */
