/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NVEs by rtnetlink (ip link add ... type nvo3), their underlays' namespaces,
 * and what happens to other devices around them.
 */
#ifndef _NVO3_RTNL_H
#define _NVO3_RTNL_H

int nvo3_rtnl_init(void);

/* Deletes all NVEs; none can be made any more. */
void nvo3_rtnl_uninit(void);

#endif /* _NVO3_RTNL_H */
