// SPDX-License-Identifier: GPL-2.0
/*
 * ndirectord: the control plane of one data centre.
 */
#include "run.h"

int main(int argc, char **argv)
{
	return director_main(argc, argv);
}
