// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "inventory_pool.h"
#include "view_subnet.h"

static json_t *view_addr(const struct ip_addr *a)
{
	char text[IP_ADDR_STRLEN];

	return json_string(ip_addr_format(a, text));
}

static json_t *view_range(const struct ip_range *r)
{
	char text[IP_RANGE_STRLEN];

	return json_string(ip_range_format(r, text));
}

static json_t *view_subnet(const struct subnet *s)
{
	json_t *obj = json_object(), *dns = json_array(), *reserved = json_array();
	char text[IP_PREFIX_STRLEN];

	for (int i = 0; i < s->n_dns; i++)
		json_array_append_new(dns, view_addr(&s->dns[i]));
	for (int i = 0; i < s->n_reserved; i++)
		json_array_append_new(reserved, view_range(&s->reserved[i]));
	json_object_set_new(obj, "prefix", json_string(ip_prefix_format(&s->prefix, text)));
	if (s->gateway.family)
		json_object_set_new(obj, "gateway", view_addr(&s->gateway));
	json_object_set_new(obj, "dns", dns);
	if (*s->domain)
		json_object_set_new(obj, "domain", json_string(s->domain));
	json_object_set_new(obj, "lease_s", json_integer(s->lease_s));
	json_object_set_new(obj, "range", view_range(&s->range));
	json_object_set_new(obj, "reserved", reserved);
	return obj;
}

json_t *view_subnets(const struct vn *vn)
{
	json_t *list = json_array(), *obj;

	for (int i = 0; i < vn->subnets.n; i++) {
		obj = view_subnet(&vn->subnets.v[i]);
		/* A VN that is just going has none any more */
		if (vn->pools[i].pool) {
			json_object_set_new(obj, "size",
					    json_integer(inventory_pool_size(vn, i)));
			json_object_set_new(obj, "used",
					    json_integer(inventory_pool_used(vn, i)));
		}
		json_array_append_new(list, obj);
	}
	return list;
}

/* --- and from it */

/* Each of a string or a list of them, at most @max */
static int each(json_t *obj, const char *key, int max, int *n,
		int (*get)(const char *text, void *arg, int n, struct err *err), void *arg,
		struct err *err)
{
	json_t *list = json_object_get(obj, key), *item;
	size_t i;

	if (!list)
		return 0;
	if (json_is_string(list) && !get(json_string_value(list), arg, 0, err)) {
		*n = 1;
		return 0;
	}
	if (json_is_string(list))
		return err_prefix(err, -EINVAL, "%s", key);
	if (!json_is_array(list) || json_array_size(list) > (size_t)max)
		return err_set(err, EINVAL, "%s: must be a list of at most %d strings", key, max);
	json_array_foreach(list, i, item) {
		if (!json_is_string(item))
			return err_set(err, EINVAL, "%s: must be a list of strings", key);
		if (get(json_string_value(item), arg, i, err))
			return err_prefix(err, -EINVAL, "%s", key);
	}
	*n = json_array_size(list);
	return 0;
}

static int get_addr(const char *text, void *arg, int n, struct err *err)
{
	struct ip_addr *addrs = arg;

	return ip_addr_parse(&addrs[n], text, err);
}

static int get_range(const char *text, void *arg, int n, struct err *err)
{
	struct ip_range *ranges = arg;

	return ip_range_parse(&ranges[n], text, err);
}

static int parse_told(json_t *obj, struct subnet *s, struct err *err)
{
	long long lease = SUBNET_LEASE_DEFAULT;
	const char *domain = "";

	if (json_opt_str(obj, "domain", &domain, err) ||
	    json_opt_int(obj, "lease_s", SUBNET_LEASE_MIN, SUBNET_LEASE_MAX, &lease, err) ||
	    each(obj, "dns", SUBNET_DNS_MAX, &s->n_dns, get_addr, s->dns, err))
		return -EINVAL;
	if (strlen(domain) >= sizeof(s->domain))
		return err_set(err, EINVAL, "domain: longer than %zu characters",
			       sizeof(s->domain) - 1);
	strcpy(s->domain, domain);
	s->lease_s = lease;
	return 0;
}

static int parse_subnet(json_t *obj, struct subnet *s, struct err *err)
{
	/* size and used are what a view of one has: told back, they say nothing */
	static const char *const known[] = { "prefix", "gateway", "dns", "domain", "lease_s",
					     "range", "reserved", "size", "used", NULL };
	const char *prefix, *gateway = NULL, *range = NULL;

	if (!json_is_object(obj))
		return err_set(err, EINVAL, "must be an object");
	if (json_only(obj, known, err) || json_get_str(obj, "prefix", &prefix, err) ||
	    json_opt_str(obj, "gateway", &gateway, err) ||
	    json_opt_str(obj, "range", &range, err) || parse_told(obj, s, err) ||
	    each(obj, "reserved", SUBNET_RESERVED_MAX, &s->n_reserved, get_range, s->reserved,
		 err))
		return -EINVAL;
	if (ip_prefix_parse(&s->prefix, prefix, err))
		return err_prefix(err, -EINVAL, "prefix");
	if (gateway && ip_addr_parse(&s->gateway, gateway, err))
		return err_prefix(err, -EINVAL, "gateway");
	if (range && ip_range_parse(&s->range, range, err))
		return err_prefix(err, -EINVAL, "range");
	return 0;
}

int api_vn_subnets(json_t *body, struct vn *vn, struct err *err)
{
	json_t *list = json_object_get(body, "subnets"), *item;
	struct subnets s = { .n = 0 };
	size_t i;

	if (!list)
		return 0;
	if (!json_is_array(list) || json_array_size(list) > SUBNETS_MAX)
		return err_set(err, EINVAL, "subnets: must be a list of at most %d", SUBNETS_MAX);
	json_array_foreach(list, i, item) {
		if (parse_subnet(item, &s.v[i], err))
			return err_prefix(err, -EINVAL, "subnets[%zu]", i);
		s.n = i + 1;
		if (subnet_check_prefix(&s.v[i], err))
			return -EINVAL;
		if (!s.v[i].range.first.family)
			subnet_default_range(&s.v[i]);
	}
	if (subnets_check(&s, err))
		return -EINVAL;
	vn_set_subnets(vn, &s);
	return 0;
}
