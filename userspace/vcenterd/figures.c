// SPDX-License-Identifier: GPL-2.0
#include "figures.h"

static bool between(uint64_t from, uint64_t to, uint64_t error, const char *by,
		    struct blackout *ret)
{
	/* two clocks may differ by as much as the error */
	if (!from || !to || to + error < from)
		return false;
	*ret = (struct blackout){ to > from ? to - from : 0, error, by };
	return true;
}

bool figures_blackout(const struct figures *f, struct blackout *ret)
{
	uint64_t error = f->source_error + f->dest_error;

	return between(f->last_out, f->first_in, error, "frames", ret) ||
	       between(f->silent, f->active, error, "ports", ret);
}

bool figures_arrived(struct figures *f, uint64_t active, uint64_t first_in, uint64_t error)
{
	bool news = (active && !f->active) || (first_in && !f->first_in);

	if (!news)
		return false;
	if (!f->active)
		f->active = active;
	if (!f->first_in)
		f->first_in = first_in;
	if (error > f->dest_error)
		f->dest_error = error;
	return true;
}

uint64_t figures_step_ended(const struct figures *f, unsigned int step, uint64_t ended)
{
	if (!f->began[step])
		return 0;
	for (unsigned int next = step + 1; next < FIGURES_STEPS; next++)
		if (f->began[next])
			return f->began[next];
	return f->gave_up ? f->gave_up : ended;
}
