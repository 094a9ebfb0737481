/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths of the API, with names of any characters in them. Pure. All are malloc()ed.
 */
#ifndef NVO3CTL_PATH_H
#define NVO3CTL_PATH_H

/* path_make("vms", "a b", "start", NULL) is "/vms/a%20b/start". */
char *path_make(const char *segment, ...) __attribute__((sentinel));
/*
 * Adds "?name=value" or "&name=value", unless @value is NULL. Takes @path and returns the new
 * one.
 */
char *path_query(char *path, const char *name, const char *value);

#endif /* NVO3CTL_PATH_H */
