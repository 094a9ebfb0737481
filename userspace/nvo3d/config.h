/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nvo3d.conf as a struct; see Documentation/operations.rst. Strings are borrowed from the
 * open struct conf.
 */
#ifndef NVO3D_CONFIG_H
#define NVO3D_CONFIG_H

#include <stdbool.h>

#include "conf.h"
#include "tls.h"

struct config_bfd {
	bool enabled, multihop;
	uint32_t tx_ms, rx_ms;
	uint8_t multiplier;
};

struct config_nve {
	const char *dev;
	struct ip_addr local4, local6;	/* family 0 for none; at least one is there */
	uint16_t dstport;
	uint32_t mtu;			/* largest inner IP packet */
	const char *listen;
	const char *const *directors;
	int n_directors;
	bool relay;			/* is told everything, and sends on for others */
	uint32_t idle;			/* s: a mapping that was not used for so long goes */
	uint32_t audit;			/* s from one look whether all agree to the next */
	struct config_bfd bfd;
};

struct config_vserver {
	const char *nve;		/* where its association server listens */
	const char *nve_name;		/* "DC/NAME" */
	const char *const *vcenters;
	int n_vcenters;
	const char *images;
	const char *location;		/* "row1/rack2"; "" for none */
	bool gateway;			/* this host reaches the outside */
	uint32_t report_s;		/* from one report of what VMs use to the next */
	bool libvirt;			/* the driver, else netns */
	uint32_t cpus, memory_mib, disk_mib, max_vms;
	uint32_t mtu;
};

struct config_libvirt {
	const char *uri, *type, *machine, *emulator;
	const char *kernel, *initrd, *cmdline;
	const char *template;		/* "" for none; of containers a folder */
	const char *init;		/* of containers: their first process */
	const char *migrate;		/* its URI for other hosts' libvirtd's, "" for none */
	uint32_t shutdown_s;		/* that a guest has to shut down */
	uint32_t max_cpus, max_memory_mib;	/* of a VM, while it runs */
};

struct config {
	const char *dc, *name;
	struct tls_files tls;
	const char *state;
	bool has_nve, has_vserver;	/* the groups that are in the file */
	struct config_nve nve;
	struct config_vserver vserver;
	struct config_libvirt libvirt;
	char default_nve_name[sizeof(struct identity)];
};

/* What a VM's image begins as: a file, "" for zeroes, NULL for anything */
const char *config_image(const struct config *config);

/* 0, or -errno with "file:line: reason". @ret points into @conf */
int config_read(struct conf *conf, struct config *ret, struct err *err);

#endif
