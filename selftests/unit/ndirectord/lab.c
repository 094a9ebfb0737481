// SPDX-License-Identifier: GPL-2.0
/* All of the laboratory; see lab.h. */
#include "lab_proc.c"
#include "lab_told.c"
#include "lab_peer.c"
#include "lab_ask.c"
#include "lab_digest.c"
#include "lab_seen.c"
