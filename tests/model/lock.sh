#!/usr/bin/env bash
# The lock of one word: lock.pml says what is shown. The second half makes a mistake on purpose
# and wants it found.
. "$(dirname "$0")/common.bash"

check lock holds "no deaths, no slices" -DCRASHES=0
check lock holds "two deaths, slices" -DSLICES
check lock holds "one death, no slices, the sweep wakes all" -DSWEEP -DCRASHES=1
check lock holds "two deaths, slices and sweep, one round" -DSLICES -DSWEEP -DROUNDS=1
check lock holds "two deaths and a newborn" -DSLICES -DNEWBORN -DROUNDS=1
check lock holds "everybody gets in at last" -DSLICES -DROUNDS=1 -DCRASHES=1 -l

check lock "invalid end state" "neither slices nor sweep: the releaser dies before it wakes" -DCRASHES=1
check lock "invalid end state" "the sweep wakes only for the dead one's word" -DSWEEP -DSWEEP_NO_WAKE
check lock "invalid end state" "W is not set again by who has slept" -DFORGET_WAITERS -DCRASHES=0
check lock "assertion violated" "takeover by a store" -DSLICES -DBLIND_TAKEOVER
check lock "assertion violated" "ids without generation" -DSLICES -DNEWBORN -DREUSE_ID -DROUNDS=1
check lock "non-progress cycle" "nobody asks whether the owner is dead" -DSLICES -DROUNDS=1 \
    -DCRASHES=1 -DNO_DEATH_CHECK -l

finish
