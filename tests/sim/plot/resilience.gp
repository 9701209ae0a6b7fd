# SPDX-License-Identifier: GPL-2.0
# Slots that change hands when backends fail, as the paper's figure 12.
set key top left
set xlabel 'failed backends, % of 1000'
set ylabel 'slots that change hands, %'
set xrange [0:10.2]
set yrange [0:*]
pick(m, s) = sprintf("< awk -F, '$1 == \"%s\" && $2 == %d' %s", m, s, csv)
plot pick('maglev', 65537) using 5:6 with linespoints pt 7 ps 0.5 lw 2 lc rgb paper title 'Maglev, M = 65 537', \
	pick('maglev', 655373) using 5:6 with linespoints pt 7 ps 0.5 lw 2 lc rgb all title 'Maglev, M = 655 373', \
	pick('ring', 655373) using 5:6 with linespoints pt 7 ps 0.5 lw 2 lc rgb changed title 'ring', \
	pick('rendezvous', 655373) using 5:6 with linespoints pt 6 ps 0.8 lw 1 lc rgb none title 'rendezvous'
