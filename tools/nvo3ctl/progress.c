// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <string.h>
#include <unistd.h>

const char *progress_text(char ret[PROGRESS_LEN], long over, long failed, long total)
{
	long full = total > 0 ? over * PROGRESS_WIDTH / total : 0;
	char bar[PROGRESS_WIDTH + 1];
	int n;

	full = full < 0 ? 0 : full > PROGRESS_WIDTH ? PROGRESS_WIDTH : full;
	memset(bar, '.', PROGRESS_WIDTH);
	memset(bar, '#', full);
	bar[PROGRESS_WIDTH] = '\0';
	n = snprintf(ret, PROGRESS_LEN, "[%s]  %ld of %ld", bar, over, total);
	if (failed)
		snprintf(ret + n, PROGRESS_LEN - n, "  %ld failed", failed);
	return ret;
}

static bool is_watched(const struct progress *p)
{
	int fd = fileno(p->out);

	return fd >= 0 && isatty(fd);
}

void progress_show(struct progress *p, long over, long failed, long total)
{
	char text[PROGRESS_LEN];

	if (!is_watched(p) || !strcmp(progress_text(text, over, failed, total), p->last))
		return;
	strcpy(p->last, text);
	p->shown = true;
	/* to the beginning of the line, and the rest of it is erased */
	fprintf(p->out, "\r%s\033[K", text);
	fflush(p->out);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputc('\n', p->out);
	p->shown = false;
}
