// SPDX-License-Identifier: GPL-2.0
/* A guest's frame, and what it is told: whatever it says, never more than its own addresses. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz.h"
#include "lib/errs.h"
#include "nvo3d/nve/answer.h"

static const struct ip_prefix ips[] = {
	{ { AF_INET, { 10, 1, 0, 5 } }, 24 },
	{ { AF_INET6, { 0xfd, 0, 0, 1, [15] = 5 } }, 64 },
};

static const struct subnets subnets = { .n = 2, .v = {
	{
		.prefix = { { AF_INET, { 10, 1, 0, 0 } }, 24 },
		.gateway = { AF_INET, { 10, 1, 0, 1 } },
		.dns = { { AF_INET, { 10, 1, 0, 2 } } },
		.n_dns = 1,
		.domain = "blue.example",
		.lease_s = 3600,
	},
	{
		.prefix = { { AF_INET6, { 0xfd, 0, 0, 1 } }, 64 },
		.gateway = { AF_INET6, { 0xfe, 0x80, [15] = 1 } },
		.dns = { { AF_INET6, { 0xfd, 0, 0, 1, [15] = 2 } } },
		.n_dns = 1,
		.domain = "blue.example",
		.lease_s = 3600,
	},
} };

static const struct answer_guest guest = {
	.vn = { { 0xaa } }, .mac = { { 2, 0, 0, 0, 0, 1 } }, .ips = ips, .n_ips = 2,
	.subnets = &subnets, .mtu = 1450,
};

/* A DHCPv4 answer that gives an address gives the placed one */
static void check(const struct guest_answer *a)
{
	static const uint8_t none[4];
	const uint8_t *given = a->frame + 42 + 16;

	if (a->len > sizeof(a->frame) || a->len < 54)
		abort();
	if (a->kind == GUEST_DHCP && memcmp(given, none, 4) && memcmp(given, ips[0].addr.b, 4))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No byte behind the frame may be read */
	uint8_t *frame = malloc(size ? size : 1);
	struct guest_answer ret;
	struct err why;

	memcpy(frame, data, size);
	if (answer(&guest, frame, size, &ret, &why))
		check(&ret);
	free(frame);
	return 0;
}
