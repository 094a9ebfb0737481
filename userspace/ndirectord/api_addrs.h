/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings and placements by HTTP; see api_addrs.c.
 */
#ifndef NDIRECTORD_API_ADDRS_H
#define NDIRECTORD_API_ADDRS_H

#include "director.h"

/* GET /mappings, /placements */
void api_get_mappings(struct http_request *req, void *arg);
void api_get_placements(struct http_request *req, void *arg);

/* api.c */
json_t *api_locators(const struct db_nve *nve);
bool api_vn_wanted(const struct db_vn *vn, const char *wanted);	/* NULL: all are */

#endif /* NDIRECTORD_API_ADDRS_H */
