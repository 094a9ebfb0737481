// SPDX-License-Identifier: GPL-2.0

/* The prepared checksum is the one of the whole header, whatever varies. */
static bool __init template_sums(struct nvo3_template *t)
{
	static const u16 words[] = { 0, 1, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff };
	struct iphdr iph;
	int i, j, k;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		for (j = 0; j < ARRAY_SIZE(words); j++) {
			for (k = 0; k < 256; k++) {
				memcpy(&iph, t->header, sizeof(iph));
				nvo3_template_finish4(t, &iph, words[i], htons(words[j]), k);
				if (ip_fast_csum(&iph, iph.ihl) || iph.tos != k ||
				    iph.tot_len != htons(words[i]) || iph.id != htons(words[j]))
					return false;
			}
		}
	}
	return true;
}

static bool __init template_v4(struct nvo3_template *t, const char *encap)
{
	const struct nvo3_template_addrs addrs = {
		.family = AF_INET, .ttl = 64, .dport = htons(4789),
		.saddr4 = htonl(0xc0000201), .daddr4 = htonl(0xc0000202),
	};
	static const u8 want[] = "\x45\0\0\0\0\0\0\0\x40\x11\0\0\xc0\0\2\1\xc0\0\2\2"
				 "\0\0\x12\xb5\0\0\0\0";

	nvo3_template_write(t, &addrs, encap, 8);
	return t->hlen == 36 && !memcmp(t->header, want, 28) && !memcmp(t->header + 28, encap, 8) &&
	       template_sums(t);
}

static bool __init template_v6(struct nvo3_template *t, const char *encap)
{
	const struct nvo3_template_addrs addrs = {
		.family = AF_INET6, .ttl = 1, .dport = htons(4789), .label = htonl(0xabcde),
		.saddr6 = { { { 0x20, 1, [15] = 1 } } }, .daddr6 = { { { 0x20, 1, [15] = 2 } } },
	};
	struct ipv6hdr ip6h;
	int k;

	memset(t->header, 0, sizeof(t->header));
	nvo3_template_write(t, &addrs, encap, 8);
	for (k = 0; k < 256; k++) {
		memcpy(&ip6h, t->header, sizeof(ip6h));
		nvo3_template_finish6(&ip6h, 1234, k);
		if (ip6h.version != 6 || ipv6_get_dsfield(&ip6h) != k ||
		    ip6_flowlabel(&ip6h) != htonl(0xabcde) || ip6h.payload_len != htons(1234))
			return false;
	}
	return t->hlen == 56 && !memcmp(t->header + 48, encap, 8);
}

bool __init nvo3_template_selftest(void)
{
	struct nvo3_template *t = kzalloc(sizeof(*t), GFP_KERNEL);
	bool ok = t && template_v4(t, "encapsul") && template_v6(t, "ATIONHDR");

	kfree(t);
	if (!ok)
		pr_err("template selftest: a header is not what it should be\n");
	return ok;
}
