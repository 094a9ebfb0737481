// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "hier_view.h"
#include "lib/cleanup.h"
#include "lib/msg.h"

static json_t *view_sums(const struct dc_sums *sums)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "cpus", (json_int_t)sums->cpus, "memory_mib",
			 (json_int_t)sums->memory_mib, "disk_mib", (json_int_t)sums->disk_mib,
			 "vms", (json_int_t)sums->vms);
}

json_t *hier_view_dc(const struct candidate *v, bool here, const struct hier_told *told)
{
	const struct dc_figures *f = &told->figures;
	json_t *item;

	item = json_pack("{s:s, s:b, s:b, s:i}", "dc", v->dc, "up", v->state == DC_OFFERS, "here",
			 here, "weight", (int)v->weight);
	if (v->state == DC_OUT)
		json_object_set_new(item, "error", json_string(v->offer.text));
	if (!told->time)
		return item;
	if (v->state == DC_OUT)
		json_object_set_new(item, "time", json_integer(told->time));
	json_object_set_new(item, "servers", json_integer(f->servers));
	json_object_set_new(item, "servers_up", json_integer(f->servers_up));
	json_object_set_new(item, "vms", json_integer(f->vms));
	json_object_set_new(item, "entitled", view_sums(&f->entitled));
	json_object_set_new(item, "total", view_sums(&f->total));
	return item;
}

static json_t *view_offer(const struct candidate *v)
{
	bool fits = v->state == DC_OFFERS && v->offer.code == CODE(OK);
	json_t *item = json_pack("{s:s, s:b}", "dc", v->dc, "fits", fits);

	if (fits)
		json_object_set_new(item, "server", json_string(v->offer.server));
	else
		json_object_set_new(item, "reason", json_string(v->offer.text));
	return item;
}

json_t *hier_view_offers(const struct choice *c, int best, const char *vm)
{
	json_t *body = json_object(), *dcs = json_array();
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < c->n; i++)
		json_array_append_new(dcs, view_offer(&c->v[i]));
	json_object_set_new(body, "dcs", dcs);
	if (best >= 0) {
		json_object_set_new(body, "dc", json_string(c->v[best].dc));
		json_object_set_new(body, "server", json_string(c->v[best].offer.server));
	} else {
		choice_refusal(c, vm, &text);
		json_object_set_new(body, "error", json_string(text));
	}
	return body;
}
