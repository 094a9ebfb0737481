/* SPDX-License-Identifier: GPL-2.0 */
/* Which of QEMU's guests may run while their memory is copied. Pure. */
#ifndef NVO3D_VSERVER_EMULATOR_H
#define NVO3D_VSERVER_EMULATOR_H

#include <stdbool.h>

/* @xml: libvirt's of the domain. KVM's processors, and whatever is no QEMU's, are not emulated */
bool emulator_is(const char *xml);
/*
 * @version: what QEMU answers to "info version"; NULL: it is not known. Before 9.0 a store of an
 * emulated processor may not mark its page: the copy has the old one, and the guest dies of it
 */
bool emulator_marks_pages(const char *version);

#endif
