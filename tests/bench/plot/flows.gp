# SPDX-License-Identifier: GPL-2.0
# Growth of the cost with the number of flows.
set title 'TCP data, uml-6.1: ns per packet by number of flows'
set ylabel 'ns per packet'
set xlabel 'flows'
set logscale x
set format x '10^{%T}'
set xrange [700:1400000]
set yrange [0:*]
set key top left
pick(c) = sprintf("< awk -F, '$1 == \"%s\"' %s", c, csv)
plot pick('ipvs-behind-gre') using 2:3 with linespoints pt 7 ps 0.6 lw 2 dt 2 lc rgb paper title 'IPVS behind a GRE device', \
	pick('ipvs-gre') using 2:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb paper title 'IPVS, plain in, GRE out', \
	pick('maglev-all') using 2:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb all title 'maglev, all', \
	pick('maglev-changed') using 2:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb changed title 'maglev, changed', \
	pick('maglev-none') using 2:3 with linespoints pt 7 ps 0.6 lw 2 lc rgb none title 'maglev, none', \
	pick('floor-gre') using 2:3 with linespoints pt 7 ps 0.6 lw 2 dt 3 lc rgb '#333333' title 'dropped at the hook'
