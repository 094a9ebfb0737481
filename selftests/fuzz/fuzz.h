/* SPDX-License-Identifier: GPL-2.0 */
/* What a fuzzer is: driver.c calls it, or clang's libFuzzer, whose name it has. */
#ifndef SELFTESTS_FUZZ_H
#define SELFTESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Anything may be in @data. 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
