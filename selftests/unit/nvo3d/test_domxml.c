// SPDX-License-Identifier: GPL-2.0
/* The XML of a domain: what is in it, and that nothing of a name can break out of it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vserver/domxml.h"

static uint8_t id[16] = { 0x6b, 0xa7, 0xb8, 0x10 }, mac[6] = { 2, 0, 0, 0, 0, 1 };
static Nvo3__Nic nic, *nics = &nic;
static Nvo3__VmProfile vm;
static struct domxml_host host;

static int setup(void **state)
{
	nvo3__nic__init(&nic);
	nic.mac = (ProtobufCBinaryData){ 6, mac };
	nic.port = "v6ba7b810";
	nvo3__vm_profile__init(&vm);
	vm.vm = (ProtobufCBinaryData){ 16, id };
	vm.name = "web1";
	vm.cpus = 2;
	vm.memory_mib = 512;
	vm.nics = &nics;
	vm.n_nics = 1;
	host = (struct domxml_host){ .type = "kvm", .mtu = 1450 };
	return 0;
}

static void has(const char *part)
{
	char *xml = domxml_domain(&vm, &host, "/d/www/image");

	if (!strstr(xml, part))
		fail_msg("%s\nis not in\n%s", part, xml);
	free(xml);
}

static void hasnt(const char *part)
{
	char *xml = domxml_domain(&vm, &host, "/d/www/image");

	if (strstr(xml, part))
		fail_msg("%s\nis in\n%s", part, xml);
	free(xml);
}

static void test_all_of_it(void **state)
{
	has("<domain type='kvm'><name>nvo3-web1</name><uuid>6ba7b810-0000-0000-0000-000000000000</uuid><metadata><nvo3:vm xmlns:nvo3='urn:nvo3:vm:1'/></metadata><memory unit='MiB'>512</memory><vcpu>2</vcpu>");
	/* The tap is not libvirt's to make, to raise or to delete */
	has("<interface type='ethernet'><mac address='02:00:00:00:00:01'/><target dev='v6ba7b810' managed='no'/><model type='virtio'/><mtu size='1450'/></interface>");
	has("<source file='/d/www/image'/>");
	has("<on_poweroff>destroy</on_poweroff>");
	hasnt("<kernel>");
	hasnt("machine=");
}

static void test_what_the_host_says(void **state)
{
	host.kernel = "/boot/vmlinuz";
	host.initrd = "/boot/initrd";
	host.cmdline = "console=ttyS0";
	host.machine = "q35";
	host.emulator = "/usr/bin/qemu";
	host.console = "/d/console.log";
	host.max_cpus = 8;
	has("<type machine='q35'>hvm</type><kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><cmdline>console=ttyS0</cmdline>");
	has("<emulator>/usr/bin/qemu</emulator>");
	has("<log file='/d/console.log' append='on'/>");
	has("<vcpu current='2'>8</vcpu>");
	host.max_memory_mib = 1024;
	has("<memory unit='MiB'>1024</memory><currentMemory unit='MiB'>512</currentMemory>");
	host.max_cpus = 1;
	has("<vcpu>2</vcpu>");
	host.max_memory_mib = 512;
	has("<memory unit='MiB'>512</memory><vcpu>");
}

static void test_names_stay_names(void **state)
{
	vm.name = "a<b>&'\"c";
	host.cmdline = "</cmdline><evil/>";
	has("<name>nvo3-a&lt;b&gt;&amp;&apos;&quot;c</name>");
	hasnt("<evil/>");
	nic.port = "x' managed='yes";
	hasnt("managed='yes'");
}

/* As libvirt tells it, the folder is spelt as XML wants it; so must be what takes its place */
static void test_files_elsewhere(void **state)
{
	char *xml;

	xml = domxml_elsewhere("<a f='/s&amp;t/1/image'/><b f='/s&amp;t/12/image'/><c f='/s&amp;t/1/log'/>",
			       "/s&t/1", "/d/x'/><evil/><y f='");
	assert_string_equal(xml, "<a f='/d/x&apos;/&gt;&lt;evil/&gt;&lt;y f=&apos;/image'/><b f='/s&amp;t/12/image'/><c f='/d/x&apos;/&gt;&lt;evil/&gt;&lt;y f=&apos;/log'/>");
	free(xml);
	xml = domxml_elsewhere("<a f='/s/1'/>", "/s/1", "/d");
	assert_string_equal(xml, "<a f='/s/1'/>");
	free(xml);
}

/* What another host has saved: of its folder only the VM's own part is known */
static void test_files_of_another_host(void **state)
{
	static const struct uuid id = { { 1, 2 } };
	char *xml;

#define ID "01020000-0000-0000-0000-000000000000"
	xml = domxml_from_elsewhere("<uuid>" ID "</uuid><a f='/s&amp;t/vms/" ID "/image'/><b f=\"/x/"
				    ID "/log\" g='/y/" ID "2/z'/>", &id, "/d&e/" ID);
	assert_string_equal(xml, "<uuid>" ID "</uuid><a f='/d&amp;e/" ID "/image'/><b f=\"/d&amp;e/"
				 ID "/log\" g='/y/" ID "2/z'/>");
	free(xml);
	/* Another domain is none of ours, wherever its files lie */
	assert_null(domxml_from_elsewhere("<uuid>02020000</uuid><a f='/s/" ID "/image'/>", &id,
					  "/d"));
#undef ID
}

static void be_container(void)
{
	host.type = "lxc";
	host.init = "/sbin/init";
	host.root = "/srv/tree";
	host.place = "nvo3-host1-6ba7b810";
}

/* Its interfaces are in the namespace that it is given, and none is for libvirt to make */
static void test_a_container(void **state)
{
	be_container();
	has("<domain type='lxc'><name>nvo3-web1</name>");
	has("<os><type>exe</type><init>/sbin/init</init></os><lxc:namespace ");
	has("<lxc:namespace xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><lxc:sharenet type='netns' value='nvo3-host1-6ba7b810'/></lxc:namespace>");
	has("<filesystem type='mount'><source dir='/srv/tree'/><target dir='/'/><readonly/></filesystem>");
	has("<filesystem type='mount'><source dir='/d/www/image'/><target dir='/dev/vda'/></filesystem>");
	hasnt("<disk");
	has("<console type='pty'/>");
	hasnt("<interface");
	hasnt("privnet");
	hasnt("<acpi/>");
	hasnt("hvm");
	host.cmdline = "a <b>";
	has("<init>/sbin/init</init><cmdline>a &lt;b&gt;</cmdline></os>");
	host.root = "";
	has("<source dir='/'/><target dir='/'/><readonly/>");
	host.root = "/a'/><evil/>";
	host.place = "x'/><evil/>";
	hasnt("<evil/>");
}

/* What it counts for at its host is what it can have there */
static void test_limits_of_a_container(void **state)
{
	be_container();
	host.max_cpus = 8;
	has("<memory unit='MiB'>512</memory><vcpu>2</vcpu><cputune><period>100000</period><quota>200000</quota></cputune><memtune><hard_limit unit='MiB'>512</hard_limit></memtune>");
	host.max_memory_mib = 1024;
	has("<memory unit='MiB'>1024</memory><currentMemory unit='MiB'>512</currentMemory><vcpu>2</vcpu>");
	has("<hard_limit unit='MiB'>512</hard_limit>");
	vm.cpus = UINT32_MAX;
	has("<quota>429496729500000</quota>");
	host.type = "kvm";
	hasnt("<cputune>");
	hasnt("<memtune>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all_of_it, setup),
		cmocka_unit_test_setup(test_what_the_host_says, setup),
		cmocka_unit_test_setup(test_names_stay_names, setup),
		cmocka_unit_test_setup(test_files_elsewhere, setup),
		cmocka_unit_test_setup(test_files_of_another_host, setup),
		cmocka_unit_test_setup(test_a_container, setup),
		cmocka_unit_test_setup(test_limits_of_a_container, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
