# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153
#
# The steps in which directors and backends come and go while connections are
# open.  To be sourced.

DOWNLOADS=24

# A step has to reach its point while the downloads go on, however slow the machine
# is. So they take 10 s, or at least five times as long as it takes to begin as many
# and to list both directors. DEMO_PACE is 1, or by how much all that waits is longer.
measure_pace()
{
	local begin=${EPOCHREALTIME/./} node

	requests_from client1 44001 "$DOWNLOADS" "" "$DOWNLOADS" >/dev/null
	for node in "${DIRECTORS[@]}"; do
		same "$node" maglevadm -L -n
	done
	DEMO_PACE=$((1 + (${EPOCHREALTIME/./} - begin) / 2000000))
	for node in "${BACKENDS[@]}"; do
		slow_file "$node" "$(download_time)"
	done
}

# download_time: seconds that a download takes
download_time()
{
	echo $((10 * DEMO_PACE))
}

# start_downloads FILE: from client1; returns when all have begun
start_downloads()
{
	echo "client1\$ curl -Z 'http://$VIP/slow?[1-$DOWNLOADS]'        # takes about $(download_time) s"
	requests_from client1 43001 "$DOWNLOADS" slow "$DOWNLOADS" >"$1" &
	DEMO_DOWNLOADS=$!
	wait_until "$(download_time)" receiving client1 "$DOWNLOADS" || fail "$DOWNLOADS downloads do not begin"
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

load_begun()
{
	[[ -s $DEMO_LOAD ]]
}

at_exit()
{
	[[ -z ${DEMO_LOAD-} ]] || touch "$DEMO_LOAD.stop"
}

# keep_busy FILE: downloads from client1 in FILE.downloads, and short requests from
# client2, until load_end, in FILE.load
keep_busy()
{
	echo "client2\$ while true; do curl -Z --parallel-max 2 'http://$VIP/[1-20]'; done"
	DEMO_LOAD=$1.load
	load client2 "$DEMO_LOAD" &
	DEMO_LOAD_PID=$!
	wait_until 120 load_begun || fail "the short requests do not begin"
	start_downloads "$1.downloads"
}

load_has()
{
	[[ $(wc -l <"$DEMO_LOAD") -ge $1 ]]
}

# load_end MOST: how many requests may have failed
load_end()
{
	local total bad

	wait_until $((60 * DEMO_PACE)) load_has 50 || fail "the short requests do not go on"
	touch "$DEMO_LOAD.stop"
	wait "$DEMO_LOAD_PID"
	total=$(wc -l <"$DEMO_LOAD")
	bad=$(failed "$DEMO_LOAD")
	say "Short requests meanwhile: $bad of $total failed"
	[[ $bad -le $1 ]] ||
		fail "short requests failed: $(awk '$1 != 0' "$DEMO_LOAD" | head -n 5)"
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

# The state that the ends of steps are compared with.
remember()
{
	DEMO_FINGERPRINT=$(fingerprint director1)
	map "$E2E_TMP/map"
}

on_both()
{
	local director

	for director in "${DIRECTORS[@]}"; do
		show "$director" "$@"
	done
}

# broken FILE [BACKEND]: downloads that broke, of all or of one backend; its name
# came with the answer's header, at the beginning
broken()
{
	awk -v name="${2-}" '$1 != 0 && (name == "" || $3 == name)' "$1" | wc -l
}

# tell_downloads FILE BACKEND: those elsewhere have to be whole
tell_downloads()
{
	local had lost others

	had=$(answered_by "$1" "$2")
	lost=$(broken "$1" "$2")
	others=$(($(broken "$1") - lost))
	say "Downloads in progress: $lost of the $had on $2 broke," \
		"$others of the $((DOWNLOADS - had)) elsewhere"
	[[ $had -gt 0 && $(wc -l <"$1") -eq $DOWNLOADS ]] || fail "downloads are missing: $(<"$1")"
	[[ $others -eq 0 ]] || fail "downloads elsewhere broke: $(<"$1")"
}

# tell_moved BACKEND: where new flows go while that is out
tell_moved()
{
	local before=$E2E_TMP/map now=$E2E_TMP/map.now had still others

	map "$now"
	had=$(answered_by "$before" "$1")
	still=$(answered_by "$now" "$1")
	others=$(($(moved "$before" "$now") - $(moved "$before" "$now" "$1")))
	say "Of 200 new flows $had were $1's: $still reach it; $others of the other $((200 - had)) moved"
	[[ $still -eq 0 ]] || fail "$1 still gets new flows"
	[[ $others -le $(((200 - had) / 5)) ]] || fail "far too many flows moved"
}

tell_back()
{
	local now=$E2E_TMP/map.now differ

	map "$now"
	differ=$(moved "$E2E_TMP/map" "$now")
	say "Back again: $differ of 200 flows differ from the beginning;" \
		"fingerprint $(fingerprint director2) as before"
	[[ $differ -eq 0 && $(fingerprint director1) == "$DEMO_FINGERPRINT" &&
		$(fingerprint director2) == "$DEMO_FINGERPRINT" ]] || fail "the old table did not come back"
}

# watch_both FILE: what each director tells of backends that go is in FILE.DIRECTOR
watch_both()
{
	local director

	DEMO_WATCH_PIDS=()
	for director in "${DIRECTORS[@]}"; do
		echo "$director\$ maglevadm --monitor &"
		background "$director" maglevadm --monitor >"$1.$director"
		DEMO_WATCH_PIDS+=("$E2E_PID")
	done
}

gone()
{
	[[ $(in_ns "$1" maglevadm -L -n) != *" $2:"* ]]
}

# tell_gone FILE ADDRESS: waits until both directors have removed it and said so
tell_gone()
{
	local director

	for director in "${DIRECTORS[@]}"; do
		wait_until $((70 * DEMO_PACE)) gone "$director" "$2" || fail "$director does not remove $2"
		wait_until 120 grep -q ^drained "$1.$director" || fail "$director's monitor says nothing"
		say "$director's monitor: $(grep ^drained "$1.$director")"
		# Flows that are left at the deadline would be told, too.
		[[ $(grep ^drained "$1.$director") == *" backend $2 active 0 inactive 0 "* ]] ||
			fail "$2 did not go because its flows were gone"
	done
	kill "${DEMO_WATCH_PIDS[@]}"
	wait "${DEMO_WATCH_PIDS[@]}" || true
}

step_drain()
{
	local victim=backend2 file=$E2E_TMP/drain began
	local deadline=$((60 * DEMO_PACE))
	local -a server

	step "A backend is drained" \
		"backend2 is taken out gently while both clients are busy: it keeps the connections that it" \
		"has and gets no new ones, and each director removes it by itself when they are gone, after" \
		"$deadline s at the latest. Directors wait until slots have settled, and until they have forgotten" \
		"connections that ended or fell silent: minutes, which are cut short here."
	server=(-t "$VIP:80" -r "${ADDRESS[$victim]}")
	remember
	on_both maglevadm -E -t "$VIP:80" --settle "$((10 * DEMO_PACE))s"
	on_both maglevadm --set "tcp=$((15 * DEMO_PACE))s" "tcpfin=$((3 * DEMO_PACE))s"
	watch_both "$file.monitor"
	keep_busy "$file"

	on_both maglevadm -e "${server[@]}" --drain --deadline "${deadline}s"
	began=$SECONDS
	show director1 maglevadm -L -n
	show_head 6 director1 maglevadm -L -c -n
	tell_moved "$victim"
	wait "$DEMO_DOWNLOADS"
	tell_downloads "$file.downloads" "$victim"
	[[ $(broken "$file.downloads") -eq 0 ]] || fail "downloads on $victim broke"
	tell_gone "$file.monitor" "${ADDRESS[$victim]}"
	say "Both removed $victim, $((SECONDS - began)) s after they were told to drain it"

	on_both maglevadm -a "${server[@]}"
	tell_back
	load_end 0
}

step_failure()
{
	local victim=backend3 file=$E2E_TMP/failure
	local -a server

	step "A backend fails" \
		"backend3 is set down while both clients are busy. Its connections go to others at once," \
		"which do not know them: they break. All others have to stay, though a few slots move."
	server=(-t "$VIP:80" -r "${ADDRESS[$victim]}")
	keep_busy "$file"

	on_both maglevadm -e "${server[@]}" --state down
	tell_moved "$victim"
	wait "$DEMO_DOWNLOADS"
	tell_downloads "$file.downloads" "$victim"
	[[ $(broken "$file.downloads") -gt 0 ]] || fail "$victim was not taken out"

	on_both maglevadm -e "${server[@]}" --state up
	tell_back
	# Two are open at a time: backend3 may have both when director1 is told, and
	# the next two, through director2, when that is.
	load_end 4
}
