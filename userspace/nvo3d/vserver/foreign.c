// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>

#include "center.h"
#include "foreign.h"
#include "log.h"
#include "mem.h"

#define TEXT "it says that it is a VM of nvo3's, but not of this vServer"

struct foreign {
	struct uuid id;			/* key */
	UT_hash_handle hh;
};

static void tell(struct vserver *vs, const struct foreign *f)
{
	char name[UUID_STRLEN];

	center_alert(vs->center, "vm-foreign", uuid_format(&f->id, name), TEXT);
}

static void forget(struct vserver *vs, struct foreign *f)
{
	HASH_DEL(vs->foreign, f);
	free(f);
}

void foreign_seen(struct vserver *vs, const struct uuid *id, bool is)
{
	char name[UUID_STRLEN];
	struct foreign *f;

	HASH_FIND(hh, vs->foreign, id, sizeof(*id), f);
	if (f && !is)
		forget(vs, f);
	if (f || !is)
		return;
	f = mem_zalloc(sizeof(*f));
	f->id = *id;
	HASH_ADD(hh, vs->foreign, id, sizeof(f->id), f);
	log_warn("domain %s: %s", uuid_format(id, name), TEXT);
	/* Before vCenter has heard who we are foreign_tell() is still to come */
	if (vs->center->heard)
		tell(vs, f);
}

void foreign_tell(struct vserver *vs)
{
	struct foreign *f;

	for (f = vs->foreign; f; f = f->hh.next)
		tell(vs, f);
}

void foreign_stop(struct vserver *vs)
{
	struct foreign *f, *next;

	HASH_ITER(hh, vs->foreign, f, next)
		forget(vs, f);
}
