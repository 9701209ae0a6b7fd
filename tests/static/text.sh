# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Static checks of scripts, documents and what has to agree. Sourced by
# tests/static/run.

# files_in INTERPRETER NAME...: what is called so, or begins with its name
files_in()
{
	local interpreter=$1 f name

	shift
	git ls-files | while read -r f; do
		[[ -f $f && ! -L $f ]] || continue
		for name; do
			# shellcheck disable=SC2053 # a pattern
			[[ $f == $name ]] && echo "$f" && continue 2
		done
		head -n 1 "$f" | grep -qE "^#!.*\\b$interpreter\\b" && echo "$f"
	done
	return 0
}

shell_files()
{
	files_in '(ba)?sh' '*.sh' '*.bash' '*.bats'
}

shellcheck_all()
{
	# SC2317, SC2329: functions that are called through a variable.
	shell_files | xargs shellcheck -x -e SC2317 -e SC2329
}

man_pages()
{
	git ls-files 'userspace/man/*' | xargs mandoc -T lint -W warning
}

python_files()
{
	files_in 'python3?' '*.py'
}

python_compiles()
{
	python_files | while read -r f; do
		python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$f" ||
			exit 1
	done
}

spelling()
{
	git ls-files -z -- ':!COPYING' ':!tests/**/*.pcap' |
		xargs -0 codespell --ignore-words-list=daa,ser,nd,te,fo,ot,iif
}

# The version is said in two files, because DKMS reads the one as it is.
versions_agree()
{
	grep -qx "PACKAGE_VERSION=\"$(cat VERSION)\"" dkms.conf &&
		head -n 1 debian/changelog | grep -F "maglev ($(cat VERSION))"
}

spec_matches_header()
{
	/usr/bin/python3 Documentation/netlink/check-spec
}

# Files that are too long hold more than one idea. The header for userspace is
# one file by intent: it is the description of the interface.
file_lengths()
{
	git ls-files -z 'kmod/*.[ch]' 'userspace/*.[ch]' 'tests/*.sh' 'tests/*.c' \
		':!kmod/include/uapi/linux/maglev.h' | xargs -0 wc -l |
		awk '$2 != "total" && $1 > 600 { print; bad = 1 } END { exit bad }'
}

# Whatever a machine's package mirror and home are called, it is not ours.
no_hosts_or_paths()
{
	local host status=0

	while read -r host; do
		! git grep -nIF -e "$host" || status=1
	done < <(grep -rhoE 'https?://[^/ ]+' /etc/apt/sources.list \
		/etc/apt/sources.list.d 2>/dev/null | sed 's#.*//##' | sort -u)
	return $status
}

# anchors FILE: of its headings, as GitHub makes them
anchors()
{
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' |
		sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

links_exist()
{
	local file link target status=0

	while IFS=: read -r file link; do
		case $link in
		http*) continue ;;
		esac
		target=$(dirname "$file")/${link%%#*}
		[[ $link != '#'* ]] || target=$file
		if [[ ! -e $target ]]; then
			echo "$file: $link does not exist"
			status=1
		elif [[ $link == *'#'* ]] && ! anchors "$target" | grep -qxF "${link#*#}"; then
			echo "$file: $link: there is no such heading"
			status=1
		fi
	done < <(git grep -oE '\]\([^)]+' -- '*.md' | sed 's/:](/:/')
	return $status
}

# documents_listed: README.md names each
documents_listed()
{
	local file status=0

	while read -r file; do
		grep -qF "]($file)" README.md || {
			echo "README.md does not list $file"
			status=1
		}
	done < <(git ls-files '*.md' ':!README.md')
	return $status
}

text_checks()
{
	check "shellcheck" shellcheck_all
	check "man pages" man_pages
	check "python compiles" python_compiles
	check "spelling" spelling
	check "versions agree" versions_agree
	check "counters are documented, in their order" Documentation/check-counters
	check "manual pages are of the present specification and counters" \
		Documentation/make-man --check
	check "netlink spec matches the header" spec_matches_header
	check "file lengths" file_lengths
	check "no host names of package mirrors" no_hosts_or_paths
	check "links in documents exist" links_exist
	check "README.md lists every document" documents_listed
}
