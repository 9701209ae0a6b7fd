# SPDX-License-Identifier: GPL-2.0
# Time of a packet, by case, on both User-Mode Linux kernels.
set title '100 000 flows, TCP data: ns per packet, with the least and most of all rounds'
set ylabel 'ns per packet'
set yrange [0:*]
set style data histograms
set style histogram errorbars gap 1 lw 1
set style fill solid 0.9 border lc rgb '#666666'
set xtics rotate by -30 font ',10'
set key top left
set bmargin 8
plot csv using 2:3:4:xtic(1) skip 1 lc rgb all title 'uml-6.1', \
	csv using 5:6:7 skip 1 lc rgb changed title 'uml-7.2'
