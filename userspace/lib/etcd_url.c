// SPDX-License-Identifier: GPL-2.0
/*
 * Where a store in etcd is; see etcd_url.h.
 */
#include "etcd_url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define LEASE_S		10
#define KEEP		10000
#define QUOTA_MIB	2048

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static int add_endpoint(struct etcd_url *url, const char *text, struct err *err)
{
	const char *host = strstr(text, "://"), *port = strrchr(text, ':');
	char *end = NULL;
	long number = 0;

	if (host && port > host)
		number = strtol(port + 1, &end, 10);
	if ((!begins(text, "http://") && !begins(text, "https://")) || !end || *end ||
	    end == port + 1 || port == host + 3 || number < 1 || number > 65535)
		return err_set(err, EINVAL,
			       "etcd: \"%s\": must be http://HOST:PORT or https://HOST:PORT", text);
	if (url->n_endpoints == ETCD_ENDPOINTS)
		return err_set(err, EINVAL, "etcd: more than %d endpoints", ETCD_ENDPOINTS);
	url->endpoints[url->n_endpoints++] = text;
	return 0;
}

static int number_of(const char *name, const char *value, long min, long max, unsigned int *ret,
		     struct err *err)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno || end == value || *end || ((number < min || number > max) && number))
		return err_set(err, EINVAL, "etcd: %s=%s: must be a number from %ld to %ld", name,
			       value, min, max);
	*ret = number;
	return 0;
}

static int set_prefix(struct etcd_url *url, const char *value, struct err *err)
{
	size_t len = strlen(value);

	if (len < 2 || len > 128 || value[0] != '/' || value[len - 1] == '/')
		return err_set(err, EINVAL,
			       "etcd: prefix=%s: must be a slash and 1 to 127 bytes, without one at the end",
			       value);
	url->prefix = value;
	return 0;
}

static int set_one(struct etcd_url *url, char *param, struct err *err)
{
	char *value = strchr(param, '=');
	int r;

	if (!value || !value[1])
		return err_set(err, EINVAL, "etcd: \"%s\": must be KEY=VALUE", param);
	*value++ = '\0';
	if (!strcmp(param, "prefix"))
		return set_prefix(url, value, err);
	if (!strcmp(param, "keep"))
		return number_of("keep", value, 100, 1000000000, &url->keep, err);
	if (!strcmp(param, "quota"))
		return number_of("quota", value, 32, 1000000, &url->quota_mib, err);
	if (!strcmp(param, "lease")) {
		r = number_of("lease", value, 2, 3600, &url->lease_s, err);
		return r || url->lease_s ? r : err_set(err, EINVAL, "etcd: lease=0: too short");
	}
	if (!strcmp(param, "ca"))
		url->ca = value;
	else if (!strcmp(param, "cert"))
		url->cert = value;
	else if (!strcmp(param, "key"))
		url->key = value;
	else
		return err_set(err, EINVAL,
			       "etcd: \"%s\": must be prefix, lease, keep, quota, ca, cert or key",
			       param);
	return 0;
}

static int check(const struct etcd_url *url, struct err *err)
{
	int i;

	if (!url->prefix)
		return err_set(err, EINVAL, "etcd: prefix=/NAME is missing");
	if (!url->cert != !url->key)
		return err_set(err, EINVAL, "etcd: cert= and key= come together");
	for (i = 0; i < url->n_endpoints && (url->ca || url->cert); i++)
		if (begins(url->endpoints[i], "http://"))
			return err_set(err, EINVAL, "etcd: %s: certificates are for https",
				       url->endpoints[i]);
	return 0;
}

int etcd_url_parse(struct etcd_url *url, const char *text, struct err *err)
{
	char *params, *part, *at;
	int r = 0;

	*url = (struct etcd_url){ .text = mem_strdup(text), .lease_s = LEASE_S, .keep = KEEP,
				   .quota_mib = QUOTA_MIB };
	params = strchr(url->text, '?');
	if (params)
		*params++ = '\0';
	at = url->text;
	while (!r && (part = strsep(&at, ",")))
		r = add_endpoint(url, part, err);
	while (!r && params && (part = strsep(&params, "&")))
		r = set_one(url, part, err);
	if (!r)
		r = check(url, err);
	if (r)
		etcd_url_uninit(url);
	return r;
}

void etcd_url_uninit(struct etcd_url *url)
{
	free(url->text);
	*url = (struct etcd_url){ };
}
