# SPDX-License-Identifier: GPL-2.0
# Settings of all figures. Given: csv, the data, and height, in pixels.
set datafile separator ','
set encoding utf8
set border 3 lc rgb '#666666'
set tics nomirror textcolor rgb '#333333'
set grid ytics lc rgb '#dddddd' lt 1
set key textcolor rgb '#333333'

none    = '#999999'
paper   = '#d95f02'
all     = '#1b6ca8'
changed = '#2a9d57'

eval sprintf("set terminal svg size 900,%d font 'sans-serif,12' background rgb 'white'", height)
