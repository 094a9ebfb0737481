/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version that -V shows and /status reports; the same for all programs of one tree.
 */
#ifndef VERSION_H
#define VERSION_H

#define NVO3_VERSION "0.1"

#endif /* VERSION_H */
