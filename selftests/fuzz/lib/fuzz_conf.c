// SPDX-License-Identifier: GPL-2.0
/* Configuration files, as a daemon reads them. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../fuzz.h"
#include "lib/conf.h"
#include "lib/tls.h"

/* libconfig itself loses the text of a string that does not end. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

static void read_all(struct conf *conf)
{
	const char *const *list;
	struct tls_files files;
	struct ip_addr ip;
	const char *text;
	struct err err;
	char path[32];
	long number;
	bool flag;
	int n;

	conf_str(conf, "dc", &text, &err);
	conf_int(conf, "dc_id", 1, 255, &number, &err);
	conf_tls(conf, &files, &err);
	conf_list(conf, "directors", &list, &n, &err);
	conf_ip(conf, "nve.local", &ip, &err);
	conf_bool_or(conf, "nve.relay", false, &flag, &err);
	n = conf_count(conf, "peers");
	for (int i = 0; i < n && i < 8; i++) {
		snprintf(path, sizeof(path), "peers.[%d].dc", i);
		conf_str(conf, path, &text, &err);
	}
	conf_finish(conf, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("conf", MFD_CLOEXEC);
	struct conf *conf;
	char path[32];
	struct err err;

	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		conf = conf_open(path, &err);
		if (conf)
			read_all(conf);
		conf_free(conf);
	}
	close(fd);
	return 0;
}
