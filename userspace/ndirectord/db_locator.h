/* SPDX-License-Identifier: GPL-2.0 */
/* Whose a locator is: an index over what the NVEs of this DC have, silent ones too. */
#ifndef NDIRECTORD_DB_LOCATOR_H
#define NDIRECTORD_DB_LOCATOR_H

#include "db.h"

/* Another NVE of this DC than @nve that has this locator and is not silent, or NULL. */
const struct db_nve *db_locator_owner(const struct db *db, const struct ip_addr *locator,
				      const struct db_nve *nve);

/* What @nve has from now on, at most DB_LOCATORS of them; nobody is told. */
void db_locators_put(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n);

#endif /* NDIRECTORD_DB_LOCATOR_H */
