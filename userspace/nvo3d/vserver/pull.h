/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The destination's side of an image's way (image.proto): into DIR/image.part, from the vServer
 * that the move names; then that of its saved memory, if there is one, into DIR/saved.part. One
 * session, because the token is worth one; if it breaks, so does the pull. With move->delta what
 * DIR/image.part has already stays, and only what is other is sent.
 */
#ifndef NVO3D_VSERVER_PULL_H
#define NVO3D_VSERVER_PULL_H

#include "host.h"

struct pull;

/*
 * @done is called once when all bytes are written, or when it failed, unless pull_free() comes
 * first. The session stays open until then.
 */
struct pull *pull_start(struct vserver *vs, struct move *move, const char *dir,
			void (*done)(uint32_t code, const char *text, void *arg), void *arg,
			struct err *err);
/*
 * Of a live move only the addresses that the VM used are read; then the source is asked to have its
 * hypervisor migrate the VM to @uri, its files to @folder. @done is called as that of pull_start()
 */
void pull_migrate(struct pull *p, const char *uri, const char *folder,
		  void (*done)(uint32_t code, const char *text, void *arg));
/* It stands here: the source need not wait for its hypervisor. The answer is that to the asking */
void pull_arrived(struct pull *p);
/* Give up: @done comes soon, if it did not yet */
void pull_cancel(struct pull *p);
/* Read and verified: tell the source, who then forgets the token */
void pull_confirm(struct pull *p);
void pull_free(struct pull *p);

#endif
