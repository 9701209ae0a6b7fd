# SPDX-License-Identifier: GPL-2.0
# Least and most loaded backend, as the paper's figure 11.
set ylabel 'load of a backend, % of the average'
set yrange [0:160]
set xrange [-0.6:5.6]
set boxwidth 0.35
set style fill solid
row(m, s) = (m eq 'maglev' ? 0 : m eq 'ring' ? 1 : 2) + (s > 100000 ? 3 : 0)
set xtics ('Maglev' 0, 'ring' 1, 'rendezvous' 2, 'Maglev' 3, 'ring' 4, 'rendezvous' 5)
set label 'M = 65 537' at 1, 152 center
set label 'M = 655 373' at 4, 152 center
plot csv using (row(strcol(1), $2) - 0.18):($5 * 100) skip 1 with boxes lc rgb all title 'least', \
	csv using (row(strcol(1), $2) + 0.18):($6 * 100) skip 1 with boxes lc rgb paper title 'most', \
	csv using (row(strcol(1), $2) - 0.18):($5 * 100 + 5):(sprintf('%.1f', $5 * 100)) skip 1 with labels font ',10' notitle, \
	csv using (row(strcol(1), $2) + 0.18):($6 * 100 + 5):(sprintf('%.1f', $6 * 100)) skip 1 with labels font ',10' notitle
