// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "persist.h"
#include "server_dead.h"
#include "session_director.h"

/* Where NVE and vServer are two machines, one NVE serves several servers. */
int server_may_be_dead(const struct inventory *inv, const struct server *server, struct err *err)
{
	const struct server *other;

	if (server->session)
		return err_set(err, EBUSY, "server %s has a session: it is not dead", server->name);
	for (other = inv->servers; other; other = other->hh.next)
		if (other->session && !strcmp(other->nve, server->nve))
			return err_set(err, EBUSY,
				       "NVE %s of server %s is also that of server %s, which has a session",
				       server->nve, server->name, other->name);
	return 0;
}

int server_declare_dead(struct vcenter *vc, struct server *server, struct err *err)
{
	bool was = server->dead;
	int ret;

	ret = server_may_be_dead(vc->inv, server, err);
	if (ret)
		return ret;
	server->dead = true;
	ret = was ? 0 : persist_server(vc->store, server, err);
	if (ret) {
		server->dead = was;
		return ret;
	}
	if (!was)
		note_alert(vc, "server-dead", server->name,
			   "what is behind its NVE %s is to be withdrawn", server->nve);
	session_director_nve_dead(vc, server);
	return 0;
}
