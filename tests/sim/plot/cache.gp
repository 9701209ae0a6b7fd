# SPDX-License-Identifier: GPL-2.0
# Entries that the caches of all directors hold, over the hour.
set key right center
set xlabel 'minutes'
set ylabel 'entries held by all directors'
set xrange [0:60]
set yrange [0:*]
plot csv using ($3 / 60):4 with lines lw 2 lc rgb none title 'none', \
	csv using ($3 / 60):5 with lines lw 6 lc rgb paper title 'paper', \
	csv using ($3 / 60):6 with lines lw 2 lc rgb all title 'all', \
	csv using ($3 / 60):7 with lines lw 2 lc rgb changed title 'changed'
