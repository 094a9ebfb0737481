/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which distribution is in force for a VN (Documentation/distribution.rst). Pure.
 */
#ifndef NDIRECTORD_MODE_H
#define NDIRECTORD_MODE_H

#include <stdbool.h>
#include <stdint.h>

#define MODE_PUSH_BELOW		1024u	/* mappings in a VN with auto */
#define MODE_DEMAND_ABOVE	2048u

/* @distribution as in VnInfo; @was: on demand until now. */
bool mode_on_demand(uint32_t distribution, unsigned int maps, bool was);

#endif /* NDIRECTORD_MODE_H */
