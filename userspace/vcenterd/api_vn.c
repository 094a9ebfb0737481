// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <linux/nvo3.h>
#include "api.h"
#include "profile.h"
#include "view.h"
#include "view_subnet.h"
#include "vn_ops.h"
#include "words.h"

void api_vn_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *items = json_array();
	struct vn *vn, *tmp;

	HASH_ITER(hh, vc->inv->vns, vn, tmp)
		json_array_append_new(items, view_vn(vn));
	api_reply_items(req, items);
}

/* What need not be given: everybody's, its frames to unknown addresses go to all. */
static const struct vn vn_default = { .unknown = NVO3_UNKNOWN_DROP, .bum = NVO3_BUM_REPLICATE };

static int parse_arp(json_t *body, struct vn *vn, struct err *err)
{
	const char *arp = word_arp(vn->arp);
	const char *unknown = word_arp_unknown(vn->arp_unknown);

	if (json_opt_str(body, "arp", &arp, err) ||
	    json_opt_str(body, "arp_unknown", &unknown, err))
		return -EINVAL;
	if (word_arp_parse(arp, &vn->arp))
		return err_set(err, EINVAL, "arp: \"%s\" is none of off, answer", arp);
	if (word_arp_unknown_parse(unknown, &vn->arp_unknown))
		return err_set(err, EINVAL, "arp_unknown: \"%s\" is none of flood, ask, drop",
			       unknown);
	return 0;
}

static int parse_policies(json_t *body, struct vn *vn, struct err *err)
{
	const char *unknown = word_unknown(vn->unknown);
	const char *bum = word_bum(vn->bum);
	const char *distribution = word_distribution(vn->distribution);
	const char *claims = word_claims(vn->claims);

	if (json_opt_str(body, "unknown", &unknown, err) ||
	    json_opt_str(body, "bum", &bum, err) ||
	    json_opt_str(body, "distribution", &distribution, err) ||
	    json_opt_str(body, "claims", &claims, err))
		return -EINVAL;
	if (word_unknown_parse(unknown, &vn->unknown))
		return err_set(err, EINVAL, "unknown: \"%s\" is none of drop, ask, flood, relay",
			       unknown);
	if (word_bum_parse(bum, &vn->bum))
		return err_set(err, EINVAL, "bum: \"%s\" is none of none, replicate", bum);
	if (word_distribution_parse(distribution, &vn->distribution))
		return err_set(err, EINVAL,
			       "distribution: \"%s\" is none of push, on-demand, auto",
			       distribution);
	if (word_claims_parse(claims, &vn->claims))
		return err_set(err, EINVAL, "claims: \"%s\" is neither placed nor open", claims);
	if (api_vn_subnets(body, vn, err))
		return -EINVAL;
	return parse_arp(body, vn, err);
}

static int parse(json_t *body, struct vn *vn, struct err *err)
{
	static const char *const known[] = { "name", "vni", "tenant", "uuid", "unknown", "bum",
					     "distribution", "arp", "arp_unknown", "claims", "subnets",
					     NULL };
	const char *name, *tenant = "", *uuid = NULL;
	long long vni = 0;

	if (json_only(body, known, err) || json_get_str(body, "name", &name, err) ||
	    json_opt_int(body, "vni", 1, 0xffffff, &vni, err) ||
	    json_opt_str(body, "tenant", &tenant, err) ||
	    json_opt_str(body, "uuid", &uuid, err) || parse_policies(body, vn, err))
		return -EINVAL;
	if (name_check("name", name, err) || (*tenant && name_check("tenant", tenant, err)))
		return -EINVAL;
	vn->uuid = uuid_new();
	if (uuid && uuid_parse(&vn->uuid, uuid, err))
		return -EINVAL;
	snprintf(vn->name, sizeof(vn->name), "%s", name);
	snprintf(vn->tenant, sizeof(vn->tenant), "%s", tenant);
	vn->vni = vni;
	return 0;
}

/* The same VN asked for again keeps the one that it has. */
static int choose_vni(struct inventory *inv, struct vn *tmpl, struct err *err)
{
	struct vn *vn = inventory_vn(inv, &tmpl->uuid);

	if (!vn)
		return inventory_vni_find(inv, &tmpl->vni, err);
	tmpl->vni = vn->vni;
	return 0;
}

void api_vn_create(struct http_request *req, void *arg)
{
	struct vn tmpl = vn_default, *vn;
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct err err;
	int ret;

	if (!body)
		return;
	ret = parse(body, &tmpl, &err);
	if (!ret && !tmpl.vni)
		ret = choose_vni(vc->inv, &tmpl, &err);
	if (!ret) {
		snprintf(tmpl.home_dc, sizeof(tmpl.home_dc), "%s", vc->conf.dc);
		ret = vn_ops_create(vc, &tmpl, &vn, &err);
	}
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 201, view_vn(vn));
}

void api_vn_set(struct http_request *req, void *arg)
{
	static const char *const known[] = { "unknown", "bum", "distribution", "arp",
					     "arp_unknown", "claims", "subnets", NULL };
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct vn want, *vn;
	struct err err;
	int ret = -ENOENT;

	if (!body)
		return;
	vn = api_find_vn(vc, http_param(req, "id"), &err);
	if (vn) {
		want = *vn;
		ret = json_only(body, known, &err) ? -EINVAL : parse_policies(body, &want, &err);
		if (!ret)
			ret = vn_ops_set(vc, vn, &want, &err);
	}
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 200, view_vn(vn));
}

void api_vn_show(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct err err;
	struct vn *vn = api_find_vn(vc, http_param(req, "id"), &err);

	if (vn)
		http_reply(req, 200, view_vn(vn));
	else
		api_refuse(req, -ENOENT, &err);
}

void api_vn_delete(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct err err;
	struct vn *vn = api_find_vn(vc, http_param(req, "id"), &err);
	int ret = vn ? vn_ops_delete(vc, vn, &err) : -ENOENT;

	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 200, json_object());
}
