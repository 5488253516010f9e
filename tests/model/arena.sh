#!/usr/bin/env bash
# The cells of an arena: arena.pml says what is shown. The second half makes a mistake on purpose
# and wants it found.
. "$(dirname "$0")/common.bash"

check arena holds "nobody dies, three scans" -DCRASHES=0 -DSCANS=2
check arena holds "one death, three scans" -DSCANS=2
check arena holds "two deaths, four users" -DCRASHES=2 -DUSERS=4
check arena holds "forked, nobody dies" -DFORK -DCRASHES=0 -DSCANS=2
check arena holds "forked, two deaths, four users" -DFORK -DCRASHES=2 -DUSERS=4

check arena "assertion violated" "arrivals are not counted" -DFORK -DCRASHES=0 -DNO_ARRIVALS
check arena "assertion violated" "… nor is the cell marked" -DCRASHES=0 -DNO_ARRIVALS -DNO_RETIRE
check arena "assertion violated" "the cell is not marked" -DNO_RETIRE
check arena "assertion violated" "a look at the cell before there is a record" -DCHECK_FIRST
check arena "assertion violated" "no look at the cell at all" -DNO_GENERATION
check arena "assertion violated" "records of the dead stay" -DNO_SWEEP
check arena "assertion violated" "records of the dead are freed by a store" -DUSERS=4 -DBLIND_SWEEP
check arena "assertion violated" "who hands on lets go early" -DCRASHES=0 -DLET_GO_EARLY
check arena "assertion violated" "who arrives at a marked cell does not wait" -DCRASHES=0 -DNO_PATIENCE

finish
