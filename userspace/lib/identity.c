// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tls.h"

#define SCHEME "nvo3://"

static const char *const role_names[] = {
	[ROLE_NONE] = "none",
	[ROLE_VSERVER] = "vserver",
	[ROLE_NVE] = "nve",
	[ROLE_ELEMENT] = "element",
	[ROLE_VCENTER] = "vcenter",
	[ROLE_DIRECTOR] = "director",
	[ROLE_OPERATOR] = "operator",
	[ROLE_TENANT] = "tenant",
};

#define N_ROLES (sizeof(role_names) / sizeof(role_names[0]))

const char *role_name(enum role role)
{
	return (unsigned int)role < N_ROLES ? role_names[role] : "none";
}

enum role role_parse(const char *name)
{
	unsigned int i;

	for (i = ROLE_NONE + 1; i < N_ROLES; i++) {
		if (!strcmp(name, role_names[i]))
			return i;
	}
	return ROLE_NONE;
}

const char *role_list(unsigned int roles, const char *between, char *buf, unsigned long size)
{
	size_t used = 0;
	unsigned int i;

	snprintf(buf, size, "%s", roles ? "" : role_names[ROLE_NONE]);
	for (i = 0; i < N_ROLES && used < size; i++) {
		if (roles & ROLE_BIT(i))
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? between : "", role_names[i]);
	}
	return buf;
}

/* Copy the part up to @end (or the end of the text) if it is 1 to @size - 1 of @allowed. */
static const char *take(const char *text, char end, const char *allowed, char *ret, size_t size)
{
	size_t n = strspn(text, allowed);

	if (!n || n >= size || text[n] != end)
		return NULL;
	memcpy(ret, text, n);
	ret[n] = '\0';
	return end ? text + n + 1 : text + n;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DC_CHARS LOWER "0123456789-"
#define NAME_CHARS DC_CHARS "."

int identity_parse(const char *uri, struct identity *ret, struct err *err)
{
	struct identity id = { .role = ROLE_NONE };
	char role[16], roles[80];
	const char *p = uri;

	if (strncmp(p, SCHEME, strlen(SCHEME)))
		return err_set(err, EINVAL, "\"%s\" does not begin with " SCHEME, uri);
	p = take(p + strlen(SCHEME), '/', DC_CHARS, id.dc, sizeof(id.dc));
	if (!p)
		return err_set(err, EINVAL,
			       "\"%s\": the DC must be 1 to %zu of a-z, 0-9 and -, then /",
			       uri, sizeof(id.dc) - 1);
	p = take(p, '/', LOWER, role, sizeof(role));
	if (p)
		id.role = role_parse(role);
	if (id.role == ROLE_NONE)
		return err_set(err, EINVAL, "\"%s\": the role must be one of %s", uri,
			       role_list(~ROLE_BIT(ROLE_NONE), ", ", roles, sizeof(roles)));
	if (!take(p, '\0', NAME_CHARS, id.name, sizeof(id.name)))
		return err_set(err, EINVAL,
			       "\"%s\": the name must be 1 to %zu of a-z, 0-9, - and .",
			       uri, sizeof(id.name) - 1);
	*ret = id;
	return 0;
}

const char *identity_format(const struct identity *id, char *buf, unsigned long size)
{
	snprintf(buf, size, "%s%s%s", id->dc, *id->dc ? "/" : "", id->name);
	return buf;
}
