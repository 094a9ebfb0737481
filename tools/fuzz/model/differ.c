// SPDX-License-Identifier: GPL-2.0
/*
 * Random configurations and frames: what the kernel does with them on the compatible way, on the
 * fast way, and what the model says. Any difference ends it, and is told in full.
 *
 * usage: differ SECONDS SEED [FRAMES]
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "check.h"
#include "rnd.h"
#include "wire.h"

#define CHUNK		64	/* frames between two looks at the drop reasons */
#define CHUNKS		48	/* of each world */
#define ROOM		(CHUNK * (FRAME_ROOM / 4))

/* What the kernel made of a chunk. */
struct answers {
	uint8_t *data;
	uint32_t len;
	struct drops drops;
};

struct chunk {
	bool gso;		/* TCP is left to be cut: then the model has no say */
	struct frame *frames;
	struct fate *fates;
	uint64_t shape;
	struct answers compat, fast;
};

static struct world world;
static struct chunk chunks[CHUNKS];
static uint64_t worlds, frames, gso_frames, gso_outs, outs, tx_fast, rx_fast, drops_seen[DROPS];

static void print_fate(const struct fate *fate)
{
	int i, j;

	print_hex("model: inner frame", fate->frame.data, fate->frame.len);
	for (i = 0; i < fate->n; i++) {
		const struct copy *copy = &fate->copies[i];

		if (copy->port >= 0)
			printf("model: port f%d vlan %d\n", world.ports[copy->port].dev,
			       world.ports[copy->port].vlan);
		for (j = 0; copy->port < 0 && j < copy->n_remotes; j++)
			printf("model: to underlay address %d, VNI %u ds %02x ttl %u df %d\n",
			       world.remotes[copy->remotes[j]].nr, copy->vni, copy->tos, copy->ttl,
			       copy->df);
	}
	for (i = 0; i < fate->n_drops; i++)
		printf("model: dropped for reason %u\n", fate->drops[i]);
}

static void tell_world(void)
{
	world_tell_nve(&world, stdout);
	world_tell_links(&world, stdout);
	world_tell(&world, stdout);
	fflush(stdout);
	if (system("nvo3 map show dev nve0 | sed 's/^/kernel: map /'"))
		puts("no map to show");
}

static void print_frame(const struct frame *frame)
{
	printf("to device %d, ", frame->dev);
	print_hex("frame", frame->bytes.data, frame->bytes.len);
}

static void differs(const char *why, const struct chunk *chunk, int nr,
		    const struct fuzz_out *compat, const struct fuzz_out *fast)
{
	printf("DIFFERENCE: %s\n", why);
	tell_world();
	print_frame(&chunk->frames[nr]);
	print_fate(&chunk->fates[nr]);
	print_answers("compatible", compat);
	print_answers("fast", fast);
	exit(1);
}

static const struct fuzz_out *skip(const struct fuzz_out *out)
{
	while (out->dev) {
		outs++;
		out = out_next(out);
	}
	return out + 1;
}

/* What the frames from @first on became, @n of them; reasons and all. */
static void run(const struct frame *first, int n, const struct chunk *chunk, struct answers *to)
{
	static struct batch batch;
	struct drops before;
	const uint8_t *data;
	uint16_t tcp;
	int i;

	batch_begin(&batch, ROOM);
	for (i = 0; i < n; i++) {
		tcp = chunk->gso && first[i].dev >= 0 ? model_tcp(&world, &first[i]) : 0;
		batch_add(&batch, &first[i], 0, tcp, tcp ? 1 + tcp % 16 : 0);
	}
	wire_drops(&before);
	data = wire_run(&batch, chunk->shape, &to->len);
	wire_drops(&to->drops);
	for (i = 0; i < DROPS; i++)
		to->drops.count[i] -= before.count[i];
	to->data = realloc(to->data, to->len);
	if (!to->data)
		err(2, "no memory");
	memcpy(to->data, data, to->len);
}

static bool reasons_right(const struct fate *fates, int n, const struct drops *drops)
{
	struct drops wanted = {};
	int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < fates[i].n_drops; j++)
			wanted.count[fates[i].drops[j]]++;
	return !memcmp(wanted.count, drops->count, sizeof(wanted.count));
}

/* Which frame was it? Each once more, alone. */
static void check_reasons(const struct chunk *chunk, const struct answers *answers, const char *way)
{
	struct answers one = {};
	int i, reason;

	for (reason = 0; reason < DROPS; reason++)
		drops_seen[reason] += answers->drops.count[reason];
	if (reasons_right(chunk->fates, CHUNK, &answers->drops))
		return;
	printf("DIFFERENCE: drop reasons, %s way\n", way);
	tell_world();
	for (i = 0; i < CHUNK; i++) {
		run(&chunk->frames[i], 1, chunk, &one);
		if (reasons_right(&chunk->fates[i], 1, &one.drops))
			continue;
		print_frame(&chunk->frames[i]);
		print_fate(&chunk->fates[i]);
		for (reason = 0; reason < DROPS; reason++)
			if (one.drops.count[reason])
				printf("kernel: dropped for reason %d\n", reason);
	}
	exit(1);
}

static void check_chunk(struct chunk *chunk)
{
	const struct fuzz_out *compat = (const void *)chunk->compat.data;
	const struct fuzz_out *fast = (const void *)chunk->fast.data;
	uint64_t before = outs;
	const char *wrong;
	int i;

	for (i = 0; i < CHUNK; i++) {
		model_judge(&world, &chunk->frames[i], &chunk->fates[i]);
		wrong = chunk->gso ? NULL : check_fate(&world, &chunk->fates[i], compat);
		if (wrong)
			differs(wrong, chunk, i, compat, fast);
		if (!same_answers(compat, fast))
			differs("the two ways", chunk, i, compat, fast);
		compat = skip(compat);
		fast = skip(fast);
	}
	if (!chunk->gso) {
		check_reasons(chunk, &chunk->compat, "compatible");
		check_reasons(chunk, &chunk->fast, "fast");
		frames += CHUNK;
		return;
	}
	if (memcmp(chunk->compat.drops.count, chunk->fast.drops.count,
		   sizeof(chunk->fast.drops.count)))
		differs("drop reasons of a chunk with this frame", chunk, 0,
			(const void *)chunk->compat.data, (const void *)chunk->fast.data);
	gso_frames += CHUNK;
	gso_outs += outs - before;
}

/* How much room the frames of a chunk want is chance's to say, but not more than there is. */
static void make_chunk(struct chunk *chunk)
{
	uint32_t total = 0;
	int i;

	for (i = 0; i < CHUNK; i++) {
		do {
			frame_make(&world, &chunk->frames[i]);
		} while (total + chunk->frames[i].bytes.len > ROOM - CHUNK * 32 - 4096 ||
			 chunk->frames[i].bytes.len < 14);
		total += chunk->frames[i].bytes.len;
	}
	chunk->shape = one_in(4) ? 0 : rnd() | 1;
	chunk->gso = one_in(8);
}

static void one_world(void)
{
	struct drops now;
	int i;

	world_make(&world, false);
	wire_configure(&world);
	for (i = 0; i < CHUNKS; i++)
		make_chunk(&chunks[i]);
	wire_command("nve set dev nve0 fastpath off");
	for (i = 0; i < CHUNKS; i++)
		run(chunks[i].frames, CHUNK, &chunks[i], &chunks[i].compat);
	wire_command("nve set dev nve0 fastpath auto");
	for (i = 0; i < CHUNKS; i++)
		run(chunks[i].frames, CHUNK, &chunks[i], &chunks[i].fast);
	for (i = 0; i < CHUNKS; i++)
		check_chunk(&chunks[i]);
	wire_drops(&now);
	tx_fast += now.tx_fast;
	rx_fast += now.rx_fast;
	worlds++;
}

static void report(void)
{
	int reason;

	printf("%lu frames in %lu configurations, each on both ways and by the model\n", frames,
	       worlds);
	printf("%lu more on both ways, TCP among them left to GSO: %lu of the copies\n",
	       gso_frames, gso_outs);
	printf("%lu copies out; %lu went out and %lu came in the fast way\n", outs, tx_fast,
	       rx_fast);
	printf("drops of both ways by reason:");
	for (reason = 0; reason < DROPS; reason++)
		if (drops_seen[reason])
			printf(" %d: %lu", reason, drops_seen[reason]);
	printf("\n0 differences\n");
}

int main(int argc, char **argv)
{
	uint64_t enough = argc > 3 ? strtoull(argv[3], NULL, 0) : ~0ULL;
	time_t end;
	int i;

	if (argc < 3)
		errx(2, "usage: differ SECONDS SEED [FRAMES]");
	rnd_state = strtoull(argv[2], NULL, 0);
	end = time(NULL) + atoi(argv[1]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < CHUNKS; i++) {
		chunks[i].frames = calloc(CHUNK, sizeof(struct frame));
		chunks[i].fates = calloc(CHUNK, sizeof(struct fate));
		if (!chunks[i].frames || !chunks[i].fates)
			err(2, "no memory");
	}
	wire_open();
	while (time(NULL) < end && frames < enough)
		one_world();
	report();
	/* Or nothing was compared. */
	return !tx_fast || !rx_fast;
}
