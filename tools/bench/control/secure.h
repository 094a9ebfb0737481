/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS of the generator: a certificate for each session from the CA of the bench, made in memory.
 */
#ifndef CONTROL_SECURE_H
#define CONTROL_SECURE_H

struct ssl_st;
struct ssl_session_st;
struct x509_st;

/* @pki: a folder with ca.pem and ca.key; NULL: plain. Ends the program if it is of no use. */
void secure_init(const char *pki, const char *alpn);
/* For nvo3://dc1/@role/@name; NULL when plain. */
struct x509_st *secure_certificate(const char *role, const char *name);
/* A client on @fd, with @ticket if that is not NULL; NULL when plain. */
struct ssl_st *secure_session(int fd, struct x509_st *cert, struct ssl_session_st *ticket);

/* The same for floor_server.c: with @pki's server.pem and server.key; NULL: plain. */
void secure_serve(const char *pki);
struct ssl_st *secure_accepting(int fd);

#endif /* CONTROL_SECURE_H */
