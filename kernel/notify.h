/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What listeners in the device's network namespace are told.
 */
#ifndef _NVO3_NOTIFY_H
#define _NVO3_NOTIFY_H

#include "nl_fill.h"

/* Caller holds the mutex; may sleep. @cmd is one of NVO3_CMD_*_NTF. */
void nvo3_notify_vn(struct nvo3_nve *nve, u8 cmd, const struct nvo3_vn *vn);
void nvo3_notify_port(struct nvo3_nve *nve, u8 cmd, const struct nvo3_port *port);
void nvo3_notify_member(struct nvo3_nve *nve, u8 cmd, const struct nvo3_member *member);
void nvo3_notify_map(struct nvo3_nve *nve, u8 cmd, const struct nvo3_mapping *mapping);
void nvo3_notify_ipmap(struct nvo3_nve *nve, u8 cmd, const struct nvo3_ipmap *map);

void nvo3_notify_profile(struct nvo3_nve *nve, u8 cmd, const struct nvo3_profile *profile);

/* From the fast path. */
void nvo3_notify_miss(struct nvo3_nve *nve, const struct nvo3_miss_event *event);
void nvo3_notify_source(struct nvo3_nve *nve, const struct nvo3_source_event *event);
/* Has anybody got it? */
bool nvo3_notify_guest(struct nvo3_nve *nve, const struct nvo3_guest_event *event);

#endif /* _NVO3_NOTIFY_H */
