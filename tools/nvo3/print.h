/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as rows, for listings and for monitor; the words are those of the grammar */
#ifndef NVO3_TOOL_PRINT_H
#define NVO3_TOOL_PRINT_H

#include <stdint.h>

struct ctx;
struct nvo3_map;
struct nvo3_member;
struct nvo3_miss;
struct nvo3_port;
struct nvo3_profile;
struct nvo3_rule;
struct nvo3_source;
struct nvo3_stats;
struct nvo3_vn;
struct out;

/* By enum nvo3_unknown and so on; each ends with NULL */
extern const char *const words_unknown[], *const words_bum[], *const words_state[],
	*const words_prov[], *const words_drop[], *const words_encap[], *const words_verdict[],
	*const words_dir[], *const words_spoof[], *const words_fastpath[], *const words_bypass[],
	*const words_verify[], *const words_miss[], *const words_arp[], *const words_arp_unknown[];

/* Values of an open row; @nve is the ifindex of its device */
void print_vn(struct ctx *ctx, uint32_t nve, const struct nvo3_vn *vn);
void print_member(struct ctx *ctx, uint32_t nve, const struct nvo3_member *member);
void print_port(struct ctx *ctx, uint32_t nve, const struct nvo3_port *port);
void print_map(struct ctx *ctx, uint32_t nve, const struct nvo3_map *map);
/* As an event, or as what is listed */
void print_miss(struct ctx *ctx, uint32_t nve, const struct nvo3_miss *miss);
void print_source(struct ctx *ctx, uint32_t nve, const struct nvo3_source *source);
void print_profile(struct ctx *ctx, uint32_t nve, const struct nvo3_profile *profile);
void print_rule(struct ctx *ctx, const struct nvo3_rule *rule);
void print_stats(struct ctx *ctx, const struct nvo3_stats *stats);
/* 16 hexadecimal digits */
void print_hash(struct out *o, const char *key, uint64_t hash);

#endif
