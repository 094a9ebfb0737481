/* SPDX-License-Identifier: GPL-2.0 */
/* The three events of a console, to the peer of a session; the book is kept (console.h). */
#ifndef CONSOLE_SAY_H
#define CONSOLE_SAY_H

#include "chan.h"
#include "console.h"

void console_say_data(struct chan *session, struct console_chan *c, const void *data, size_t len);
/* @len bytes of the peer's were passed on. */
void console_say_passed(struct chan *session, struct console_chan *c, size_t len);
void console_say_close(struct chan *session, const struct console_chan *c, uint32_t code,
		       const char *text);

#endif
