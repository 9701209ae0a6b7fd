// SPDX-License-Identifier: GPL-2.0
/*
 * Names for the parser's tests, without a name server: hundreds of random words go
 * through the parser, and none is anybody else's business. Linked by --wrap.
 */
#include <netdb.h>
#include <string.h>

int __real_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **list);

int __wrap_getaddrinfo(const char *node, const char *service,
		       const struct addrinfo *hints, struct addrinfo **list)
{
	if (strcmp(node, "localhost"))
		return EAI_NONAME;
	return __real_getaddrinfo(node, service, hints, list);
}
