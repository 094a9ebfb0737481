// SPDX-License-Identifier: GPL-2.0
#include "usage.h"

#include <errno.h>
#include <string.h>

static const char main_usage[] =
	"Usage: nvo3ctl [OPTIONS] OBJECT [VERB] ...\n"
	"       nvo3ctl OBJECT -h\n"
	"OPTIONS := -j | --no-wait | --dc DC | {--url https://HOST:PORT | --socket PATH} |\n"
	"           {--director-url https://HOST:PORT | --director-socket PATH} |\n"
	"           --ca FILE | --cert FILE | --key FILE | -h | -V\n"
	"OBJECT :=\n";

static void print_main(FILE *out)
{
	fputs(main_usage, out);
	for (int i = 0; objects[i]; i++)
		fprintf(out, "  %-8s %s\n", objects[i]->name, objects[i]->summary);
}

/* Lines after the first are set under what follows the verb. */
static void print_verb(FILE *out, const char *lead, const struct object *object,
		       const struct verb *verb)
{
	int indent = fprintf(out, "%s nvo3ctl %s%s%s", lead, object->name, *verb->name ? " " : "",
			     verb->name);
	int len;

	for (const char *p = verb->usage; *p; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		if (p > verb->usage)
			fprintf(out, "\n%*s", indent, "");
		fprintf(out, " %.*s", len, p);
	}
	fputc('\n', out);
}

void usage_print(FILE *out, const struct object *object, const struct verb *verb)
{
	const char *lead = "Usage:";

	if (!object) {
		print_main(out);
		return;
	}
	for (const struct verb *v = object->verbs; v->name; v++) {
		if (verb && v != verb)
			continue;
		print_verb(out, lead, object, v);
		lead = "      ";
	}
}

/* "{NAME | ID}" is one word. */
static size_t word_len(const char *p)
{
	return *p == '{' ? strcspn(p, "}") + 1 : strcspn(p, "\n ");
}

int usage_missing_word(const struct verb *verb, int n, struct err *err)
{
	const char *p = verb->usage;

	while (n--)
		p += word_len(p) + 1;
	return err_set(err, EINVAL, "%.*s is missing", (int)word_len(p), p);
}
