/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HTTP API of Documentation/protocols/api.rst: one file per kind of object.
 */
#ifndef VCENTERD_API_H
#define VCENTERD_API_H

#include "lib/http.h"
#include "vcenter.h"

int api_start(struct vcenter *vc, struct err *err);
void api_stop(struct vcenter *vc);

/* Handlers; arg is the struct vcenter. */
void api_vn_list(struct http_request *req, void *arg);
void api_vn_create(struct http_request *req, void *arg);
void api_vn_show(struct http_request *req, void *arg);
void api_vn_set(struct http_request *req, void *arg);
void api_vn_delete(struct http_request *req, void *arg);
void api_dc_list(struct http_request *req, void *arg);
void api_dc_any(struct http_request *req, void *arg);
void api_server_dead(struct http_request *req, void *arg);
void api_vm_list(struct http_request *req, void *arg);
void api_vm_create(struct http_request *req, void *arg);
void api_placement(struct http_request *req, void *arg);
void api_vm_show(struct http_request *req, void *arg);
void api_vm_delete(struct http_request *req, void *arg);
void api_vm_set(struct http_request *req, void *arg);
void api_profile_list(struct http_request *req, void *arg);
void api_profile_create(struct http_request *req, void *arg);
void api_profile_show(struct http_request *req, void *arg);
void api_profile_set(struct http_request *req, void *arg);
void api_profile_delete(struct http_request *req, void *arg);
void api_vm_use(struct http_request *req, void *arg);
void api_server_use(struct http_request *req, void *arg);
void api_group_use(struct http_request *req, void *arg);
void api_load(struct http_request *req, void *arg);
void api_alarm_list(struct http_request *req, void *arg);
void api_vm_start(struct http_request *req, void *arg);
void api_vm_stop(struct http_request *req, void *arg);
void api_vm_suspend(struct http_request *req, void *arg);
void api_vm_resume(struct http_request *req, void *arg);
void api_vm_reboot(struct http_request *req, void *arg);
void api_vm_move(struct http_request *req, void *arg);
void api_vm_replicate(struct http_request *req, void *arg);
void api_move_list(struct http_request *req, void *arg);
void api_move_show(struct http_request *req, void *arg);
void api_move_abort(struct http_request *req, void *arg);
void api_group_list(struct http_request *req, void *arg);
void api_group_begin(struct http_request *req, void *arg);
void api_group_show(struct http_request *req, void *arg);
void api_group_members(struct http_request *req, void *arg);
void api_group_abort(struct http_request *req, void *arg);
void api_lookup(struct http_request *req, void *arg);
void api_backup(struct http_request *req, void *arg);
void api_metrics(struct http_request *req, void *arg);

/* Answer with the status of @code, or of an errno of either sign. */
void api_refuse_code(struct http_request *req, uint32_t code, const char *text);
void api_refuse(struct http_request *req, int ret, const struct err *err);
void api_reply_items(struct http_request *req, json_t *items);	/* takes @items */

/* By uuid or name; NULL: answered with 404. VMs on their way in or gone elsewhere are not seen. */
struct vm *api_find_vm(struct vcenter *vc, struct http_request *req, const char *id);
struct vn *api_find_vn(struct vcenter *vc, const char *id, struct err *err);
struct profile *api_find_profile(struct vcenter *vc, const char *id, struct err *err);
bool api_vm_visible(const struct vm *vm);

#endif
