// SPDX-License-Identifier: GPL-2.0
/*
 * The only file that knows libconfig.
 *
 * Every path that is asked for is kept, whether it is in the file or not: these are the known
 * keys. conf_finish() compares the file with them.
 */
#include "conf.h"

#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "cleanup.h"
#include "conf_scan.h"
#include "nearest.h"
#include "textfile.h"

#define FILE_MAX (1024 * 1024)
#define PATH_SIZE 256

struct conf_path {
	struct conf_path *next;
	bool groups;		/* asked for by conf_count() */
	char text[];
};

struct conf_strings {
	struct conf_strings *next;
	const char *list[];
};

struct conf {
	config_t config;
	char *file;
	struct conf_path *asked;
	struct conf_strings *strings;
};

static void *xalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

/* A key that stands alone in the file has the top level as its parent, which has no line. */
static int error_at(struct conf *conf, const config_setting_t *at, int code, struct err *err,
		    const char *fmt, ...)
{
	unsigned int line = at ? config_setting_source_line(at) : 0;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = err_vset(err, code, fmt, ap);
	va_end(ap);
	return err_prefix(err, ret, "%s:%u", conf->file, line ? line : 1);
}

/* Parsed from memory: libconfig's scanner ends the process when a read fails. */
struct conf *conf_open(const char *path, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	unsigned int line;
	struct conf *conf;
	int r;

	text = textfile_read(path, FILE_MAX, err);
	if (!text)
		return NULL;
	r = conf_scan(text, &line, err);
	if (r < 0) {
		err_prefix(err, r, "%s:%u", path, line);
		return NULL;
	}

	conf = xalloc(sizeof(*conf));
	conf->file = strdup(path);
	if (!conf->file)
		abort();
	config_init(&conf->config);
	if (config_read_string(&conf->config, text) != CONFIG_TRUE) {
		err_set(err, EINVAL, "%s:%d: %s", path, config_error_line(&conf->config),
			config_error_text(&conf->config));
		conf_free(conf);
		return NULL;
	}
	return conf;
}

void conf_free(struct conf *conf)
{
	struct conf_strings *strings, *next_strings;
	struct conf_path *asked, *next_asked;

	if (!conf)
		return;

	LL_FOREACH_SAFE(conf->asked, asked, next_asked)
		free(asked);
	LL_FOREACH_SAFE(conf->strings, strings, next_strings)
		free(strings);
	config_destroy(&conf->config);
	free(conf->file);
	free(conf);
}

static struct conf_path *ask(struct conf *conf, const char *path)
{
	struct conf_path *asked;

	LL_FOREACH(conf->asked, asked)
		if (strcmp(asked->text, path) == 0)
			return asked;

	asked = xalloc(sizeof(*asked) + strlen(path) + 1);
	memcpy(asked->text, path, strlen(path));
	LL_PREPEND(conf->asked, asked);
	return asked;
}

static config_setting_t *fetch(struct conf *conf, const char *path)
{
	ask(conf, path);
	return config_lookup(&conf->config, path);
}

/* Said of the nearest group around it that is there: where it should be added. */
static int error_missing(struct conf *conf, const char *path, struct err *err)
{
	config_setting_t *around = NULL;
	char parent[PATH_SIZE];
	char *dot;

	snprintf(parent, sizeof(parent), "%s", path);
	while (!around) {
		dot = strrchr(parent, '.');
		if (!dot)
			break;
		*dot = '\0';
		around = config_lookup(&conf->config, parent);
	}
	return error_at(conf, around, ENOENT, err, "%s is missing", path);
}

bool conf_has(struct conf *conf, const char *path)
{
	return fetch(conf, path);
}

int conf_str(struct conf *conf, const char *path, const char **ret, struct err *err)
{
	config_setting_t *setting = fetch(conf, path);

	if (!setting)
		return error_missing(conf, path, err);
	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return error_at(conf, setting, EINVAL, err, "%s: must be a text in quotes", path);

	*ret = config_setting_get_string(setting);
	return 0;
}

int conf_str_or(struct conf *conf, const char *path, const char *def, const char **ret,
		struct err *err)
{
	if (conf_has(conf, path))
		return conf_str(conf, path, ret, err);

	*ret = def;
	return 0;
}

int conf_int(struct conf *conf, const char *path, long min, long max, long *ret, struct err *err)
{
	config_setting_t *setting = fetch(conf, path);
	long long value;
	int type;

	if (!setting)
		return error_missing(conf, path, err);

	type = config_setting_type(setting);
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return error_at(conf, setting, EINVAL, err,
				"%s: must be a whole number from %ld to %ld", path, min, max);

	value = config_setting_get_int64(setting);
	if (value < min || value > max)
		return error_at(conf, setting, ERANGE, err,
				"%s: %lld is not from %ld to %ld", path, value, min, max);
	*ret = value;
	return 0;
}

int conf_int_or(struct conf *conf, const char *path, long min, long max, long def, long *ret,
		struct err *err)
{
	if (conf_has(conf, path))
		return conf_int(conf, path, min, max, ret, err);

	*ret = def;
	return 0;
}

int conf_bool_or(struct conf *conf, const char *path, bool def, bool *ret, struct err *err)
{
	config_setting_t *setting = fetch(conf, path);

	if (setting && config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return error_at(conf, setting, EINVAL, err, "%s: must be true or false", path);

	*ret = setting ? config_setting_get_bool(setting) : def;
	return 0;
}

int conf_ip(struct conf *conf, const char *path, struct ip_addr *ret, struct err *err)
{
	struct err why = { "" };
	const char *text;
	int r;

	r = conf_str(conf, path, &text, err);
	if (r < 0)
		return r;
	if (ip_addr_parse(ret, text, &why) < 0)
		return conf_error(conf, path, err, "%s", why.text);
	return 0;
}

int conf_list(struct conf *conf, const char *path, const char *const **ret, int *n,
	      struct err *err)
{
	config_setting_t *setting = fetch(conf, path), *member;
	bool single, many;
	struct conf_strings *strings;
	int count;

	if (!setting)
		return error_missing(conf, path, err);

	single = config_setting_type(setting) == CONFIG_TYPE_STRING;
	many = config_setting_is_array(setting) || config_setting_is_list(setting);
	if (!single && !many)
		return error_at(conf, setting, EINVAL, err,
				"%s: must be a list of texts, [ \"...\", \"...\" ]", path);

	count = single ? 1 : config_setting_length(setting);
	strings = xalloc(sizeof(*strings) + (count + 1) * sizeof(strings->list[0]));
	LL_PREPEND(conf->strings, strings);

	for (int i = 0; i < count; i++) {
		member = single ? setting : config_setting_get_elem(setting, i);
		if (config_setting_type(member) != CONFIG_TYPE_STRING)
			return error_at(conf, member, EINVAL, err,
					"%s: member %d must be a text in quotes", path, i + 1);
		strings->list[i] = config_setting_get_string(member);
	}

	*ret = strings->list;
	*n = count;
	return 0;
}

static bool is_list_of_groups(config_setting_t *setting)
{
	if (!config_setting_is_list(setting))
		return false;
	for (int i = 0; i < config_setting_length(setting); i++)
		if (!config_setting_is_group(config_setting_get_elem(setting, i)))
			return false;
	return true;
}

/* Anything else than a list of groups is left to conf_finish(), which can say so. */
int conf_count(struct conf *conf, const char *path)
{
	config_setting_t *setting = config_lookup(&conf->config, path);

	ask(conf, path)->groups = true;
	return setting && is_list_of_groups(setting) ? config_setting_length(setting) : 0;
}

int conf_error(struct conf *conf, const char *path, struct err *err, const char *fmt, ...)
{
	struct err why = { "" };
	va_list ap;

	va_start(ap, fmt);
	err_vset(&why, EINVAL, fmt, ap);
	va_end(ap);
	return error_at(conf, config_lookup(&conf->config, path), EINVAL, err, "%s: %s", path,
			why.text);
}

/* What @path is to the program: each may be true. */
struct known {
	bool itself;		/* asked for */
	bool groups;		/* as a list of groups */
	bool below;		/* something in it was asked for */
};

static struct known known(struct conf *conf, const char *path)
{
	const struct conf_path *asked;
	struct known ret = { false };
	size_t len = strlen(path);

	LL_FOREACH(conf->asked, asked) {
		if (strncmp(asked->text, path, len) != 0)
			continue;
		if (!asked->text[len]) {
			ret.itself = true;
			ret.groups = asked->groups;
		}
		if (asked->text[len] == '.')
			ret.below = true;
	}
	return ret;
}

/* @len: of the part of @path that names the group around, with its dot. */
static int error_unknown(struct conf *conf, config_setting_t *setting, const char *path,
			 size_t len, struct err *err)
{
	const struct conf_path *asked;
	struct nearest nearest;
	const char *rest;

	nearest_init(&nearest, path + len);
	LL_FOREACH(conf->asked, asked) {
		if (strncmp(asked->text, path, len) != 0)
			continue;
		rest = asked->text + len;
		if (!strchr(rest, '.'))
			nearest_offer(&nearest, rest);
	}

	if (nearest.best)
		return error_at(conf, setting, EINVAL, err, "%s: unknown key, did you mean %s?",
				path, nearest.best);
	return error_at(conf, setting, EINVAL, err, "%s: unknown key", path);
}

static int check_below(struct conf *conf, config_setting_t *parent, const char *prefix,
		       struct err *err);

static int check(struct conf *conf, config_setting_t *setting, char *path, size_t prefix_len,
		 struct err *err)
{
	struct known k = known(conf, path);
	bool groups = is_list_of_groups(setting);

	if (!k.itself && !k.below)
		return error_unknown(conf, setting, path, prefix_len, err);
	if (k.groups && !groups)
		return error_at(conf, setting, EINVAL, err,
				"%s: must be a list of groups, ( { ... }, { ... } )", path);
	if (k.below && !groups && !config_setting_is_group(setting))
		return error_at(conf, setting, EINVAL, err, "%s: must be a group, { ... }", path);

	if (!groups && !config_setting_is_group(setting))
		return 0;
	strcat(path, ".");
	return check_below(conf, setting, path, err);
}

/* All that is in @parent, whose path is @prefix with a dot at its end, or empty. */
static int check_below(struct conf *conf, config_setting_t *parent, const char *prefix,
		       struct err *err)
{
	config_setting_t *setting;
	char path[PATH_SIZE];
	const char *name;
	int r = 0;

	for (int i = 0; i < config_setting_length(parent) && r == 0; i++) {
		setting = config_setting_get_elem(parent, i);
		name = config_setting_name(setting);
		if (name)
			snprintf(path, sizeof(path) - 1, "%s%s", prefix, name);
		else
			snprintf(path, sizeof(path) - 1, "%s[%d]", prefix, i);
		r = check(conf, setting, path, strlen(prefix), err);
	}
	return r;
}

int conf_finish(struct conf *conf, struct err *err)
{
	return check_below(conf, config_root_setting(&conf->config), "", err);
}
