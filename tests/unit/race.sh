#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs a program that is built with ThreadSanitizer. That of gcc 12 gives up
# where addresses are more random than it was made for (vm.mmap_rnd_bits above
# 28), so they are not to be; where this is not permitted, they may do as well.
# One that does not start has failed.
#
#   race.sh PROGRAM [ARGUMENT...]
set -u

export TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS-}"
if setarch -R true 2>/dev/null; then
	exec setarch -R "$@"
fi
exec "$@"
