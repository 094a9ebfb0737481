// SPDX-License-Identifier: GPL-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "domxml.h"
#include "mem.h"
#include "msg.h"

static bool is_set(const char *s)
{
	return s && *s;
}

static void put_escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '\'':
			fputs("&apos;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc(*text, f);
		}
	}
}

static void put_element(FILE *f, const char *name, const char *text)
{
	if (!is_set(text))
		return;
	fprintf(f, "<%s>", name);
	put_escaped(f, text);
	fprintf(f, "</%s>", name);
}

static bool is_container(const struct domxml_host *host)
{
	return !strcmp(host->type, "lxc");
}

/* Started before it is used, managed by nobody: the tap is the driver's */
static void put_nic(FILE *f, const Nvo3__Nic *nic, const struct domxml_host *host)
{
	struct mac_addr mac = {};
	char text[MAC_ADDR_STRLEN];

	msg_get_mac(&nic->mac, &mac);
	fprintf(f, "<interface type='ethernet'><mac address='%s'/>", mac_addr_format(&mac, text));
	fputs("<target dev='", f);
	put_escaped(f, nic->port);
	fputs("' managed='no'/><model type='virtio'/>", f);
	if (host->mtu)
		fprintf(f, "<mtu size='%u'/>", host->mtu);
	fputs("</interface>", f);
}

static void put_disk(FILE *f, const char *disk)
{
	fputs("<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='", f);
	put_escaped(f, disk);
	fputs("'/><target dev='" DOMXML_DISK "' bus='virtio'/></disk>", f);
}

static void put_console(FILE *f, const struct domxml_host *host)
{
	if (is_container(host)) {
		fputs("<console type='pty'/>", f);
		return;
	}
	fputs("<serial type='pty'>", f);
	if (is_set(host->console)) {
		fputs("<log file='", f);
		put_escaped(f, host->console);
		fputs("' append='on'/>", f);
	}
	fputs("<target port='0'/></serial>", f);
}

static void put_os(FILE *f, const struct domxml_host *host)
{
	fputs("<os><type", f);
	if (is_set(host->machine)) {
		fputs(" machine='", f);
		put_escaped(f, host->machine);
		fputc('\'', f);
	}
	fputs(">hvm</type>", f);
	put_element(f, "kernel", host->kernel);
	put_element(f, "initrd", host->initrd);
	put_element(f, "cmdline", host->cmdline);
	fputs("</os>", f);
	/* Without ACPI a guest hears no shutdown */
	if (strcmp(host->type, "test"))
		fputs("<features><acpi/></features>", f);
}

unsigned long long domxml_quota(uint32_t cpus)
{
	return (unsigned long long)cpus * DOMXML_PERIOD_US;
}

void domxml_name(const Nvo3__VmProfile *vm, char ret[DOMXML_NAME_MAX])
{
	snprintf(ret, DOMXML_NAME_MAX, "nvo3-%s", vm->name);
}

/* What is beyond its memory its guest gives back when it has begun, by its balloon */
static void put_memory(FILE *f, const Nvo3__VmProfile *vm, const struct domxml_host *host)
{
	bool more = host->max_memory_mib > vm->memory_mib;

	fprintf(f, "<memory unit='MiB'>%u</memory>", more ? host->max_memory_mib : vm->memory_mib);
	if (more)
		fprintf(f, "<currentMemory unit='MiB'>%u</currentMemory>", vm->memory_mib);
}

static void put_head(FILE *f, const Nvo3__VmProfile *vm, const struct domxml_host *host)
{
	struct uuid id = {};
	char name[DOMXML_NAME_MAX], text[UUID_STRLEN];

	msg_get_uuid(&vm->vm, &id);
	domxml_name(vm, name);
	fputs("<domain type='", f);
	put_escaped(f, host->type);
	fputs("'>", f);
	put_element(f, "name", name);
	put_element(f, "uuid", uuid_format(&id, text));
	fputs("<metadata><nvo3:vm xmlns:nvo3='urn:nvo3:vm:1'/></metadata>", f);
}

static void put_emulator(FILE *f, const Nvo3__VmProfile *vm, const struct domxml_host *host)
{
	put_memory(f, vm, host);
	if (host->max_cpus > vm->cpus)
		fprintf(f, "<vcpu current='%u'>%u</vcpu>", vm->cpus, host->max_cpus);
	else
		fprintf(f, "<vcpu>%u</vcpu>", vm->cpus);
	put_os(f, host);
}

/*
 * libvirt counts a container's processors and no more; that it has the time of so many is a quota
 * of each tenth of a second, and how much of its memory it may use is a limit.
 */
static void put_limits(FILE *f, const Nvo3__VmProfile *vm, const struct domxml_host *host)
{
	put_memory(f, vm, host);
	fprintf(f, "<vcpu>%u</vcpu><cputune><period>%u</period><quota>%llu</quota></cputune>",
		vm->cpus, DOMXML_PERIOD_US, domxml_quota(vm->cpus));
	fprintf(f, "<memtune><hard_limit unit='MiB'>%u</hard_limit></memtune>", vm->memory_mib);
}

/*
 * Its network namespace is made before it and stays when it ends, so libvirt is told of no
 * interface, and to make no namespace (privnet), which it refuses beside that one.
 */
static void put_container(FILE *f, const Nvo3__VmProfile *vm, const struct domxml_host *host)
{
	put_limits(f, vm, host);
	fputs("<os><type>exe</type>", f);
	put_element(f, "init", host->init);
	put_element(f, "cmdline", host->cmdline);
	fputs("</os>", f);
	fputs("<lxc:namespace xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'>", f);
	fputs("<lxc:sharenet type='netns' value='", f);
	put_escaped(f, host->place);
	fputs("'/></lxc:namespace>", f);
}

static void put_mount(FILE *f, const char *from, const char *to, const char *more)
{
	fputs("<filesystem type='mount'><source dir='", f);
	put_escaped(f, from);
	fprintf(f, "'/><target dir='%s'/>%s</filesystem>", to, more);
}

/*
 * Its root is that of others, too. The disk is no device but the file: a loop device libvirt makes
 * of paths with less than 64 bytes only.
 */
static void put_files(FILE *f, const char *disk, const struct domxml_host *host)
{
	put_mount(f, is_set(host->root) ? host->root : "/", "/", "<readonly/>");
	if (disk)
		put_mount(f, disk, "/dev/vda", "");
}

static void put_devices(FILE *f, const Nvo3__VmProfile *vm, const char *disk,
			const struct domxml_host *host)
{
	if (disk)
		put_disk(f, disk);
	for (size_t i = 0; i < vm->n_nics; i++)
		put_nic(f, vm->nics[i], host);
}

char *domxml_domain(const Nvo3__VmProfile *vm, const struct domxml_host *host, const char *disk)
{
	char *text = NULL;
	size_t len;
	FILE *f = mem_check(open_memstream(&text, &len));

	put_head(f, vm, host);
	(is_container(host) ? put_container : put_emulator)(f, vm, host);
	/* What has ended stays so until somebody here starts it */
	put_element(f, "on_poweroff", "destroy");
	put_element(f, "on_reboot", "restart");
	put_element(f, "on_crash", "destroy");
	fputs("<devices>", f);
	put_element(f, "emulator", host->emulator);
	if (is_container(host))
		put_files(f, disk, host);
	else
		put_devices(f, vm, disk, host);
	put_console(f, host);
	fputs("</devices></domain>", f);
	fclose(f);
	return mem_check(text);
}

char *domxml_nic(const Nvo3__Nic *nic, const struct domxml_host *host)
{
	char *text = NULL;
	size_t len;
	FILE *f = mem_check(open_memstream(&text, &len));

	put_nic(f, nic, host);
	fclose(f);
	return mem_check(text);
}

static char *escaped(const char *text)
{
	char *ret = NULL;
	size_t len;
	FILE *f = mem_check(open_memstream(&ret, &len));

	put_escaped(f, text);
	fclose(f);
	return mem_check(ret);
}

/* Both folders are text of the XML here, which may need another spelling than as a path */
char *domxml_elsewhere(const char *xml, const char *here, const char *there)
{
	char *from = escaped(here), *to = escaped(there), *text = NULL;
	const char *at, *rest = xml;
	size_t size, len = strlen(from);
	FILE *f = mem_check(open_memstream(&text, &size));

	while ((at = strstr(rest, from))) {
		fwrite(rest, 1, at - rest, f);
		/* A folder whose name only begins so is another one */
		fputs(at[len] == '/' ? to : from, f);
		rest = at + len;
	}
	fputs(rest, f);
	fclose(f);
	free(from);
	free(to);
	return mem_check(text);
}

/* Where the value of the attribute that @at lies in begins */
static const char *value_of(const char *xml, const char *at)
{
	while (at > xml && at[-1] != '\'' && at[-1] != '"')
		at--;
	return at;
}

char *domxml_from_elsewhere(const char *xml, const struct uuid *id, const char *there)
{
	char text[UUID_STRLEN], own[UUID_STRLEN + 16], folder[UUID_STRLEN + 2], *ret = NULL;
	const char *at, *rest = xml;
	char *to = escaped(there);
	size_t size;
	FILE *f = mem_check(open_memstream(&ret, &size));

	snprintf(own, sizeof(own), "<uuid>%s</uuid>", uuid_format(id, text));
	snprintf(folder, sizeof(folder), "/%s/", text);
	while ((at = strstr(rest, folder))) {
		const char *from = value_of(rest, at);

		fwrite(rest, 1, from - rest, f);
		fputs(to, f);
		rest = at + strlen(folder) - 1;
	}
	fputs(rest, f);
	fclose(f);
	free(to);
	mem_check(ret);
	if (strstr(xml, own))
		return ret;
	free(ret);
	return NULL;
}
