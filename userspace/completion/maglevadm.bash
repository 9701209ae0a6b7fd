# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion. Options come from --help and names from the kernel, both
# by way of the program that is being completed, so nothing here goes stale.

_maglevadm()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local tool=${COMP_WORDS[0]} words=

	COMPREPLY=()
	# An address is one word for the program, but bash splits it at colons.
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n : cur prev
	fi
	case $prev in
	-t | --tcp-service)
		words=$("$tool" -S -n 2>/dev/null | sed -n 's/^-A -t \([^ ]*\).*/\1/p') ;;
	-u | --udp-service)
		words=$("$tool" -S -n 2>/dev/null | sed -n 's/^-A -u \([^ ]*\).*/\1/p') ;;
	--sctp-service)
		words=$("$tool" -S -n 2>/dev/null | sed -n 's/^-A --sctp-service \([^ ]*\).*/\1/p') ;;
	-r | --real-server)
		words=$("$tool" -S -n 2>/dev/null | sed -n 's/^-a .* -r \([^ ]*\).*/\1/p' | sort -u) ;;
	--pool | --member-pool | --edit-pool | --delete-pool | --table | --fallback)
		words=$("$tool" -S -n 2>/dev/null | sed -n 's/^--add-pool \([^ ]*\).*/\1/p') ;;
	--delete-router)
		words=$("$tool" --list-routers 2>/dev/null) ;;
	--delete-source)
		words=$("$tool" --list-sources 2>/dev/null) ;;
	--track)
		words='all changed none' ;;
	--affinity)
		words='5tuple 3tuple source' ;;
	--all-down)
		words='drop reject accept' ;;
	--state)
		words='up drain down' ;;
	--settle)
		words=auto ;;
	-M | --netmask)
		words='255.255.255.255 128' ;;
	--set)
		words=$("$tool" -L --timeout --json 2>/dev/null | sed -n 's/^ *"\([a-z]*\)": \([0-9][0-9]*\).*/\1=\2/p')
		words+=' pmtu=client pmtu=router pmtu=both peers=none '
		words+=$("$tool" -S -n 2>/dev/null | sed -n 's/^--add-pool \([^ ]*\).*/peers=\1/p') ;;
	-s | --scheduler)
		words='mh maglev' ;;
	-b | --sched-flags)
		words='mh-port mh-fallback mh-port,mh-fallback' ;;
	--tun-type)
		words=gre ;;
	*)
		words=$("$tool" --help 2>/dev/null | grep -oE -- '(^|[ |])-([A-Za-z6]|-[a-z][a-z0-9-]*)' | tr -d ' |') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
}

complete -F _maglevadm maglevadm
