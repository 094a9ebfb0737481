// SPDX-License-Identifier: GPL-2.0
/* Which of QEMU's guests may run while their memory is copied */

#include <stdlib.h>
#include <string.h>

#include "emulator.h"

#define MARKS_PAGES_SINCE 9	/* QEMU's 03bfc2188f06: what is cleared also leaves the TLB */

bool emulator_is(const char *xml)
{
	static const char *const spelt[] = { " type='qemu'", " type=\"qemu\"" };
	const char *domain = strstr(xml, "<domain "), *end = domain ? strchr(domain, '>') : NULL;
	const char *type;
	size_t i;

	for (i = 0; end && i < sizeof(spelt) / sizeof(*spelt); i++) {
		type = strstr(domain, spelt[i]);
		if (type && type < end)
			return true;
	}
	return false;
}

bool emulator_marks_pages(const char *version)
{
	return version && strtoul(version, NULL, 10) >= MARKS_PAGES_SINCE;
}
