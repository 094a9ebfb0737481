/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The floor of T13: a server that keeps nothing and decides nothing. What a writer sends it copies
 * to each listener, a write() for each; so no server of this kind can be faster.
 */
#ifndef CONTROL_FLOOR_H
#define CONTROL_FLOOR_H

/* As long as our nDirector's word of one mapping, with its header */
#define FLOOR_MESSAGE	96
/* A session's first byte says which it is */
#define FLOOR_LISTENER	'l'
#define FLOOR_WRITER	'w'

/* Serve @address, "ADDR:PORT", with @pki's certificate; NULL: plain. Does not return. */
_Noreturn void floor_serve(const char *address, const char *pki);

#endif /* CONTROL_FLOOR_H */
