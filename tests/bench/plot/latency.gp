# SPDX-License-Identifier: GPL-2.0
# Time of single packets while the configuration changes.
set title 'uml-7.2, 100 000 flows: latency of single packets, us (the clock steps by 0.256)'
set ylabel 'us'
set logscale y
set yrange [0.5:*]
set format y '%g'
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 border lc rgb '#666666'
set xtics rotate by -20 font ',10'
set key top left
set bmargin 7
plot csv using ($4 / 1000):xtic(2) skip 1 lc rgb none title '50 %', \
	csv using ($5 / 1000) skip 1 lc rgb changed title '99 %', \
	csv using ($6 / 1000) skip 1 lc rgb all title '99.9 %', \
	csv using ($7 / 1000) skip 1 lc rgb paper title 'the longest'
