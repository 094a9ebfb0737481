/* SPDX-License-Identifier: GPL-2.0 */
/* The source's side of an image's way: gives out what a token opens (image.proto, token.h) */
#ifndef NVO3D_VSERVER_IMAGE_SERVER_H
#define NVO3D_VSERVER_IMAGE_SERVER_H

#include "host.h"

struct image_server *image_server_new(struct vserver *vs, struct err *err);
void image_server_free(struct image_server *s);

#endif
