#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Short runs of the programs that the figures are drawn by: what the figures say has
# to hold for these as well. Seeds are fixed, so that speed has no part in it. KTAP.
#
#   check.sh DIRECTORY-OF-THE-PROGRAMS
set -u -o pipefail

bin=$1
seeds=${SEEDS:-2}
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
n=0 failed=0

# check NAME COMMAND...: its output is shown if it fails.
check()
{
	local name=$1 log=$runs/log

	shift
	n=$((n + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		failed=$((failed + 1))
	fi
	sed 's/^/# /' "$log"
}

# Columns: 1 ecmp, 2 send, 4 changes, 5 variant, 8 connections, 10 broken.
run_all()
{
	local ecmp send changes

	for ecmp in never with own; do
		for send in 10 120; do
			for changes in 9 36; do
				[[ $ecmp-$changes != never-36 ]] || continue
				"$bin/breakage" --ecmp "$ecmp" --send "$send" \
					--changes "$changes" --sample 600 \
					--seeds "$seeds" || return
			done
		done
	done >"$runs/broken"
	for ecmp in with own; do
		"$bin/breakage" --ecmp "$ecmp" --restart --seeds "$seeds" || return
	done >"$runs/restart"
	"$bin/evenness" --size 65537 --tables 1 >"$runs/even" &&
		"$bin/evenness" --size 8191 --backends 100 --tables 1 --resilience >"$runs/moved"
}

# at_most VARIANT FACTOR BASE [ECMP CHANGES]: it never breaks more than so many
# times what the other one does; each pair is shown.
at_most()
{
	awk -F, -v a="$1" -v factor="$2" -v b="$3" -v ecmp="${4-}" -v changes="${5-}" '
	(ecmp != "" && $1 != ecmp) || (changes != "" && $4 != changes) { next }
	$5 == a { x[$1 FS $2 FS $4] = $10 }
	$5 == b { y[$1 FS $2 FS $4] = $10 }
	END {
		for (k in x) {
			pairs++
			print k ": " a " " x[k] ", " b " " y[k]
			bad += x[k] > factor * y[k]
		}
		exit bad || !pairs
	}' "$runs/broken" "$runs/restart"
}

# Something breaks without tracking, or the rest shows nothing.
none_breaks()
{
	awk -F, '$5 == "none" { rows++; bad += $10 < $8 / 1000 }
		END { exit bad || rows != 12 }' "$runs/broken" "$runs/restart"
}

nothing_broken()
{
	awk -F, -v v="$1" '$1 == "never" && $2 == 10 && $5 == v { rows++; bad += $10 }
		END { exit bad || rows != 1 }' "$runs/broken"
}

# Idle for longer than the cache remembers: a few of them are.
few_idle_ones_broken()
{
	awk -F, -v v="$1" '$1 == "never" && $2 == 120 && $5 == v { rows++; x = $10 }
		$1 == "never" && $2 == 120 && $5 == "none" { rows++; y = $10 }
		END { print x " of " y; exit rows != 2 || x > y / 50 }' "$runs/broken"
}

# Column 12: most entries held.
changed_holds_little()
{
	awk -F, '$1 != "with" || $2 != 10 || $4 != 9 { next }
		{ rows++; held[$5] = $12 }
		END { print "none " held["none"] ", all " held["all"] ", changed " held["changed"]
			exit rows != 4 || held["none"] || !held["changed"] ||
				held["changed"] > held["all"] / 5 }' "$runs/broken"
}

none_is_the_same_in_every_regime()
{
	awk -F, '$5 == "none" { k = $2 FS $4; if (k in x && x[k] != $10) bad++
			x[k] = $10; rows++ }
		END { exit bad || rows != 12 }' "$runs/broken" "$runs/restart"
}

caches_had_room()
{
	awk -F, '{ full += $11 } END { print full " had none"; exit full > 0 }' \
		"$runs/broken" "$runs/restart"
}

# The least and the most loaded one differ by a slot at most.
maglev_is_even()
{
	awk -F, '$1 == "maglev" { print; ok = ($6 - $5) * $2 / $3 < 1.01 }
		END { exit !ok }' "$runs/even"
}

others_are_not()
{
	awk -F, '$1 != "maglev" { print; rows++; bad += $6 < 1.2 }
		END { exit bad || rows != 2 }' "$runs/even"
}

# The others by their nature; Maglev pays for evenness, with little.
survivors_stay()
{
	awk -F, '$1 == "maglev" { rows++; bad += $7 == 0 || $7 > 6 }
		$1 != "maglev" { rows++; bad += $7 != 0 }
		END { exit bad || rows != 21 }' "$runs/moved"
}

same_seed_same_result()
{
	"$bin/breakage" --ecmp own --seeds 1 >"$runs/first" &&
		"$bin/breakage" --ecmp own --seeds 1 | cmp - "$runs/first"
}

printf 'KTAP version 1\n1..16\n'
check "simulations run" run_all
check "without tracking connections break" none_breaks
check "without tracking the ECMP set does not matter" none_is_the_same_in_every_regime
check "stable ECMP set: all breaks no busy connection" nothing_broken all
check "stable ECMP set: changed breaks no busy connection" nothing_broken changed
check "stable ECMP set: all breaks few idle ones" few_idle_ones_broken all
check "stable ECMP set: changed breaks few idle ones" few_idle_ones_broken changed
check "all breaks no more than the paper, in every mix" at_most all 1 paper
check "all breaks half as many where changes coincide" \
	at_most all 0.5 paper with 9
check "changed breaks fewer than none, in every mix" at_most changed 0.6 none
check "changed holds a fifth of what all does, or less" changed_holds_little
check "no cache was too small" caches_had_room
check "maglev: at most one slot between least and most" maglev_is_even
check "ring and rendezvous are less even" others_are_not
check "few slots of survivors change hands" survivors_stay
check "the same seed gives the same result" same_seed_same_result
exit $((failed > 0))
