/* SPDX-License-Identifier: GPL-2.0 */
/* What tenant systems say to each other. */
#ifndef _MODEL_INNER_H
#define _MODEL_INNER_H

#include "build.h"

/*
 * A frame from @port's tenant system, or from nobody in particular if that is NULL, with a
 * VLAN tag unless @vlan is negative.
 */
void inner_make(const struct world *w, const struct port *port, int vlan, struct bytes *b);

#endif /* _MODEL_INNER_H */
