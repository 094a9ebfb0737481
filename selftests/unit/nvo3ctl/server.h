/* SPDX-License-Identifier: GPL-2.0 */
/* What the server of test_ctl.c answers, from tables */
#ifndef NVO3CTL_UNIT_SERVER_H
#define NVO3CTL_UNIT_SERVER_H

#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/http.h"

struct script {
	const char *id;
	const char *const *states;	/* the last one stays; NULL: 404 */
	int at;
};

#define VM(id, rest) "{'id':'" id "','name':'" id "'," rest "}"
#define MOVE(id, rest) \
	"{'id':'" id "','vm_name':'vm1','from':'dc1/host1','to':'dc2/host3'," rest "}"

#define GOOD_NIC \
	"{'vn_name':'blue','vni':4096,'mac':'02:00:00:00:00:01','ips':['10.0.0.1/24'],'epoch':17}"

static const char *const good[] = {
	VM("good", "'state':'creating'"), VM("good", "'state':'creating'"),
	VM("good", "'state':'running','dc':'dc1','server':'host1','cpus':1,'nics':[" GOOD_NIC "]"),
	NULL };
static const char *const refused[] = {
	VM("refused", "'state':'creating'"),
	VM("refused", "'state':'failed','error':'server host1 has no memory left'"), NULL };
static const char *const vanishes[] = { VM("vanishes", "'state':'creating'"), "", NULL };
static const char *const deleted[] = {
	VM("deleted", "'state':'deleting'"), VM("deleted", "'state':'deleting'"), "", NULL };
static const char *const halts[] = {
	VM("halts", "'state':'running'"), VM("halts", "'state':'stopped'"), NULL };
static const char *const revives[] = {
	VM("revives", "'state':'failed','doing':'start'"),
	VM("revives", "'state':'running'"), NULL };
static const char *const sticks[] = {
	VM("sticks", "'state':'running'"),
	VM("sticks", "'state':'running','error':'the process does not end'"), NULL };

#define IMAGE(done) ",'image':{'done':" done ",'total':16777216}"

static const char *const move_good[] = {
	MOVE("move-good", "'step':'reserve','state':'running'"),
	MOVE("move-good", "'step':'stop','state':'running'"),
	MOVE("move-good", "'step':'pull','state':'running'" IMAGE("0")),
	MOVE("move-good", "'step':'commit','state':'running'" IMAGE("16777216")),
	MOVE("move-good", "'step':'done','state':'done'"), NULL };
static const char *const move_bad[] = {
	MOVE("move-bad", "'step':'reserve','state':'running'"),
	MOVE("move-bad", "'step':'pull','state':'aborted','error':'vm1 arrived damaged'"), NULL };

/* As a tenant is told */
#define WISH(id, rest) "{'id':'" id "','vm_name':'vm1','from':'dc1','to':'dc2'," rest "}"

#define GIVEN_UP "'error':'tenant alice has given it up'"

static const char *const wish_good[] = {
	"{'id':'wish-good','vm_name':'vm1','dc':'dc1'}",
	WISH("wish-good", "'step':'copy','state':'running'" IMAGE("0")),
	WISH("wish-good", "'step':'copy','state':'running'" IMAGE("8388608")),
	WISH("wish-good", "'step':'done','state':'done'" IMAGE("16777216")), NULL };
static const char *const wish_ended[] = {
	WISH("wish-ended", "'step':'copy','state':'aborted'," GIVEN_UP), NULL };

#define OP(id, state, waiting, running, done, failed)					\
	"{'id':'" id "','tenant':'alice','group':'web','action':'stop','state':'" state "',"	\
	"'vms':{'total':4," waiting ",'running':" running ",'done':" done ",'failed':" failed "}}"

static const char *const op_good[] = {
	OP("op-good", "running", "'waiting':3", "1", "0", "0"),
	OP("op-good", "running", "'waiting':0", "1", "3", "0"),
	OP("op-good", "done", "'untouched':0", "0", "4", "0"), NULL };
static const char *const op_bad[] = {
	OP("op-bad", "running", "'waiting':3", "1", "0", "0"),
	OP("op-bad", "done", "'untouched':0", "0", "2", "2"), NULL };
static const char *const op_cut[] = {
	OP("op-cut", "aborting", "'untouched':3", "1", "0", "0"),
	OP("op-cut", "aborted", "'untouched':3", "0", "1", "0"), NULL };

static struct script scripts[] = {
	{ "good", good },	    { "refused", refused },	{ "vanishes", vanishes },
	{ "deleted", deleted },	    { "halts", halts },		{ "sticks", sticks },
	{ "revives", revives },	    { "move-good", move_good }, { "move-bad", move_bad },
	{ "op-good", op_good },	    { "op-bad", op_bad },	{ "op-cut", op_cut },
	{ "wish-good", wish_good }, { "wish-ended", wish_ended },
	{ NULL },
};

/* Here JSON is written with single quotes, to be readable in C. */
static inline void reply_text(struct http_request *req, int status, const char *text)
{
	_cleanup_free_ char *json = strdup(text);

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	http_reply(req, status, json_loads(json, 0, NULL));
}

static inline void answer(struct http_request *req, int status, const char *id)
{
	struct script *s = scripts;
	const char *text;

	while (s->id && strcmp(s->id, id) != 0)
		s++;
	text = s->id ? s->states[s->at] : "";
	if (s->id && s->states[s->at + 1])
		s->at++;
	if (*text)
		reply_text(req, status, text);
	else
		http_error(req, 404, "not-found", "there is no %s", id);
}

static inline void get_object(struct http_request *req, void *arg)
{
	answer(req, 200, http_param(req, "id"));
}

static inline void change_object(struct http_request *req, void *arg)
{
	answer(req, 202, http_param(req, "id"));
}

static inline void post_vm(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (!body)
		return;
	if (strcmp(json_string_value(json_object_get(body, "tenant")), "nobody") == 0)
		http_error(req, 409, "exists", "MAC 02:00:00:00:00:01 is taken in VN blue");
	else if (json_object_get(body, "dc"))
		reply_text(req, 202, "{'id':'far','name':'far','state':'creating','dc':'dc2'}");
	else
		answer(req, 202, json_string_value(json_object_get(body, "name")));
}

static inline void post_move(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);
	const char *dc;

	if (!body)
		return;
	dc = json_string_value(json_object_get(body, "dc")) ?: "";
	if (strcmp(dc, "nowhere") == 0)
		http_error(req, 404, "not-found", "DC nowhere is not known");
	else
		answer(req, 202, strcmp(dc, "dc2") == 0 ? "move-good" : "move-bad");
}

/* What it is not told in the body is the tenant's certificate. */
static inline void post_wish(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (!body)
		return;
	if (json_object_get(body, "tenant"))
		http_error(req, 404, "not-found", "tenant %s has no VM near %s",
			   json_string_value(json_object_get(body, "tenant")),
			   json_string_value(json_object_get(body, "location") ?:
					     json_object_get(body, "client")));
	else
		answer(req, 202, "wish-good");
}

static inline void post_operation(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);
	char id[32];

	if (!body)
		return;
	if (strcmp(json_string_value(json_object_get(body, "action")), "stop") == 0)
		snprintf(id, sizeof(id), "op-%s",
			 json_string_value(json_object_get(body, "group")));
	else
		id[0] = '\0';
	if (*id)
		answer(req, 202, id);
	else	/* so that the tests see what was asked for */
		http_reply(req, 202, json_incref(body));
}

static inline void list_members(struct http_request *req, void *arg)
{
	reply_text(req, 200, "{'items':[{'vm':'1','name':'vm1','state':'failed','error':'server host1 is down'},{'vm':'2','name':'vm2','state':'failed','error':'VM vm2 is moving'}]}");
}

/* What was asked for comes back, so that the tests see it. */
static inline void list_vms(struct http_request *req, void *arg)
{
	http_reply(req, 200, json_pack("{s:[{s:s, s:s?, s:s?}]}", "items", "name", "vm1",
				       "tenant", http_query(req, "tenant"), "state",
				       http_query(req, "state")));
}

static inline void list_events(struct http_request *req, void *arg)
{
	reply_text(req, 200, "{'items':[{'seq':1,'time':0,'kind':'vm-create','subject':'vm1','text':'asked for'},{'seq':2,'time':1,'kind':'vm-create','subject':'vm1','text':'runs on host1'}]}");
}

static inline void gone(void *arg)
{
	http_stream_end(arg);
}

static inline void say(struct http_request *req, const char *text)
{
	_cleanup_free_ char *json = strdup(text);

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	http_stream_send(req, json);
}

#define VM_CREATE "'kind':'vm-create','subject':'vm1',"

static inline void watch_events(struct http_request *req, void *arg)
{
	const char *since = http_query(req, "since") ?: "";

	if (!strcmp(since, "2")) {
		http_error(req, 503, "unavailable", "that is all");
		return;
	}
	http_stream_begin(req, "text/event-stream", gone, req);
	say(req, "id: 0\nevent: start\ndata: {}\n\n:\n\n");
	say(req, "id: 1\nevent: change\ndata: {'prev':0,'item':{'seq':1,'time':0," VM_CREATE
		 "'text':'asked for'}}\n\nid: 2\neve");
	say(req, "nt: change\ndata: {'prev':1,'item':{'seq':2,'time':1," VM_CREATE
		 "'text':'runs on host1'}}\n\n");
	http_stream_end(req);
}

static inline void list_audit(struct http_request *req, void *arg)
{
	json_t *item = json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:{s:s}}", "seq",
				 atoi(http_query(req, "since") ?: "0") + 1, "time", 0, "who",
				 http_query(req, "who") ?: "root", "method", "PATCH", "path",
				 "/api/v1/vns/blue", "object", http_query(req, "object") ?: "vns/blue",
				 "status", 200, "before", "bum", "none");

	http_reply(req, 200, json_pack("{s:[o]}", "items", item));
}

#define WATCHED(id, state) "{'id':'" id "','vm_name':'" id "','state':'" state "'}"

/* The second page tells of the end. */
static inline void list_moves(struct http_request *req, void *arg)
{
	const char *offset = http_query(req, "offset");

	if (offset)
		reply_text(req, 200, "{'items':[" WATCHED("m2", "running") "]}");
	else
		reply_text(req, 200, "{'items':[" WATCHED("m1", "running") "],'next':1}");
}

static inline void watch_moves(struct http_request *req, void *arg)
{
	http_stream_begin(req, "text/event-stream", gone, req);
	say(req, "id: 10\nevent: start\ndata: {}\n\n");
	say(req, "id: 11\nevent: change\ndata: {'prev':10,'op':'set','item':"
		 WATCHED("m2", "running") "}\n\n");
	say(req, "id: 14\nevent: change\ndata: {'prev':13,'op':'set','item':" WATCHED("m3", "done")
		 "}\n\n");
	say(req, "id: 15\nevent: change\ndata: {'prev':14,'op':'set','item':" WATCHED("m1", "done")
		 "}\n\n");
	/* it goes on; who is over with it goes */
}

#define USE "'entitled':{'cpus':4,'memory_mib':64},'use':{'cpu_permille':70,'memory_kib':2048}," \
	"'availability':{'permille':990,'up_s':99,'wanted_s':100,"				\
	"'periods':[{'time':0,'up_s':99,'wanted_s':100}]},"					\
	"'periods':[{'time':0,'cpu_permille':60,'disk_kib':1024}],'recent':[]"

static inline void group_use(struct http_request *req, void *arg)
{
	if (http_query(req, "group") && !strcmp(http_query(req, "group"), "none"))
		http_error(req, 404, "not-found", "no VM of tenant %s, group none is in dc1",
			   http_query(req, "tenant"));
	else
		reply_text(req, 200, "{" USE "}");
}

static inline void server_use(struct http_request *req, void *arg)
{
	reply_text(req, 200, "{" USE ",'host_past':{'periods':[],'recent':[{'time':0,'cpu_permille':250,'load_milli':1500,'memory_used_kib':1024,'disk_used_kib':2048}]}}");
}

static inline void lookup(struct http_request *req, void *arg)
{
	const char *name = http_query(req, "name");

	if (name && strcmp(name, "vm1") == 0)
		reply_text(req, 200, "{'result':'found','vm':'1234','name':'vm1','dc':'dc1','server':'host1','state':'running'}");
	else
		reply_text(req, 200, "{'result':'not-found'}");
}

static inline void post_vn(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (body)
		http_reply(req, 201, json_incref(body));
}

static inline void mappings(struct http_request *req, void *arg)
{
	const char *vn = http_query(req, "vn");

	http_reply(req, 200, json_pack("{s:[{s:s?, s:i, s:[s]}]}", "items", "vn", vn, "vni", 4096,
				       "locators", "10.1.0.11"));
}

static inline void delete_nve(struct http_request *req, void *arg)
{
	http_error(req, 409, "busy", "%s of %s is busy, force %s", http_param(req, "name"),
		   http_param(req, "dc"), http_query(req, "force"));
}

static inline void list_dcs(struct http_request *req, void *arg)
{
	reply_text(req, 200, "{'items':[{'dc':'dc1','up':true,'here':true,'weight':100,'servers_up':1,'servers':2,'vms':3,'entitled':{'cpus':4},'total':{'cpus':8}},{'dc':'dc2','up':false,'here':false,'weight':50,'error':'its vCenter is down'}]}");
}

/* What was asked for comes back: of a VM that it runs there. */
static inline void at_dc(struct http_request *req, void *arg)
{
	const char *path = http_param(req, "path");

	if (!strncmp(path, "vms/", 4))
		http_reply(req, 200, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", path + 4, "name",
					       path + 4, "state", "running", "dc",
					       http_param(req, "dc"), "server", "host3"));
	else
		http_reply(req, 200, json_pack("{s:[{s:s}]}", "items", "name", http_path(req)));
}

static inline void post_placement(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (!body)
		return;
	if (json_object_get(body, "dc"))
		reply_text(req, 200, "{'dcs':[{'dc':'dc1','fits':false,'reason':'full'},{'dc':'dc2','fits':true,'server':'host3'}],'dc':'dc2','server':'host3'}");
	else
		reply_text(req, 200, "{'servers':[{'server':'host1','fits':true}],'server':'host1'}");
}

static const struct http_route routes[] = {
	{ "GET", "/api/v1/dcs", list_dcs, "limit offset" },
	{ "GET", "/api/v1/dcs/{dc}/{path...}", at_dc, .any_query = true },
	{ "POST", "/api/v1/placement", post_placement },
	{ "GET", "/api/v1/vms", list_vms, "tenant group server vn state limit after" },
	{ "POST", "/api/v1/vms", post_vm },
	{ "GET", "/api/v1/vms/{id}", get_object },
	{ "DELETE", "/api/v1/vms/{id}", change_object },
	{ "POST", "/api/v1/vms/{id}/start", change_object },
	{ "POST", "/api/v1/vms/{id}/stop", change_object },
	{ "POST", "/api/v1/vms/{id}/move", post_move },
	{ "GET", "/api/v1/moves", list_moves, "limit offset" },
	{ "POST", "/api/v1/vms/{id}/replicate", post_wish },
	{ "GET", "/api/v1/moves/{id}", get_object, "tenant" },
	{ "POST", "/api/v1/moves/{id}/abort", change_object, "tenant" },
	{ "POST", "/api/v1/operations", post_operation },
	{ "GET", "/api/v1/operations/{id}", get_object },
	{ "GET", "/api/v1/operations/{id}/members", list_members, "state limit offset" },
	{ "POST", "/api/v1/operations/{id}/abort", change_object },
	{ "GET", "/api/v1/use", group_use, "tenant group" },
	{ "GET", "/api/v1/servers/{name}/use", server_use },
	{ "GET", "/api/v1/lookup", lookup, "vn id name mac ip" },
	{ "POST", "/api/v1/vns", post_vn },
	{ "PATCH", "/api/v1/vns/{id}", post_vn },
	{ "GET", "/api/v1/events", list_events, "since limit offset" },
	{ "GET", "/api/v1/audit", list_audit, "since who object limit offset" },
	{ "GET", "/api/v1/watch/events", watch_events, "since" },
	{ "GET", "/api/v1/watch/moves", watch_moves, "since" },
	{ "GET", "/api/v1/mappings", mappings, "vn limit offset" },
	{ "DELETE", "/api/v1/nves/{dc}/{name}", delete_nve, "force" },
	{ NULL },
};

#endif
