// SPDX-License-Identifier: GPL-2.0
/* Objects as rows: which fields show, and by which words */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ctx.h"
#include "print.h"

/* An index that no device has: rows then show it by its number */
#define NVE 2000000001
#define TAP 2000000002
#define MAC(last) { { 2, 0, 0, 0, 0, last } }

static struct ctx ctx;
static char *text;
static size_t size;

static void row_start(bool stats)
{
	free(text);
	text = NULL;
	ctx = (struct ctx){ .stats = stats };
	out_init(&ctx.out, open_memstream(&text, &size), OUT_TEXT);
}

static const char *row_end(void)
{
	out_row_end(&ctx.out);
	fclose(ctx.out.file);
	return text;
}

static void maps(void **state)
{
	const struct nvo3_map remote = {
		.has = NVO3_HAS(MAP_PROV), .vni = 1, .mac = MAC(1),
		.addr = { AF_INET, { 10, 0, 0, 2 } }, .epoch = 5, .prov = NVO3_PROV_AGENT,
	};
	const struct nvo3_map port = { .vni = 1, .mac = MAC(2), .dev = TAP, .vlan = 7 };

	row_start(false);
	print_map(&ctx, NVE, &remote);
	assert_string_equal(row_end(),
			    "dev if2000000001 vni 1 mac 02:00:00:00:00:01 nve 10.0.0.2 epoch 5 prov agent\n");
	row_start(true);
	print_map(&ctx, NVE, &port);
	assert_string_equal(row_end(),
			    "dev if2000000001 vni 1 mac 02:00:00:00:00:02 port if2000000002 vlan 7\n");
}

static void ports(void **state)
{
	struct nvo3_port port = {
		.has = NVO3_HAS(PORT_STATE) | NVO3_HAS(PORT_STATS) | NVO3_HAS(PORT_MAC),
		.dev = TAP, .vni = 1, .mac = MAC(1), .stats.rx_bytes = 9,
	};

	row_start(false);
	print_port(&ctx, NVE, &port);
	assert_string_equal(row_end(),
			    "dev if2000000002 nve if2000000001 vni 1 mac 02:00:00:00:00:01 state associated\n");
	port.has = NVO3_HAS(PORT_STATS);
	port.vlan = 7;
	row_start(true);
	print_port(&ctx, NVE, &port);
	row_end();
	assert_non_null(strstr(text, "dev if2000000002 vlan 7 nve if2000000001 vni 1\n    stats"));
	assert_non_null(strstr(text, " rx_bytes 9 "));
}

static void vns(void **state)
{
	struct nvo3_vn vn = { .vni = 1, .unknown = NVO3_UNKNOWN_ASK, .bum = NVO3_BUM_REPLICATE };

	row_start(false);
	print_vn(&ctx, NVE, &vn);
	assert_string_equal(row_end(),
			    "dev if2000000001 vni 1 unknown ask bum replicate limit 0\n");
	/* What is by default is not told */
	vn.has = NVO3_HAS(VN_HOLD);
	vn.hold = 1000;
	row_start(false);
	print_vn(&ctx, NVE, &vn);
	assert_null(strstr(row_end(), "hold"));
	vn.hold = 999;
	row_start(false);
	print_vn(&ctx, NVE, &vn);
	assert_non_null(strstr(row_end(), " limit 0 hold 999\n"));
	/* A newer kernel's word is not known, and not read beyond the table */
	vn.unknown = 200;
	vn.has = NVO3_HAS(VN_PORTS) | NVO3_HAS(VN_MAPS) | NVO3_HAS(VN_MEMBERS);
	row_start(true);
	print_vn(&ctx, NVE, &vn);
	assert_string_equal(row_end(),
			    "dev if2000000001 vni 1 unknown ? bum replicate limit 0 ports 0 maps 0 members 0\n");
}

static void misses(void **state)
{
	struct nvo3_miss miss = { .vni = 1, .dst = MAC(1) };

	row_start(false);
	print_miss(&ctx, NVE, &miss);
	assert_string_equal(row_end(), "dev if2000000001 vni 1 dst 02:00:00:00:00:01\n");
	miss.has = NVO3_HAS(MISS_SRC);
	miss.src = (struct mac_addr)MAC(2);
	miss.dev = TAP;
	miss.suppressed = 3;
	row_start(false);
	print_miss(&ctx, NVE, &miss);
	row_end();
	assert_non_null(strstr(text, " src 02:00:00:00:00:02 port if2000000002 suppressed 3\n"));
	miss = (struct nvo3_miss){
		.has = NVO3_HAS(MISS_STATE), .vni = 1, .dst = MAC(1), .lifetime = 4, .held = 5,
	};
	row_start(false);
	print_miss(&ctx, NVE, &miss);
	assert_string_equal(row_end(),
			    "dev if2000000001 vni 1 dst 02:00:00:00:00:01 state asked lifetime 4 held 5\n");
}

static void words(void **state)
{
	assert_string_equal(args_word(words_drop, NVO3_DROP_NVE_XMIT), "nve-xmit");
	assert_string_equal(args_word(words_drop, NVO3_DROP_PORT_DOWN), "port-down");
	assert_string_equal(args_word(words_drop, NVO3_DROP_NO_ROUTE), "no-route");
	assert_string_equal(args_word(words_drop, NVO3_DROP_NOMEM), "nomem");
	assert_string_equal(args_word(words_drop, NVO3_DROP_TUNNEL_VLAN), "tunnel-vlan");
	assert_string_equal(args_word(words_drop, NVO3_DROP_TUNNEL_REMOTE), "tunnel-remote");
	assert_string_equal(args_word(words_unknown, NVO3_UNKNOWN_FLOOD), "flood");
	assert_string_equal(args_word(words_bum, NVO3_BUM_NONE), "none");
	assert_string_equal(args_word(words_state, NVO3_PORT_STATE_ACTIVE), "active");
	assert_string_equal(args_word(words_prov, NVO3_PROV_PORT), "port");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps), cmocka_unit_test(ports), cmocka_unit_test(vns),
		cmocka_unit_test(misses), cmocka_unit_test(words),
	};
	int r = cmocka_run_group_tests(tests, NULL, NULL);

	free(text);
	return r;
}
