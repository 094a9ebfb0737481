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
/* "/api/v1/vms", or "/api/v1/dcs/dc2/vms" with a @dc that is not NULL */
char *path_api(const char *dc, const char *path);

#endif /* NVO3CTL_PATH_H */
