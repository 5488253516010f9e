#!/usr/bin/env bash
# The bells: bell.pml says what is shown. The second half makes a mistake on purpose, or takes
# something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

check bell holds "two waiters, three puts" -DPUTS1=2
check bell holds "three waiters, two puts of one" -DWAITERS=3 -DPUTS1=2 -DPUTS2=0
check bell holds "waiters that give up" -DLEAVERS
check bell holds "a death, slices" -DCRASHES=1 -DSLICES
check bell holds "two deaths, slices" -DCRASHES=2 -DPUTS2=0 -DPUTS1=2 -DSLICES

check bell "assertion violated" "no fence between publication and look" -DNO_PUT_FENCE
check bell "assertion violated" "no fence between the flag and the look" -DNO_WAIT_FENCE
check bell "assertion violated" "the flag is seen before the record" -DNO_RELEASE -DPUTS1=2
check bell "assertion violated" "no second look after the flag" -DNO_RECHECK
check bell "assertion violated" "the flag is not set again" -DASK_ONCE -DPUTS1=2
check bell "assertion violated" "the record comes after the look" -DRECORD_LATE
check bell "assertion violated" "a bell is cleared after the look" -DCLEAR_LATE
check bell "assertion violated" "the flag is taken back after the ringing" -DRING_FIRST
check bell "assertion violated" "a death without slices" -DCRASHES=1

finish
