/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the protocol as words of the API, and back. Pure. */
#ifndef VCENTERD_WORDS_H
#define VCENTERD_WORDS_H

#include <stdint.h>
#include "model.h"

const char *word_vm_state(uint32_t state);		/* "running"; "unknown" */
/* "start"; NULL if nothing is asked for */
const char *word_vm_op(enum vm_op op);
const char *word_unknown(uint32_t policy);		/* "drop", "ask", "flood", "relay" */
const char *word_arp(uint32_t policy);			/* "off", "answer" */
const char *word_arp_unknown(uint32_t policy);		/* "flood", "ask", "drop" */
const char *word_bum(uint32_t policy);			/* "none", "replicate" */
const char *word_distribution(uint32_t mode);		/* "push", "on-demand", "auto" */
const char *word_claims(uint32_t mode);			/* "placed", "open" */
const char *word_lookup(uint32_t result);		/* "found", "moving", "not-found" */
/* -EINVAL and *ret left alone for any other word */
int word_unknown_parse(const char *word, uint32_t *ret);
int word_arp_parse(const char *word, uint32_t *ret);
int word_arp_unknown_parse(const char *word, uint32_t *ret);
int word_bum_parse(const char *word, uint32_t *ret);
int word_distribution_parse(const char *word, uint32_t *ret);
int word_claims_parse(const char *word, uint32_t *ret);

#endif
