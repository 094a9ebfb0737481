/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program, apart from main() so that tests can be it, too.
 */
#ifndef NDIRECTORD_RUN_H
#define NDIRECTORD_RUN_H

int director_main(int argc, char **argv);

#endif /* NDIRECTORD_RUN_H */
