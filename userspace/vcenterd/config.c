// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "config.h"
#include "lib/conf.h"
#include "lib/mem.h"

static int load_vnis(struct config *c, struct err *err)
{
	long first, last;

	if (conf_int_or(c->conf, "vni_first", 1, 0xffffff, 4096, &first, err) ||
	    conf_int_or(c->conf, "vni_last", 1, 0xffffff, 0xffffff, &last, err))
		return -EINVAL;
	if (first > last)
		return conf_error(c->conf, "vni_last", err, "%ld is less than vni_first, %ld",
				  last, first);
	c->vni_first = first;
	c->vni_last = last;
	return 0;
}

static int load_base(struct config *c, struct err *err)
{
	struct conf *conf = c->conf;
	struct identity id;
	char uri[160];
	const char *dc;

	if (conf_str(conf, "dc", &dc, err) || conf_str(conf, "name", &c->name, err) ||
	    conf_tls(conf, &c->tls, err) || conf_str(conf, "store", &c->store, err) ||
	    conf_str(conf, "listen", &c->listen, err) ||
	    conf_str_or(conf, "api", NULL, &c->api, err) ||
	    conf_str_or(conf, "socket", NULL, &c->socket, err) ||
	    conf_list(conf, "directors", &c->directors, &c->n_directors, err))
		return -EINVAL;
	snprintf(uri, sizeof(uri), "nvo3://%s/vcenter/%s", dc, c->name);
	if (identity_parse(uri, &id, err))
		return conf_error(conf, "name", err, "\"%s\" and \"%s\" are no dc and name", dc,
				  c->name);
	if (load_vnis(c, err))
		return -EINVAL;
	if (!c->n_directors)
		return conf_error(conf, "directors", err, "at least one address is needed");
	snprintf(c->dc, sizeof(c->dc), "%s", dc);
	return 0;
}

static int load_peer(struct config *c, int i, struct err *err)
{
	struct peer_conf *peer = &c->peers[i];
	char path[64];
	const char *dc;

	snprintf(path, sizeof(path), "peers.[%d].addrs", i);
	if (conf_list(c->conf, path, &peer->addrs, &peer->n_addrs, err))
		return -EINVAL;
	if (!peer->n_addrs)
		return conf_error(c->conf, path, err, "at least one address is needed");
	snprintf(path, sizeof(path), "peers.[%d].dc", i);
	if (conf_str(c->conf, path, &dc, err))
		return -EINVAL;
	if (strlen(dc) >= sizeof(peer->dc))
		return conf_error(c->conf, path, err, "\"%s\" is too long", dc);
	if (!strcmp(dc, c->dc))
		return conf_error(c->conf, path, err, "\"%s\" is this data centre itself", dc);
	for (int j = 0; j < i; j++)
		if (!strcmp(c->peers[j].dc, dc))
			return conf_error(c->conf, path, err, "\"%s\" is there twice", dc);
	snprintf(peer->dc, sizeof(peer->dc), "%s", dc);
	return 0;
}

static bool is_peer(const struct config *c, const char *dc)
{
	for (int i = 0; i < c->n_peers; i++)
		if (!strcmp(c->peers[i].dc, dc))
			return true;
	return false;
}

static struct choice_dc *find_child(const struct config *c, const char *dc)
{
	for (int i = 0; i < c->n_children; i++)
		if (!strcmp(c->children[i].dc, dc))
			return &c->children[i];
	return NULL;
}

static int load_child(struct config *c, int i, struct err *err)
{
	struct choice_dc *child;
	char path[64];
	const char *dc;
	long weight;

	snprintf(path, sizeof(path), "children.[%d].weight", i);
	if (conf_int_or(c->conf, path, 0, CHOICE_WEIGHT_MAX, CHOICE_WEIGHT, &weight, err))
		return -EINVAL;
	snprintf(path, sizeof(path), "children.[%d].dc", i);
	if (conf_str(c->conf, path, &dc, err))
		return -EINVAL;
	if (find_child(c, dc))
		return conf_error(c->conf, path, err, "\"%s\" is there twice", dc);
	if (!strcmp(dc, CHOICE_ANY))
		return conf_error(c->conf, path, err, "\"%s\" means whichever", dc);
	if (strcmp(dc, c->dc) && !is_peer(c, dc))
		return conf_error(c->conf, path, err, "\"%s\" is none of the peers", dc);
	child = &c->children[c->n_children++];
	child->weight = weight;
	snprintf(child->dc, sizeof(child->dc), "%s", dc);
	return 0;
}

/* This DC is always among them: the first, unless it is named. */
static int load_children(struct config *c, struct err *err)
{
	int n = conf_count(c->conf, "children");

	c->children = mem_calloc(n + 1, sizeof(*c->children));
	for (int i = 0; i < n; i++)
		if (load_child(c, i, err))
			return -EINVAL;
	if (find_child(c, c->dc))
		return 0;
	memmove(c->children + 1, c->children, c->n_children++ * sizeof(*c->children));
	c->children[0].weight = CHOICE_WEIGHT;
	strcpy(c->children[0].dc, c->dc);
	return 0;
}

static int load_parent(struct config *c, struct err *err)
{
	if (conf_str_or(c->conf, "parent", NULL, &c->parent, err))
		return -EINVAL;
	if (!c->parent)
		return 0;
	if (!strcmp(c->parent, c->dc))
		return conf_error(c->conf, "parent", err, "\"%s\" is this data centre itself",
				  c->parent);
	if (!is_peer(c, c->parent))
		return conf_error(c->conf, "parent", err, "\"%s\" is none of the peers",
				  c->parent);
	if (find_child(c, c->parent))
		return conf_error(c->conf, "parent", err, "\"%s\" is one of the children, too",
				  c->parent);
	return 0;
}

static int load_hierarchy(struct config *c, struct err *err)
{
	const char *policy;

	if (load_children(c, err) || load_parent(c, err) ||
	    conf_str_or(c->conf, "policy", "emptiest", &policy, err))
		return -EINVAL;
	if (!choice_policy_parse(policy, &c->policy))
		return conf_error(c->conf, "policy", err, "\"%s\" is neither emptiest nor first",
				  policy);
	return 0;
}

static int load_grant(struct config *c, int i, struct err *err)
{
	struct grant *grant = &c->grants.items[i];
	const struct {
		const char *key;
		char *to;
	} fields[] = {
		{ "server", grant->server },
		{ "tenant", grant->tenant },
		{ "vn", grant->vn },
	};

	for (int f = 0; f < 3; f++) {
		const char *value;
		char path[64];

		snprintf(path, sizeof(path), "grants.[%d].%s", i, fields[f].key);
		if (conf_str(c->conf, path, &value, err))
			return -EINVAL;
		if (!*value || strlen(value) >= VC_NAME_SIZE)
			return conf_error(c->conf, path, err, "must be 1 to %d characters",
					  VC_NAME_SIZE - 1);
		strcpy(fields[f].to, value);
	}
	return 0;
}

static int load_entitlement(struct config *c, int i, struct err *err)
{
	struct entitlement *e = &c->entitlements.items[i];
	const struct {
		const char *key;
		uint32_t *to;
	} fields[] = {
		{ "vms", &e->limit.vms },
		{ "cpus", &e->limit.cpus },
		{ "memory_mib", &e->limit.memory_mib },
		{ "disk_mib", &e->limit.disk_mib },
	};
	const char *tenant;
	char path[64];
	long value;

	snprintf(path, sizeof(path), "entitlements.[%d].tenant", i);
	if (conf_str(c->conf, path, &tenant, err))
		return -EINVAL;
	if (!*tenant || strlen(tenant) >= VC_NAME_SIZE)
		return conf_error(c->conf, path, err, "must be 1 to %d characters",
				  VC_NAME_SIZE - 1);
	strcpy(e->tenant, tenant);
	for (int f = 0; f < 4; f++) {
		snprintf(path, sizeof(path), "entitlements.[%d].%s", i, fields[f].key);
		if (conf_int_or(c->conf, path, 0, UINT32_MAX, 0, &value, err))
			return -EINVAL;
		*fields[f].to = value;
	}
	return 0;
}

static int load_entitlements(struct config *c, struct err *err)
{
	c->entitlements.n = conf_count(c->conf, "entitlements");
	c->entitlements.items = mem_calloc(c->entitlements.n, sizeof(*c->entitlements.items));
	for (int i = 0; i < c->entitlements.n; i++)
		if (load_entitlement(c, i, err))
			return -EINVAL;
	return 0;
}

static int load_rule(struct config *c, const char *name, struct alarm_rule *rule, struct err *err)
{
	char path[64];
	long value;

	snprintf(path, sizeof(path), "monitor.%s.raise", name);
	if (conf_int_or(c->conf, path, 1, 1000000, rule->raise, &value, err))
		return -EINVAL;
	rule->raise = value;
	snprintf(path, sizeof(path), "monitor.%s.reports", name);
	if (conf_int_or(c->conf, path, 1, 60000, rule->reports, &value, err))
		return -EINVAL;
	rule->reports = value;
	snprintf(path, sizeof(path), "monitor.%s.clear", name);
	if (conf_int_or(c->conf, path, 0, 1000000, rule->clear, &value, err))
		return -EINVAL;
	if (value > rule->raise)
		return conf_error(c->conf, path, err, "%ld is more than raise, %u", value,
				  rule->raise);
	rule->clear = value;
	return 0;
}

static int load_monitor(struct config *c, struct err *err)
{
	c->monitor = monitor_defaults;
	if (load_rule(c, "vm_cpu", &c->monitor.vm_cpu, err) ||
	    load_rule(c, "vm_memory", &c->monitor.vm_memory, err) ||
	    load_rule(c, "server_cpu", &c->monitor.server_cpu, err) ||
	    load_rule(c, "server_memory", &c->monitor.server_memory, err) ||
	    load_rule(c, "host_cpu", &c->monitor.host_cpu, err) ||
	    load_rule(c, "host_memory", &c->monitor.host_memory, err) ||
	    load_rule(c, "host_disk", &c->monitor.host_disk, err) ||
	    load_rule(c, "host_busy", &c->monitor.host_busy, err))
		return -EINVAL;
	return 0;
}

static int load(struct config *c, struct err *err)
{
	int ret = load_base(c, err);

	if (ret)
		return ret;
	c->n_peers = conf_count(c->conf, "peers");
	c->peers = mem_calloc(c->n_peers, sizeof(*c->peers));
	for (int i = 0; i < c->n_peers; i++)
		if (load_peer(c, i, err))
			return -EINVAL;
	c->grants.n = conf_count(c->conf, "grants");
	c->grants.items = mem_calloc(c->grants.n, sizeof(*c->grants.items));
	for (int i = 0; i < c->grants.n; i++)
		if (load_grant(c, i, err))
			return -EINVAL;
	if (load_hierarchy(c, err) || load_entitlements(c, err) || load_monitor(c, err))
		return -EINVAL;
	return conf_finish(c->conf, err);
}

int config_load(const char *path, struct config *ret, struct err *err)
{
	struct config c = { .conf = conf_open(path, err) };

	if (!c.conf)
		return -EINVAL;
	if (load(&c, err)) {
		config_free(&c);
		return -EINVAL;
	}
	*ret = c;
	return 0;
}

void config_free(struct config *config)
{
	free(config->peers);
	free(config->children);
	free(config->grants.items);
	free(config->entitlements.items);
	conf_free(config->conf);
	memset(config, 0, sizeof(*config));
}
