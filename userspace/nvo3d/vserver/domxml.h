/* SPDX-License-Identifier: GPL-2.0 */
/* A VM's profile as the XML of a libvirt domain. Pure. */
#ifndef NVO3D_VSERVER_DOMXML_H
#define NVO3D_VSERVER_DOMXML_H

#include <stdint.h>

#include "proto/common.pb-c.h"
#include "uuid.h"

/* Of this host; NULL or "" for what libvirt shall choose */
struct domxml_host {
	const char *type;	/* "kvm", "qemu", "lxc", "test" */
	const char *machine;
	const char *emulator;
	const char *kernel, *initrd, *cmdline;
	const char *console;	/* a file that the guest's console is written to, too */
	uint32_t mtu;
	uint32_t max_cpus;	/* as many can be plugged while it runs */
	uint32_t max_memory_mib;	/* the same */
	/* Of a container: its first process, the folder that is its "/", its network namespace */
	const char *init, *root, *place;
};

#define DOMXML_NAME_MAX 80
#define DOMXML_PERIOD_US 100000u	/* of each a container has a quota of time */

/* Microseconds of each period */
unsigned long long domxml_quota(uint32_t cpus);
#define DOMXML_DISK "vda"

/* "nvo3-NAME" */
void domxml_name(const Nvo3__VmProfile *vm, char ret[DOMXML_NAME_MAX]);

/*
 * @disk: path of its image, NULL for none. @vm's interfaces have their ports. Both for the caller
 * to free().
 */
char *domxml_domain(const Nvo3__VmProfile *vm, const struct domxml_host *host, const char *disk);
char *domxml_nic(const Nvo3__Nic *nic, const struct domxml_host *host);
/* libvirt's @xml with the files below the folder @here below @there instead; free() it */
char *domxml_elsewhere(const char *xml, const char *here, const char *there);
/*
 * The same of the VM @id, whose files lie in a folder of another host that is called as it is;
 * NULL: the XML is that of another domain
 */
char *domxml_from_elsewhere(const char *xml, const struct uuid *id, const char *there);

#endif
