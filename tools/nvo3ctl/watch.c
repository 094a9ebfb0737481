// SPDX-License-Identifier: GPL-2.0
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "path.h"

#define AGAIN_MS	500
#define SILENCE_S	20	/* a server may take this long to restart */

struct watching {
	struct ctl *ctl;
	const struct watch *watch;
	struct client *lists;		/* beside the stream */
	struct err *err;
	bool begun;
	time_t heard;			/* the last time that it said something */
	uint64_t last;
	int result;
};

/* One at a time there is no telling how wide a column will be: no alignment. */
static void print_one(struct watching *w, const char *op, json_t *item)
{
	FILE *out = w->ctl->out;

	if (w->ctl->json && op) {
		json_t *line = json_pack("{s:s, s:O}", "op", op, "item", item);

		json_dumpf(line, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(line);
		return;
	}
	if (w->ctl->json) {
		json_dumpf(item, out, JSON_COMPACT);
		fputc('\n', out);
		return;
	}
	if (op)
		fprintf(out, "%s  ", op);
	for (const struct column *c = w->watch->columns; c->head; c++) {
		_cleanup_free_ char *text = print_value(item, c->path, c->form);

		fprintf(out, "%s%s", text, c[1].head ? "  " : "\n");
	}
}

static int show_all(struct watching *w)
{
	json_t *answer, *item;
	size_t i;
	bool over = false;

	if (!w->watch->list)
		return 0;
	answer = show_fetch(w->lists, w->watch->service, w->watch->list, w->watch->filters, w->err);
	if (!answer)
		return CTL_FAILED;
	json_array_foreach(json_object_get(answer, "items"), i, item) {
		if (w->ctl->json)
			print_one(w, "set", item);
		over |= w->watch->over && w->watch->over(item, w->watch->arg);
	}
	if (!w->ctl->json)
		print_table(w->ctl->out, w->watch->columns, json_object_get(answer, "items"));
	json_decref(answer);
	return over;
}

static bool change(struct watching *w, uint64_t id, json_t *data)
{
	json_t *item = json_object_get(data, "item");
	uint64_t prev = json_integer_value(json_object_get(data, "prev"));
	bool missed = prev != w->last;

	w->last = id;
	if (missed) {
		fprintf(stderr, "changes were missed before number %llu\n", (unsigned long long)id);
		if (w->watch->list)
			return show_all(w);
	}
	if (!show_passes(item, w->watch->filters))
		return false;
	print_one(w, json_string_value(json_object_get(data, "op")), item);
	return w->watch->over && w->watch->over(item, w->watch->arg);
}

/* Something but 0 ends it. */
static int on_event(const char *event, uint64_t id, json_t *data, void *arg)
{
	struct watching *w = arg;
	bool over = false;

	w->heard = time(NULL);
	if (!strcmp(event, "start")) {
		w->last = id;
		if (!w->begun)
			over = show_all(w);
		w->begun = true;
	} else if (!strcmp(event, "gap")) {
		fprintf(stderr, "changes were missed up to number %llu\n", (unsigned long long)id);
		w->last = id;
		over = w->begun && show_all(w);
	} else if (!strcmp(event, "change")) {
		over = change(w, id, data);
	}
	if (fflush(w->ctl->out) < 0) {
		err_sys(w->err, errno, "standard output");
		w->result = CTL_FAILED;
		return 1;
	}
	if (over && *w->err->text)
		w->result = CTL_FAILED;
	return over;
}

static int follow(struct watching *w, struct client *stream)
{
	_cleanup_free_ char *path = path_make("watch", w->watch->topic, NULL);
	char number[32];

	w->err->text[0] = '\0';
	if (w->begun || !w->watch->list) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)w->last);
		path = path_query(path, "since", number);
	}
	return client_watch(stream, w->watch->service, path, on_event, w, w->err);
}

int watch_run(struct ctl *ctl, const struct watch *watch, struct err *err)
{
	const struct timespec pause = { 0, AGAIN_MS * 1000000 };
	struct watching w = { .ctl = ctl, .watch = watch, .err = err, .last = watch->since };
	int r;

	w.lists = client_clone(ctl->client);
	for (;;) {
		r = follow(&w, ctl->client);
		if (r != -ECONNREFUSED || !w.begun || time(NULL) - w.heard > SILENCE_S)
			break;
		nanosleep(&pause, NULL);
	}
	client_free(w.lists);
	return r < 0 ? CTL_FAILED : w.result;
}
