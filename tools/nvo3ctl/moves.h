/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NVO3CTL_MOVES_H
#define NVO3CTL_MOVES_H

#include "print.h"

/* A move as a record */
extern const struct column move_columns[];

#endif /* NVO3CTL_MOVES_H */
