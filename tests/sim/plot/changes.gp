# SPDX-License-Identifier: GPL-2.0
# Broken connections by number of backend changes, a panel for each regime.
set multiplot layout 2,3
set key top left
set xlabel 'backend changes in an hour'
set xtics 0, 9
set xrange [0:37]
set yrange [0:*]
pick(e, s, v) = sprintf("< awk -F, '$1 == \"%s\" && $2 == %d && $5 == \"%s\"' %s", e, s, v, csv)
title(e) = e eq 'never' ? 'ECMP set never changes' : e eq 'with' ? 'ECMP set changes with each' : 'ECMP set changes on its own'
do for [s in '10 120'] {
	do for [e in 'never with own'] {
		set title sprintf("%s\nlong ones send every %s s", title(e), s) font ',11'
		set ylabel (e eq 'never' ? 'broken of 10 000 connections' : '')
		plot for [v in 'none paper all changed'] pick(e, int(s), v) \
			using 4:($10 / $8 * 10000) with linespoints pt 7 ps 0.5 lw 2 \
			lc rgb value(v) title v
	}
}
unset multiplot
