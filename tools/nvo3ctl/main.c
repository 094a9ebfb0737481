// SPDX-License-Identifier: GPL-2.0
#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>

#include "ctl.h"

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	return ctl_main(argc, argv, stdout, stderr);
}
