// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>

#include "proc_stat.h"

/* As proc(5) counts them; the first word behind the name is the third */
enum { STATE = 3, UTIME = 14, CSTIME = 17, STARTTIME = 22, RSS = 24 };

bool proc_stat_parse(const char *text, struct proc_stat *ret)
{
	/* The name may have blanks and brackets of its own */
	const char *at = strrchr(text, ')');
	struct proc_stat stat = {};
	int field;

	for (field = STATE; at && (at = strchr(at, ' ')) && field <= RSS; field++) {
		uint64_t value = strtoull(++at, NULL, 10);

		if (field == STATE)
			stat.state = *at;
		else if (field >= UTIME && field <= CSTIME)
			stat.cpu_ticks += value;
		else if (field == STARTTIME)
			stat.start = value;
		else if (field == RSS)
			stat.rss_pages = value;
	}
	if (field <= RSS)
		return false;
	*ret = stat;
	return true;
}
