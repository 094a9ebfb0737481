// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <errno.h>
#include <string.h>

#include "nearest.h"

int json_opt_str(json_t *obj, const char *key, const char **ret, struct err *err)
{
	json_t *value = json_object_get(obj, key);

	if (!value)
		return 0;
	if (!json_is_string(value))
		return err_set(err, EINVAL, "%s: must be a string", key);

	*ret = json_string_value(value);
	return 0;
}

int json_get_str(json_t *obj, const char *key, const char **ret, struct err *err)
{
	if (!json_object_get(obj, key))
		return err_set(err, EINVAL, "%s: is missing, it must be a string", key);
	return json_opt_str(obj, key, ret, err);
}

int json_opt_int(json_t *obj, const char *key, long long min, long long max, long long *ret,
		 struct err *err)
{
	json_t *value = json_object_get(obj, key);
	long long n;

	if (!value)
		return 0;

	n = json_integer_value(value);
	if (!json_is_integer(value) || n < min || n > max)
		return err_set(err, EINVAL, "%s: must be a number from %lld to %lld", key, min,
			       max);

	*ret = n;
	return 0;
}

int json_get_int(json_t *obj, const char *key, long long min, long long max, long long *ret,
		 struct err *err)
{
	if (!json_object_get(obj, key))
		return err_set(err, EINVAL,
			       "%s: is missing, it must be a number from %lld to %lld", key, min,
			       max);
	return json_opt_int(obj, key, min, max, ret, err);
}

int json_opt_bool(json_t *obj, const char *key, bool *ret, struct err *err)
{
	json_t *value = json_object_get(obj, key);

	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return err_set(err, EINVAL, "%s: must be true or false", key);

	*ret = json_is_true(value);
	return 0;
}

int json_only(json_t *obj, const char *const *known, struct err *err)
{
	const char *const *word;
	struct nearest nearest;
	const char *key;
	json_t *value;

	json_object_foreach(obj, key, value) {
		nearest_init(&nearest, key);
		for (word = known; *word && strcmp(*word, key) != 0; word++)
			nearest_offer(&nearest, *word);
		if (*word)
			continue;
		if (nearest.best)
			return err_set(err, EINVAL, "%s: unknown member, did you mean %s?", key,
				       nearest.best);
		return err_set(err, EINVAL, "%s: unknown member", key);
	}
	return 0;
}
