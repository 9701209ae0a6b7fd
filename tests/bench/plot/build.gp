# SPDX-License-Identifier: GPL-2.0
# Time to build a table, beside the paper's pseudocode.
set title 'building a table in userspace, ms'
set ylabel 'ms'
set xlabel 'backends'
set logscale xy
set xrange [7:1400]
set key top left
pick(m) = sprintf("< awk -F, '$1 == %d' %s", m, csv)
plot pick(65537) using 2:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb all title 'maglev, M = 65 537', \
	pick(655373) using 2:3 with linespoints pt 7 ps 0.6 lw 2 dt 2 lc rgb all title 'maglev, M = 655 373', \
	pick(65537) using 2:4 with linespoints pt 7 ps 0.6 lw 2 lc rgb paper title 'pseudocode, M = 65 537', \
	pick(655373) using 2:4 with linespoints pt 7 ps 0.6 lw 2 dt 2 lc rgb paper title 'pseudocode, M = 655 373'
