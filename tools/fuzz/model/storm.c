// SPDX-License-Identifier: GPL-2.0
/*
 * Mutants of random frames in random configurations, made and counted in the kernel, while
 * settings change.
 *
 * usage: storm SECONDS SEED [PACKETS]
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"
#include "rnd.h"
#include "wire.h"

#define POOL		1500
#define ROOM		(3 << 20)
#define AT_ONCE		10000	/* packets between two looks at the clock */
#define STORMS		48	/* of each configuration */

static struct world world;
static struct fuzz_sums total;
static uint64_t worlds;

static void make_pool(bool tame)
{
	static struct batch batch;
	static struct frame frame;
	int i;

	batch_begin(&batch, ROOM);
	for (i = 0; i < POOL; i++) {
		do
			frame_make(&world, &frame);
		while (frame.bytes.len < 14 || frame.bytes.len > (one_in(20) ? 3000 : 600));
		batch_add(&batch, &frame, tame ? frame.dev < 0 ? 2 : 1 : 0,
			  model_tcp(&world, &frame), 0);
	}
	wire_pool(&batch);
}

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* Settings change all the while, by another process; some changes are refused. */
static void change_until_stopped(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	FILE *to;
	int n;

	signal(SIGTERM, stop);
	while (!stopped) {
		to = popen("nvo3 -b - 2>/dev/null", "w");
		for (n = 0; to && n < 4; n++)
			world_tell_change(&world, to);
		if (to)
			pclose(to);
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

static void odd(const struct fuzz_sums *sums)
{
	uint32_t i;

	printf("ODD: %llu packets whose fates do not add up\n", sums->odd);
	printf("the first, to device %d, has %u out and %u drops:\n", wire_dev(sums->odd_dev),
	       sums->odd_out, sums->odd_drops);
	for (i = 0; i < sums->odd_len; i++)
		printf("%02x", sums->odd_data[i]);
	printf("\nin (changed since):\n");
	world_tell_nve(&world, stdout);
	world_tell_links(&world, stdout);
	world_tell(&world, stdout);
}

/* The odd one once more, alone and plain: what becomes of it now. */
static void replay(const struct fuzz_sums *sums)
{
	static struct frame frame;
	static struct batch batch;
	struct drops before, now;
	const uint8_t *answers;
	uint32_t len, reason;

	frame.dev = wire_dev(sums->odd_dev);
	put(&frame.bytes, sums->odd_data, sums->odd_len);
	batch_begin(&batch, ROOM);
	batch_add(&batch, &frame, 0, 0, 0);
	wire_drops(&before);
	answers = wire_run(&batch, 0, &len);
	print_answers("again", (const struct fuzz_out *)answers);
	wire_drops(&now);
	for (reason = 0; reason < DROPS; reason++)
		if (now.count[reason] != before.count[reason])
			printf("again: dropped for reason %u\n", reason);
}

static bool storm(uint64_t count)
{
	const struct fuzz_sums *sums = wire_storm(rnd(), count);

	total.thrown += sums->thrown;
	total.counted += sums->counted;
	total.out += sums->out;
	total.drops += sums->drops;
	total.failed += sums->failed;
	if (!sums->odd)
		return true;
	odd(sums);
	replay(sums);
	return false;
}

static uint64_t min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool one_world(time_t end, uint64_t enough)
{
	/* What is flooded has any number of fates; such a world is for other bugs. */
	bool tame = !one_in(4), good = true;
	pid_t changer;
	int i;

	world_make(&world, tame);
	wire_configure(&world);
	make_pool(tame);
	changer = fork();
	if (!changer) {
		rnd_state = ~rnd_state;
		change_until_stopped();
	}
	if (changer < 0)
		err(2, "fork");
	for (i = 0; i < STORMS && good && time(NULL) < end && total.thrown < enough; i++)
		good = storm(min64(AT_ONCE, enough - total.thrown));
	kill(changer, SIGTERM);
	waitpid(changer, NULL, 0);
	worlds++;
	return good;
}

int main(int argc, char **argv)
{
	uint64_t enough = argc > 3 ? strtoull(argv[3], NULL, 0) : ~0ULL;
	struct timespec begin, now;
	struct drops drops;
	bool good = true;
	double seconds;
	time_t end;
	int reason;

	if (argc < 3)
		errx(2, "usage: storm SECONDS SEED [PACKETS]");
	rnd_state = strtoull(argv[2], NULL, 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	end = time(NULL) + atoi(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	wire_open();
	while (good && time(NULL) < end && total.thrown < enough)
		good = one_world(end, enough);
	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9;
	printf("%llu packets in %lu configurations, %.0f a second\n", total.thrown, worlds,
	       total.thrown / seconds);
	printf("%llu of them counted one by one; %llu out, %llu drops, %llu not thrown\n",
	       total.counted, total.out, total.drops, total.failed);
	wire_drops(&drops);
	printf("drops of the last configuration by reason:");
	for (reason = 0; reason < DROPS; reason++)
		if (drops.count[reason])
			printf(" %d: %lu", reason, drops.count[reason]);
	putchar('\n');
	return !good;
}
