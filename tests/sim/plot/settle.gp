# SPDX-License-Identifier: GPL-2.0
# Broken connections by settle time, a panel for each regime.
set multiplot layout 2,3
set key top right
set xlabel 'settle time, s'
set xtics 0, 300
set xrange [0:930]
set yrange [0:40]
pick(e, s, v) = sprintf("< awk -F, '$1 == \"%s\" && $2 == %d && $3 == 600 && $4 == 9 && $5 == \"%s\"' %s", e, s, v, csv)
title(e) = e eq 'never' ? 'ECMP set never changes' : e eq 'with' ? 'ECMP set changes with each' : 'ECMP set changes on its own'
level(e, s) = real(system(sprintf("awk -F, '$1 == \"%s\" && $2 == %d && $3 == 600 && $4 == 9 && $5 == \"paper\" { print $10 / $8 * 10000 }' %s", e, s, csv)))
do for [s in '10 120'] {
	do for [e in 'never with own'] {
		set title sprintf("%s\nlong ones send every %s s", title(e), s) font ',11'
		set ylabel (e eq 'never' ? 'broken of 10 000 connections' : '')
		plot level(e, int(s)) lw 2 lc rgb paper title 'paper', \
			for [v in 'all changed'] pick(e, int(s), v) \
			using 6:($10 / $8 * 10000) with linespoints pt 7 ps 0.5 lw 2 \
			lc rgb value(v) title v
	}
}
unset multiplot
