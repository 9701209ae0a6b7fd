# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion. Commands and options come from --help, those of the command at
# hand from --help COMMAND, and names from the kernel, all by way of the program
# that is being completed, so nothing here goes stale.

# The words up to the cursor as the program would get them, in $words: bash splits
# them at colons and equal signs, which addresses and long options are full of.
__maglevadm_words()
{
	local line=${COMP_LINE:0:COMP_POINT}

	line=${line//[\"\'\\]/}
	read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=('')
}

# The first word of $words that is a command, in $command. Letters of a word are
# looked at one by one, as in -Ln.
__maglevadm_command()
{
	local word letters name

	letters=$("$tool" --help 2>/dev/null | sed '/^Options:/,$d' |
		grep -oE -- '(^|[ |])-[A-Za-z]\b' | tr -dc 'A-Za-z')
	for word in "${words[@]:1:${#words[@]}-2}"; do
		case $word in
		--*)
			name=${word%%=*}
			if "$tool" --help 2>/dev/null | sed '/^Options:/,$d' |
				grep -qE -- "(^ *|, )$name( |\$)"; then
				command=$name
				return
			fi ;;
		-*)
			name=${word//[!$letters]/}
			if [[ -n $name ]]; then
				command=-${name:0:1}
				return
			fi ;;
		esac
	done
}

# What --help prints about the command, or about everything, as words.
__maglevadm_options()
{
	"$tool" --help ${command:+"$command"} 2>/dev/null |
		sed -e '/^Examples:/,$d' ${command:+-e 1,3d} |
		grep -oE -- '^ +(-[A-Za-z0-9](\|-[A-Za-z])?, )?--[a-z][a-z0-9-]*' |
		tr -s ' |,' '\n'
}

# Addresses of services by protocol, as -S prints them: tcp, udp or sctp.
__maglevadm_services()
{
	"$tool" -S -n 2>/dev/null | sed -nE "s/^-A $1 ([^ ]*)( --port ([^ ]*))?.*/\1/p"
}

__maglevadm_pools()
{
	"$tool" -S -n 2>/dev/null | sed -n 's/^--add-pool \([^ ]*\).*/\1/p'
}

# Backends of the service or the pool that is named already, or all.
__maglevadm_backends()
{
	local i

	for ((i = 1; i < ${#words[@]} - 2; i++)); do
		case ${words[i]} in
		-t | --tcp-service | -u | --udp-service | --sctp-service)
			"$tool" -L -n --json "${words[i]}" "${words[i + 1]}" 2>/dev/null ;;
		--pool)
			"$tool" --table "${words[i + 1]}" --json 2>/dev/null ;;
		esac
	done | sed -n '/"backends"/,$s/^ *"address": "\(.*\)",*$/\1/p' | sort -u | grep . ||
		"$tool" -S -n 2>/dev/null |
		sed -nE 's/^-a .* -r (\[[^]]*\]|[^ :]*).*/\1/p' | sort -u
}

# What $prev takes as its argument.
__maglevadm_values()
{
	case $prev in
	-t | --tcp-service) __maglevadm_services -t ;;
	-u | --udp-service) __maglevadm_services -u ;;
	--sctp-service) __maglevadm_services --sctp-service ;;
	-r | --real-server) __maglevadm_backends ;;
	--pool | --member-pool | --edit-pool | --delete-pool | --table | --fallback)
		__maglevadm_pools
		[[ $prev != --fallback ]] || echo none ;;
	--delete-router) "$tool" --list-routers 2>/dev/null ;;
	--delete-source) "$tool" --list-sources 2>/dev/null ;;
	--set)
		"$tool" -L --timeout --json 2>/dev/null |
			sed -n 's/^ *"\([a-z]*\)": \([0-9][0-9]*\).*/\1=\2/p'
		printf '%s\n' pmtu=client pmtu=router pmtu=both peers=none
		__maglevadm_pools | sed 's/^/peers=/' ;;
	-M | --netmask) printf '%s\n' 255.255.255.255 128 ;;
	-s | --scheduler) printf '%s\n' mh maglev ;;
	-b | --sched-flags) printf '%s\n' mh-port mh-fallback mh-port,mh-fallback ;;
	--settle) echo auto ;;
	--panic) printf '%s\n' 0 50 ;;
	-h | --help) command='' __maglevadm_options ;;
	--monitor | --metrics | --track | --affinity | --all-down | --state | --tun-type | --color)
		# Words with bars between them, as --help shows them.
		"$tool" --help 2>/dev/null |
			sed -nE "s/^ +$prev \[?([a-z0-9|]+)\]?( .*)?\$/\1/p" | tr '|' '\n' ;;
	esac
}

# These may be left out, so options can follow as well.
__maglevadm_may_lack_value()
{
	case $prev in
	--monitor | --metrics | --table | --rate | --watch | -p | --persistent) return 0 ;;
	*) return 1 ;;
	esac
}

_maglevadm()
{
	local tool=${COMP_WORDS[0]} command='' cur prev candidates i
	local -a words=()

	COMPREPLY=()
	__maglevadm_words
	cur=${words[-1]}
	prev=${words[-2]-}
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*}
		cur=${cur#*=}
	fi
	if [[ $prev == --@(replace|save-state|restore-state|with-state) ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	# Several of them may follow.
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		[[ ${words[i]} != --set ]] || [[ $cur == -* ]] || prev=--set
	done
	candidates=$(__maglevadm_values)
	if [[ -z $candidates ]] || __maglevadm_may_lack_value; then
		__maglevadm_command
		candidates+=$'\n'$(__maglevadm_options)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")
	# Bash replaces what is behind the last colon or equal sign only.
	case $cur in
	*[:=]*)
		[[ $COMP_WORDBREAKS == *:* ]] || [[ $cur == *=* ]] || return 0
		COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*[:=]}"}"}") ;;
	esac
}

complete -F _maglevadm maglevadm
