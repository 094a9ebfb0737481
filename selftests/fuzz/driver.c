// SPDX-License-Identifier: GPL-2.0
/*
 * What drives a fuzzer where there is no libFuzzer: mutants of the inputs in a folder, for a while.
 *
 *	fuzz_X DIR SECONDS [SEED]
 *
 * Says seed and executions. The input being tried is in DIR/../crash-fuzz_X meanwhile, for a
 * sanitizer ends the process.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX 4096
#define INPUTS_MAX 512

static struct {
	uint8_t data[INPUT_MAX];
	size_t size;
} inputs[INPUTS_MAX];
static size_t n_inputs;
static uint64_t state;

static uint32_t rnd(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (uint32_t)(state >> 16) % below : 0;
}

static void load(const char *dir)
{
	struct dirent *entry;
	char path[512];
	DIR *d = opendir(dir);
	int fd;

	while (d && (entry = readdir(d)) && n_inputs < INPUTS_MAX) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (*entry->d_name == '.')
			continue;
		fd = open(path, O_RDONLY);
		inputs[n_inputs].size = read(fd, inputs[n_inputs].data, INPUT_MAX);
		close(fd);
		if (inputs[n_inputs].size <= INPUT_MAX)
			n_inputs++;
	}
	if (d)
		closedir(d);
}

static size_t append(uint8_t *data, size_t size)
{
	size_t i = rnd(n_inputs), from, len;

	if (!inputs[i].size)
		return size;
	from = rnd(inputs[i].size);
	len = 1 + rnd(inputs[i].size - from);
	if (size + len > INPUT_MAX)
		return size;
	memcpy(data + size, inputs[i].data + from, len);
	return size + len;
}

static size_t change(uint8_t *data, size_t size)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, '"', '-', '/', 0x0a, 0x12, 0x1a };
	size_t at = rnd(size), len;

	switch (rnd(7)) {
	case 0:
		data[at] ^= 1u << rnd(8);
		return size;
	case 1:
		data[at] = edges[rnd(sizeof(edges))];
		return size;
	case 2:
		data[at] = rnd(256);
		return size;
	case 3:
		return rnd(size + 1);
	case 4:
		len = rnd(size - at);
		memmove(data + at, data + at + len, size - at - len);
		return size - len;
	case 5:
		len = size - at;
		if (size + len > INPUT_MAX)
			return size;
		memmove(data + at + len, data + at, len);
		return size + len;
	default:
		return append(data, size);
	}
}

static size_t mutant(uint8_t *data)
{
	size_t i = rnd(n_inputs), size = inputs[i].size, n;

	memcpy(data, inputs[i].data, size);
	for (n = rnd(8); n && size; n--)
		size = change(data, size);
	return size;
}

/* A file's memory: what is in it survives the process. */
static uint8_t *current(const char *dir, const char *name)
{
	char path[512];
	uint8_t *map;
	int fd;

	snprintf(path, sizeof(path), "%s/../crash-%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, INPUT_MAX) < 0)
		return NULL;
	map = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	uint8_t data[INPUT_MAX], *exact, *crash;
	unsigned long long n = 0;
	time_t end;
	size_t size;

	if (argc < 3) {
		fprintf(stderr, "Usage: %s DIR SECONDS [SEED]\n", name);
		return 2;
	}
	load(argv[1]);
	if (!n_inputs)
		inputs[n_inputs++].size = 1;
	state = argc > 3 ? strtoull(argv[3], NULL, 0) :
			   (uint64_t)time(NULL) * 2654435761u + getpid();
	state |= 1;
	printf("%s: %zu inputs, seed %llu\n", name, n_inputs, (unsigned long long)state);
	fflush(stdout);
	crash = current(argc > 4 ? argv[4] : "/tmp/.", name);
	for (end = time(NULL) + atoi(argv[2]); time(NULL) < end; n++) {
		size = n < n_inputs ? inputs[n].size : mutant(data);
		if (n < n_inputs)
			memcpy(data, inputs[n].data, size);
		if (crash)
			memcpy(crash, data, size);
		/* of exactly this size, for the sanitizer to see its end */
		exact = malloc(size);
		memcpy(exact, data, size);
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	printf("%s: %llu executions, no crash\n", name, n);
	return 0;
}
