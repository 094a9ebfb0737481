// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's program whose memory never rests: each round it writes to all of its pages, after it
 * has seen that each has what the round before wrote. One that is older has been lost on the way.
 *
 * usage: guest_writes FILE, which says "ROUNDS LOST" as long as it runs
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 4096
#define PAGE_WORDS (4096 / sizeof(uint64_t))
#define TELL_ROUNDS 50

/* Of each page another word */
static unsigned int write_all(volatile uint64_t *words, uint64_t round)
{
	unsigned int lost = 0;
	size_t page;

	for (page = 0; page < PAGES; page++) {
		volatile uint64_t *w = words + page * PAGE_WORDS + page % PAGE_WORDS;

		lost += *w != round - 1;
		*w = round;
	}
	return lost;
}

int main(int argc, char **argv)
{
	uint64_t *words, round, lost = 0;
	char line[64];
	int fd;

	if (argc != 2)
		errx(2, "usage: guest_writes FILE");
	words = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (words == MAP_FAILED || fd < 0)
		err(1, "%s", argv[1]);
	for (round = 1;; round++) {
		lost += write_all(words, round);
		if (round % TELL_ROUNDS)
			continue;
		/* Of one length, so that who reads it never sees half of two */
		snprintf(line, sizeof(line), "%020" PRIu64 " %020" PRIu64 "\n", round, lost);
		if (pwrite(fd, line, 42, 0) != 42)
			err(1, "%s", argv[1]);
	}
}
