/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One-time tokens that open an image to the destination of a move (image.proto). Pure.
 *
 * A token belongs to the first session that shows it and dies with it, with DONE, and with the
 * end of the move.
 */
#ifndef NVO3D_VSERVER_TOKEN_H
#define NVO3D_VSERVER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errs.h"

#define TOKEN_LEN 32

struct token {
	uint8_t value[TOKEN_LEN];
	char dest[97];		/* "DC/NAME", who alone may show it */
	const void *session;	/* that showed it first */
	bool shown;
	bool spent;
};

void token_offer(struct token *t, const uint8_t value[TOKEN_LEN], const char *dest);
/* Takes as long for a wrong value as for the right one */
bool token_matches(const struct token *t, const void *value, size_t len);
/*
 * A matching token, shown by @peer in @session: CODE(OK), or why not. The first OK makes it
 * that session's.
 */
uint32_t token_show(struct token *t, const char *peer, const void *session, struct err *err);
void token_spend(struct token *t);
void token_session_ended(struct token *t, const void *session);

#endif
