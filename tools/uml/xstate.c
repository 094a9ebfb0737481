// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded to User-Mode Linux of 6.12, which reserves 2696 bytes for a program's extended
 * registers. A processor with AMX has more, and the host takes them back only as a whole
 * (EFAULT). What is behind is never in use in there: a program has to ask its kernel for AMX,
 * and that one knows of none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif
/* Where the header says which components are there, and those that lie in the front. */
#define PRESENT 512
#define KNOWN 0x3ff

static long (*real)(int request, pid_t pid, void *addr, void *data);
static char whole[1 << 16];
static size_t size;

/* At once: later the stack is that of a thread of the kernel's. */
static __attribute__((constructor)) void find_real(void)
{
	real = (long (*)(int, pid_t, void *, void *))dlsym(RTLD_NEXT, "ptrace");
}

static size_t whole_size(pid_t pid)
{
	struct iovec iov = { whole, sizeof(whole) };

	if (real(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &iov))
		return 0;
	memset(whole, 0, sizeof(whole));
	return iov.iov_len;
}

static long set_xstate(pid_t pid, const struct iovec *front)
{
	struct iovec iov = { whole, 0 };
	uint64_t present;

	if (!size)
		size = whole_size(pid);
	if (size <= front->iov_len)
		return real(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, (void *)front);
	iov.iov_len = size;
	memcpy(whole, front->iov_base, front->iov_len);
	memcpy(&present, whole + PRESENT, sizeof(present));
	present &= KNOWN;
	memcpy(whole + PRESENT, &present, sizeof(present));
	return real(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &iov);
}

long ptrace(enum __ptrace_request request, ...)
{
	void *addr, *data;
	va_list args;
	pid_t pid;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	if (request == PTRACE_SETREGSET && (long)addr == NT_X86_XSTATE)
		return set_xstate(pid, data);
	return real(request, pid, addr, data);
}
