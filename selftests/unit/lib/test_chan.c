// SPDX-License-Identifier: GPL-2.0
/* Two honest ends over TLS: sessions, requests, reconnection, and freeing from inside. */
#include "chan_lab.h"

static void test_up_and_down_on_both_sides(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	assert_false(chan_is_up(client.chan));
	assert_string_equal(chan_peer_name(client.chan), "?");
	LAB_WAIT(lab, server.ups && client.ups);
	assert_string_equal(chan_peer_name(client.chan), "dc1/d1");
	assert_string_equal(chan_peer_name(server.chan), "dc1/host1");
	assert_int_equal(chan_peer(server.chan)->role, ROLE_NVE);
	assert_string_equal(chan_peer_addr(client.chan), lab_addr(lab->port));
	chan_free(client.chan);
	assert_int_equal(client.downs, 0);
	LAB_WAIT(lab, server.downs);
	assert_string_equal(server.text, "the peer closed the connection");
	chan_server_free(s);
}

static void test_request_and_event(void **state)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups && server.ups);
	end_ask(&client, "vm1");
	assert_int_equal(client.answers, 0);
	LAB_WAIT(lab, client.answers);
	assert_int_equal(client.code, CODE(OK));
	assert_string_equal(client.text, "");
	end_ask(&server, "vm2");
	LAB_WAIT(lab, server.answers);
	assert_int_equal(server.code, CODE(OK));
	chan_event(client.chan, MSG(VM_STATE), &event.base);
	LAB_WAIT(lab, server.messages == 2);
	chan_free(client.chan);
	chan_server_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_up_and_down_on_both_sides, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_request_and_event, lab_setup, lab_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
