/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verbs of a VM that have a file of their own, and what they share.
 */
#ifndef NVO3CTL_VM_H
#define NVO3CTL_VM_H

#include "ctl.h"
#include "lib/json.h"

/* Options of vm create as the body of POST /vms. NULL with a sentence. Pure. */
json_t *vm_create_body(const struct args *args, struct err *err);
extern const struct opt vm_create_opts[];

/* "vn=VN[,mac=MAC]..." of option @opt as an interface. NULL with a sentence. Pure. */
json_t *vm_nic_from_text(const char *opt, const char *what, struct err *err);

/* Options of vm set as the body of PATCH /vms/{id}. NULL with a sentence. Pure. */
json_t *vm_set_body(const struct args *args, struct err *err);
extern const struct opt vm_set_opts[];
int vm_set(struct ctl *ctl, const struct args *args, struct err *err);
/* An id of its own, so that whoever misses the answer can ask again: client_call_again(). */
void vm_name_it(json_t *body);

/* "DC/SERVER", or a part of it, as the body of POST /vms/{id}/move. NULL with a sentence. Pure. */
json_t *vm_migrate_body(const struct args *args, struct err *err);
extern const struct opt vm_migrate_opts[];
extern const struct opt vm_mobility_opts[];
extern const struct opt vm_replicate_opts[];
int vm_migrate(struct ctl *ctl, const struct args *args, struct err *err);
int vm_mobility(struct ctl *ctl, const struct args *args, struct err *err);
int vm_replicate(struct ctl *ctl, const struct args *args, struct err *err);

int vm_console(struct ctl *ctl, const struct args *args, struct err *err);
extern const struct opt vm_console_opts[];

#endif /* NVO3CTL_VM_H */
