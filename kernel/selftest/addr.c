// SPDX-License-Identifier: GPL-2.0
#include <linux/inet.h>

static bool __init addr_says(const char *text, bool good)
{
	struct nvo3_addr addr = {};
	char buf[NVO3_ADDR_STRLEN];

	if (in4_pton(text, -1, (u8 *)&addr.v4, -1, NULL))
		addr.family = AF_INET;
	else if (in6_pton(text, -1, addr.v6.s6_addr, -1, NULL))
		addr.family = AF_INET6;
	else
		return false;
	if (strcmp(nvo3_addr_str(&addr, buf), text)) {
		pr_err("addr selftest: %s came back as %s\n", text, buf);
		return false;
	}
	if (!nvo3_addr_fault(&addr) != good) {
		pr_err("addr selftest: %s is %s\n", text, good ? "refused" : "accepted");
		return false;
	}
	return true;
}

bool __init nvo3_addr_selftest(void)
{
	static const char *const good[] __initconst = {
		"192.0.2.1", "10.255.255.255", "128.0.0.1", "2001:db8::1", "fd00::",
	};
	static const char *const bad[] __initconst = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.255.255.255",
		"255.255.255.255", "::", "::1", "ff02::1", "fe80::1", "::ffff:192.0.2.1",
	};
	struct nvo3_addr a = nvo3_addr_from4(htonl(0xc0000201));
	struct nvo3_addr b = nvo3_addr_from4(htonl(0xc0000201));
	bool ok = nvo3_addr_equal(&a, &b);
	int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		ok &= addr_says(good[i], true);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok &= addr_says(bad[i], false);
	return ok;
}
