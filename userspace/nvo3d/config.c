// SPDX-License-Identifier: GPL-2.0

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config.h"

/* What is left of an underlay packet of 1500 bytes after outer IP, UDP, VXLAN and Ethernet */
#define MTU_OVER_IPV4 1450
#define MTU_OVER_IPV6 1430
/* A mapping on demand that no frame used */
#define IDLE_S 300
#define AUDIT_S 60
#define REPORT_S 20

static int read_number(struct conf *conf, const char *path, long max, uint32_t *ret,
		       struct err *err)
{
	long v;
	int rc;

	rc = conf_int(conf, path, 1, max, &v, err);
	if (!rc)
		*ret = v;
	return rc;
}

static int read_mtu(struct conf *conf, const char *path, uint32_t def, uint32_t *ret,
		    struct err *err)
{
	long v;
	int rc;

	/* 1280 is what IPv6 needs at least (RFC 8200) */
	rc = conf_int_or(conf, path, 1280, 65000, def, &v, err);
	if (!rc)
		*ret = v;
	return rc;
}

static int read_locators(struct conf *conf, struct config_nve *nve, struct err *err)
{
	int rc;

	if (conf_has(conf, "nve.local")) {
		rc = conf_ip(conf, "nve.local", &nve->local4, err);
		if (rc)
			return rc;
		if (nve->local4.family != AF_INET)
			return conf_error(conf, "nve.local", err,
					  "must be an IPv4 address (local6 takes IPv6)");
	}
	if (conf_has(conf, "nve.local6")) {
		rc = conf_ip(conf, "nve.local6", &nve->local6, err);
		if (rc)
			return rc;
		if (nve->local6.family != AF_INET6)
			return conf_error(conf, "nve.local6", err, "must be an IPv6 address");
	}
	if (!nve->local4.family && !nve->local6.family)
		return conf_error(conf, "nve", err, "needs local or local6, the NVE's locators");
	return 0;
}

/*
 * Off unless it is asked for: with it the end of an agent is the end of a path to its neighbors,
 * which is worth it only where there are several, and the host's routing may have the port.
 */
static int read_bfd(struct conf *conf, struct config_bfd *bfd, struct err *err)
{
	long tx, rx, multiplier;
	int rc;

	/* The loop counts in ms; with less than 10 the host's scheduler is what would fail */
	rc = conf_bool_or(conf, "nve.bfd.enabled", false, &bfd->enabled, err);
	if (!rc)
		rc = conf_int_or(conf, "nve.bfd.tx_ms", 10, 60000, 300, &tx, err);
	if (!rc)
		rc = conf_int_or(conf, "nve.bfd.rx_ms", 10, 60000, 300, &rx, err);
	if (!rc)
		rc = conf_int_or(conf, "nve.bfd.multiplier", 1, 255, 3, &multiplier, err);
	if (!rc)
		rc = conf_bool_or(conf, "nve.bfd.multihop", false, &bfd->multihop, err);
	if (rc)
		return rc;
	bfd->tx_ms = tx;
	bfd->rx_ms = rx;
	bfd->multiplier = multiplier;
	return 0;
}

static int read_nve(struct conf *conf, struct config *c, struct err *err)
{
	struct config_nve *nve = &c->nve;
	long port, idle, audit;
	int rc;

	rc = conf_str(conf, "nve.dev", &nve->dev, err);
	if (rc)
		return rc;
	if (!*nve->dev || strlen(nve->dev) >= IFNAMSIZ)
		return conf_error(conf, "nve.dev", err,
				  "must be a device name of 1 to %d characters", IFNAMSIZ - 1);
	rc = read_locators(conf, nve, err);
	if (rc)
		return rc;
	rc = conf_int_or(conf, "nve.dstport", 1, 65535, 4789, &port, err);
	if (rc)
		return rc;
	nve->dstport = port;
	rc = conf_int_or(conf, "nve.idle", 1, 86400, IDLE_S, &idle, err);
	if (rc)
		return rc;
	nve->idle = idle;
	rc = conf_int_or(conf, "nve.audit", 1, 86400, AUDIT_S, &audit, err);
	if (rc)
		return rc;
	nve->audit = audit;
	rc = conf_bool_or(conf, "nve.relay", false, &nve->relay, err);
	if (rc)
		return rc;
	rc = read_mtu(conf, "nve.mtu", nve->local6.family ? MTU_OVER_IPV6 : MTU_OVER_IPV4,
		      &nve->mtu, err);
	if (rc)
		return rc;
	rc = conf_str(conf, "nve.listen", &nve->listen, err);
	if (rc)
		return rc;
	rc = conf_list(conf, "nve.directors", &nve->directors, &nve->n_directors, err);
	if (rc)
		return rc;
	if (!nve->n_directors)
		return conf_error(conf, "nve.directors", err, "must name at least one nDirector");
	return read_bfd(conf, &nve->bfd, err);
}

static int read_capacity(struct conf *conf, struct config_vserver *vs, struct err *err)
{
	int rc;

	rc = read_number(conf, "vserver.cpus", 1 << 16, &vs->cpus, err);
	if (!rc)
		rc = read_number(conf, "vserver.memory_mib", 1 << 30, &vs->memory_mib, err);
	if (!rc)
		rc = read_number(conf, "vserver.disk_mib", 1 << 30, &vs->disk_mib, err);
	if (!rc)
		rc = read_number(conf, "vserver.max_vms", 1 << 16, &vs->max_vms, err);
	return rc;
}

static int read_domain(struct conf *conf, struct config_libvirt *lv, struct err *err)
{
	const struct {
		const char *path;
		const char **ret;
	} texts[] = {
		{ "vserver.libvirt.machine", &lv->machine },
		{ "vserver.libvirt.emulator", &lv->emulator },
		{ "vserver.libvirt.kernel", &lv->kernel },
		{ "vserver.libvirt.initrd", &lv->initrd },
		{ "vserver.libvirt.cmdline", &lv->cmdline },
		{ "vserver.libvirt.template", &lv->template },
		{ "vserver.libvirt.migrate", &lv->migrate },
		{ "vserver.libvirt.init", &lv->init },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !rc; i++)
		rc = conf_str_or(conf, texts[i].path, "", texts[i].ret, err);
	return rc;
}

static bool is_lxc(const struct config_libvirt *lv)
{
	return !strcmp(lv->type, "lxc");
}

/* What is set and would not be looked at */
static int check_container(struct conf *conf, struct config_libvirt *lv, struct err *err)
{
	const struct {
		const char *path, *text;
	} others[] = {
		{ "vserver.libvirt.machine", lv->machine },
		{ "vserver.libvirt.kernel", lv->kernel },
		{ "vserver.libvirt.initrd", lv->initrd },
		{ "vserver.libvirt.migrate", lv->migrate },
	};

	if (!is_lxc(lv))
		return *lv->init ? conf_error(conf, "vserver.libvirt.init", err,
					      "only a container (type \"lxc\") has one") : 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (*others[i].text)
			return conf_error(conf, others[i].path, err,
					  "a container (type \"lxc\") has none");
	if (!*lv->init)
		lv->init = "/sbin/init";
	return 0;
}

const char *config_image(const struct config *config)
{
	if (!config->vserver.libvirt)
		return NULL;
	return is_lxc(&config->libvirt) ? "" : config->libvirt.template;
}

static int read_libvirt(struct conf *conf, struct config_libvirt *lv, struct err *err)
{
	static const char *const types[] = { "kvm", "qemu", "lxc", "test" };
	bool known = false;
	long v;
	int rc;

	rc = conf_str_or(conf, "vserver.libvirt.type", "kvm", &lv->type, err);
	if (!rc)
		rc = conf_str_or(conf, "vserver.libvirt.uri",
				 is_lxc(lv) ? "lxc:///system" : "qemu:///system", &lv->uri, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		known |= !strcmp(lv->type, types[i]);
	if (!known)
		return conf_error(conf, "vserver.libvirt.type", err,
				  "\"%s\" is none of kvm, qemu, lxc, test", lv->type);
	rc = conf_int_or(conf, "vserver.libvirt.shutdown", 1, 3600, 60, &v, err);
	if (rc)
		return rc;
	lv->shutdown_s = v;
	rc = conf_int_or(conf, "vserver.libvirt.max_cpus", 0, 1024, 0, &v, err);
	if (rc)
		return rc;
	lv->max_cpus = v;
	rc = conf_int_or(conf, "vserver.libvirt.max_memory", 0, 1 << 24, 0, &v, err);
	if (rc)
		return rc;
	lv->max_memory_mib = v;
	rc = read_domain(conf, lv, err);
	return rc ? rc : check_container(conf, lv, err);
}

static int read_vserver(struct conf *conf, struct config *c, struct err *err)
{
	struct config_vserver *vs = &c->vserver;
	uint32_t mtu = MTU_OVER_IPV6;
	const char *driver;
	long report;
	int rc;

	rc = conf_str_or(conf, "vserver.driver", "netns", &driver, err);
	if (rc)
		return rc;
	vs->libvirt = !strcmp(driver, "libvirt");
	if (!vs->libvirt && strcmp(driver, "netns"))
		return conf_error(conf, "vserver.driver", err,
				  "\"%s\" is not a driver (netns and libvirt are)", driver);
	rc = conf_str(conf, "vserver.nve", &vs->nve, err);
	if (rc)
		return rc;
	snprintf(c->default_nve_name, sizeof(c->default_nve_name), "%s/%s", c->dc, c->name);
	rc = conf_str_or(conf, "vserver.nve_name", c->default_nve_name, &vs->nve_name, err);
	if (rc)
		return rc;
	rc = conf_list(conf, "vserver.vcenters", &vs->vcenters, &vs->n_vcenters, err);
	if (rc)
		return rc;
	if (!vs->n_vcenters)
		return conf_error(conf, "vserver.vcenters", err, "must name at least one vCenter");
	rc = conf_str(conf, "vserver.images", &vs->images, err);
	if (rc)
		return rc;
	/* A remote NVE may have IPv6 locators; of one in this file we know */
	if (c->has_nve)
		mtu = c->nve.mtu;
	rc = read_mtu(conf, "vserver.mtu", mtu, &vs->mtu, err);
	if (rc)
		return rc;
	rc = conf_str_or(conf, "vserver.location", "", &vs->location, err);
	if (rc)
		return rc;
	rc = conf_bool_or(conf, "vserver.gateway", false, &vs->gateway, err);
	if (rc)
		return rc;
	rc = conf_int_or(conf, "vserver.report", 1, 86400, REPORT_S, &report, err);
	if (rc)
		return rc;
	vs->report_s = report;
	rc = read_capacity(conf, vs, err);
	if (!rc && vs->libvirt)
		rc = read_libvirt(conf, &c->libvirt, err);
	return rc;
}

/* Names become parts of certificates' SANs and of file names */
static int read_name(struct conf *conf, const char *path, const char *more, size_t max,
		     const char **ret, struct err *err)
{
	const char *v;
	int rc;

	rc = conf_str(conf, path, &v, err);
	if (rc)
		return rc;
	for (const char *p = v; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') && !strchr(more, *p))
			return conf_error(conf, path, err,
					  "may only have a-z, 0-9 and any of \"%s\"", more);
	if (!*v || *v == '.' || strlen(v) >= max)
		return conf_error(conf, path, err, "must have 1 to %zu characters, no dot first",
				  max - 1);
	*ret = v;
	return 0;
}

int config_read(struct conf *conf, struct config *ret, struct err *err)
{
	struct config c = {};
	struct identity id;
	int rc;

	rc = read_name(conf, "dc", "-", sizeof(id.dc), &c.dc, err);
	if (!rc)
		rc = read_name(conf, "name", "-.", sizeof(id.name), &c.name, err);
	if (!rc)
		rc = conf_tls(conf, &c.tls, err);
	if (!rc)
		rc = conf_str(conf, "state", &c.state, err);
	if (rc)
		return rc;

	c.has_nve = conf_has(conf, "nve");
	c.has_vserver = conf_has(conf, "vserver");
	if (!c.has_nve && !c.has_vserver)
		return conf_error(conf, "dc", err, "no role: the file has neither nve nor vserver");
	if (c.has_nve)
		rc = read_nve(conf, &c, err);
	if (!rc && c.has_vserver)
		rc = read_vserver(conf, &c, err);
	if (!rc)
		rc = conf_finish(conf, err);
	if (rc)
		return rc;
	*ret = c;
	if (ret->has_vserver && ret->vserver.nve_name == c.default_nve_name)
		ret->vserver.nve_name = ret->default_nve_name;
	return 0;
}
