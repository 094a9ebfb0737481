// SPDX-License-Identifier: GPL-2.0
#include "http_route.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nearest.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* @plus: of a query, where it stands for a space. NULL with a sentence if it is no good. */
static char *decode(const char *raw, size_t len, bool plus, struct err *err)
{
	_cleanup_free_ char *text = malloc(len + 1);
	int high, low;
	size_t n = 0;

	if (!text)
		abort();
	for (size_t i = 0; i < len; i++) {
		text[n++] = plus && raw[i] == '+' ? ' ' : raw[i];
		if (raw[i] != '%')
			continue;
		high = i + 2 < len ? hex_digit(raw[i + 1]) : -1;
		low = i + 2 < len ? hex_digit(raw[i + 2]) : -1;
		if (high < 0 || low < 0 || (high == 0 && low == 0)) {
			err_set(err, EINVAL, "\"%.*s\": bad percent encoding", (int)len, raw);
			return NULL;
		}
		text[n - 1] = high << 4 | low;
		i += 2;
	}
	text[n] = '\0';
	return steal_ptr(text);
}

static int add(struct http_params *params, const char *name, size_t name_len, const char *value,
	       size_t value_len, bool query, struct err *err)
{
	struct http_param *param = &params->list[params->n];

	if (params->n == HTTP_PARAMS_MAX)
		return err_set(err, EINVAL, "more than %d parameters", HTTP_PARAMS_MAX);

	param->name = decode(name, name_len, query, err);
	if (!param->name)
		return -EINVAL;
	param->value = decode(value, value_len, query, err);
	if (!param->value) {
		free(param->name);
		return -EINVAL;
	}
	params->n++;
	return 0;
}

void http_params_uninit(struct http_params *params)
{
	for (int i = 0; i < params->n; i++) {
		free(params->list[i].name);
		free(params->list[i].value);
	}
	params->n = 0;
}

const char *http_params_get(const struct http_params *params, const char *name)
{
	for (int i = 0; i < params->n; i++)
		if (strcmp(params->list[i].name, name) == 0)
			return params->list[i].value;
	return NULL;
}

/* "{id}" takes any segment that is not empty; all else must be equal. */
static int match_segment(const char *pattern, size_t pattern_len, const char *seg, size_t len,
			 struct http_params *ret, struct err *err)
{
	int r;

	if (pattern_len < 2 || pattern[0] != '{')
		return pattern_len == len && strncmp(pattern, seg, len) == 0;
	if (len == 0)
		return 0;
	r = add(ret, pattern + 1, pattern_len - 2, seg, len, false, err);
	return r < 0 ? r : 1;
}

static bool takes_rest(const char *segment, size_t len)
{
	return len > 5 && *segment == '{' && !strncmp(segment + len - 4, "...}", 4);
}

/* "{path...}" */
static int match_rest(const char *segment, size_t segment_len, const char *rest,
		      struct http_params *ret, struct err *err)
{
	int r;

	if (!*rest)
		return 0;
	r = add(ret, segment + 1, segment_len - 5, rest, strlen(rest), false, err);
	return r < 0 ? r : 1;
}

/* Segments are cut before they are decoded, so that "%2F" stays within its own. */
int http_route_match(const char *pattern, const char *path, struct http_params *ret,
		     struct err *err)
{
	size_t pattern_len, len;
	int r = 1;

	while (r == 1) {
		pattern_len = strcspn(pattern, "/");
		len = strcspn(path, "/");
		if (takes_rest(pattern, pattern_len)) {
			r = match_rest(pattern, pattern_len, path, ret, err);
			len = strlen(path);
		} else {
			r = match_segment(pattern, pattern_len, path, len, ret, err);
		}
		pattern += pattern_len;
		path += len;
		if (!*pattern || !*path)
			break;
		pattern++;
		path++;
	}

	if (r == 1 && *pattern == *path)
		return 1;
	http_params_uninit(ret);
	return r < 0 ? r : 0;
}

int http_query_parse(const char *raw, struct http_params *ret, struct err *err)
{
	const char *equals;
	size_t len, name;
	int r;

	for (const char *p = raw; p && *p; p += len + (p[len] == '&')) {
		len = strcspn(p, "&");
		if (len == 0)
			continue;
		equals = memchr(p, '=', len);
		name = equals ? (size_t)(equals - p) : len;
		r = add(ret, p, name, equals ? equals + 1 : p + len, len - name - !!equals, true,
			err);
		if (r < 0) {
			http_params_uninit(ret);
			return r;
		}
	}
	return 0;
}

static bool is_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	size_t n;

	for (; *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (n == len && !strncmp(list, word, n))
			return true;
	}
	return false;
}

static int refuse_param(const char *name, const char *known, struct err *err)
{
	_cleanup_free_ char *words = strdup(known);
	struct nearest nearest;
	char *save = NULL;

	if (!words)
		abort();
	nearest_init(&nearest, name);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		nearest_offer(&nearest, word);
	if (nearest.best)
		return err_set(err, EINVAL, "%s: unknown parameter, did you mean %s?", name,
			       nearest.best);
	return err_set(err, EINVAL, "%s: unknown parameter", name);
}

int http_query_only(const struct http_params *query, const char *known, struct err *err)
{
	for (int i = 0; i < query->n; i++) {
		const char *name = query->list[i].name;

		if (!is_word(known ?: "", name))
			return refuse_param(name, known ?: "", err);
		if (http_params_get(query, name) != query->list[i].value)
			return err_set(err, EINVAL, "%s: is there twice", name);
	}
	return 0;
}
