# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153
#
# The steps in which directors and backends come and go while connections are
# open.  To be sourced.

DOWNLOADS=24

# start_downloads FILE: from client1; returns when all have begun
start_downloads()
{
	echo "client1\$ curl -Z 'http://$VIP/slow?[1-$DOWNLOADS]'        # takes about 12 s"
	requests_from client1 43001 "$DOWNLOADS" slow "$DOWNLOADS" >"$1" &
	DEMO_DOWNLOADS=$!
	wait_until 30 connected client1 "$DOWNLOADS" || fail "$DOWNLOADS downloads do not begin"
}

step_reshuffle()
{
	local file=$E2E_TMP/reshuffle begun before after

	step "A director goes" \
		"In the middle of $DOWNLOADS downloads the router drops director1. Their packets now come to" \
		"director2, which has never seen these connections, and has to send them the same way."
	before=$(connections director1)
	start_downloads "$file"
	begun=$(($(connections director1) - before))
	route_through director2
	before=$(packets director1)
	wait "$DEMO_DOWNLOADS"
	after=$(packets director1)
	say "$begun of $DOWNLOADS downloads began through director1; $(failed "$file") of $DOWNLOADS broke"
	[[ $begun -gt 0 ]] || fail "the router sent no download through director1"
	[[ $after -eq $before ]] || fail "director1 is still used"
	[[ $(wc -l <"$file") -eq $DOWNLOADS && $(failed "$file") -eq 0 ]] ||
		fail "downloads broke: $(awk '$1 != 0' "$file")"
	route_through "${DIRECTORS[@]}"
}

# load CLIENT FILE: requests without a pause, two at a time, until FILE.stop exists
load()
{
	while [[ ! -e $2.stop ]]; do
		requests "$1" 20 2 >>"$2"
	done
}

at_exit()
{
	touch "$E2E_TMP/takeout.load.stop"
}

load_begun()
{
	[[ -s $1 ]]
}

# map FILE: which backend each of 200 flows goes to
map()
{
	requests_from client2 42001 200 >"$1"
	[[ $(wc -l <"$1") -eq 200 && $(failed "$1") -eq 0 ]] ||
		fail "requests failed: $(awk '$1 != 0' "$1" | head -n 5)"
}

# moved FROM TO [BACKEND]: flows that changed, of all or of one backend
moved()
{
	join <(cut -d ' ' -f 2,3 "$1" | sort) <(cut -d ' ' -f 2,3 "$2" | sort) |
		awk -v name="${3-}" '$2 != $3 && (name == "" || $2 == name)' | wc -l
}

on_both()
{
	local director

	for director in "${DIRECTORS[@]}"; do
		show "$director" "$@"
	done
}

# tell_downloads WHERE RESULT BACKEND: WHERE tells which backend each is on
tell_downloads()
{
	local lost all others had

	all=$(failed "$2")
	had=$(answered_by "$1" "$3")
	lost=$(join <(awk '$3 == name { print $2 }' name="$3" "$1" | sort) \
		<(awk '$1 != 0 { print $2 }' "$2" | sort) | wc -l)
	others=$((all - lost))
	say "Downloads in progress: $lost broke of the $had on $3," \
		"$others of the $((DOWNLOADS - had)) elsewhere"
	[[ $had -gt 0 && $(wc -l <"$2") -eq $DOWNLOADS ]] || fail "downloads are missing: $(<"$2")"
	[[ $others -le $((DOWNLOADS / 4)) ]] || fail "far too many downloads broke: $(<"$2")"
}

tell_moved()
{
	local before=$1 after=$2 victim=$3 hit others all

	hit=$(answered_by "$before" "$victim")
	all=$(moved "$before" "$after")
	others=$((all - $(moved "$before" "$after" "$victim")))
	say "Of 200 flows $hit were $victim's and had to move; of the other $((200 - hit))," \
		"$others moved ($(percent "$others" $((200 - hit))))"
	[[ $(answered_by "$after" "$victim") -eq 0 ]] || fail "$victim still gets requests"
	[[ $others -le $(((200 - hit) / 5)) ]] || fail "far too many flows moved"
}

step_takeout()
{
	local victim=backend2 file=$E2E_TMP/takeout address fingerprint pid total
	local -a server

	step "A backend goes and comes back" \
		"backend2 is taken out and put back while both clients are busy. Its flows have to move, the" \
		"others' should stay. The module does not track connections yet: what is in progress on" \
		"backend2, and the few flows whose slot moves, break. This counts them."
	address=${ADDRESS[$victim]}
	server=(-t "$VIP:80" -r "$address")
	fingerprint=$(fingerprint director1)
	map "$file.before"
	requests_from client1 43001 "$DOWNLOADS" >"$file.where"
	load client2 "$file.load" &
	pid=$!
	wait_until 30 load_begun "$file.load" || fail "the load does not begin"
	start_downloads "$file.downloads"

	on_both maglevadm -d "${server[@]}"
	wait "$DEMO_DOWNLOADS"
	tell_downloads "$file.where" "$file.downloads" "$victim"
	map "$file.after"
	tell_moved "$file.before" "$file.after" "$victim"

	on_both maglevadm -a "${server[@]}"
	map "$file.again"
	touch "$file.load.stop"
	wait "$pid"
	say "Put back: $(moved "$file.before" "$file.again") of 200 flows differ from the beginning;" \
		"fingerprint $(fingerprint director2) as before"
	[[ $(moved "$file.before" "$file.again") -eq 0 &&
		$(fingerprint director1) == "$fingerprint" &&
		$(fingerprint director2) == "$fingerprint" ]] || fail "the old table did not come back"
	total=$(wc -l <"$file.load")
	say "Short requests meanwhile: $(failed "$file.load") of $total failed"
	[[ $total -ge 50 && $(failed "$file.load") -le $((total / 20)) ]] ||
		fail "too many requests failed"
}
