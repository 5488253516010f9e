#!/usr/bin/env bash
# The semaphore: semaphore.pml says what is shown. The second half makes a mistake on purpose, or
# takes something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

three="-DUSERS=3 -DPERMITS=2"
# shellcheck disable=SC2086 # rows of options
{
check semaphore holds "two rounds" -DCRASHES=0 -DROUNDS=2
check semaphore holds "a baton makes up for a wake-up too few" $three -DCRASHES=0 -DGIVE2 -DWAKE_ONE
check semaphore holds "two given at once" $three -DCRASHES=0 -DGIVE2
check semaphore holds "two deaths, slices" $three -DCRASHES=2 -DSLICES
check semaphore holds "a death, slices, two sweepers" $three -DSLICES -DSWEEP=2
check semaphore holds "holders, no deaths" $three -DOWNED -DCRASHES=0
check semaphore holds "holders, two deaths, slices ask" $three -DOWNED -DCRASHES=2 -DSLICES
check semaphore holds "holders, two deaths, slices, two sweepers" -DPERMITS=2 -DOWNED -DCRASHES=2 -DSLICES -DSWEEP=2
check semaphore holds "holders, a death, a sweeper, two rounds" -DOWNED -DSLICES -DSWEEP=1 -DROUNDS=2

check semaphore "assertion violated" "a permit is taken by a store" -DUSERS=3 -DBLIND_TAKE
check semaphore "assertion violated" "a permit is given back by a store" $three -DBLIND_GIVE -DCRASHES=0
check semaphore "assertion violated" "no second look after the announcement" -DCRASHES=0 -DNO_RECHECK
check semaphore "assertion violated" "who gives does not wake" -DCRASHES=0 -DNO_WAKE
check semaphore "assertion violated" "a death between giving and waking, no slices"
check semaphore "assertion violated" "the sweep comes between look and sleep, no slices" -DSWEEP=1
check semaphore "assertion violated" "a slot is taken by a store" -DUSERS=3 -DOWNED -DCRASHES=0 -DBLIND_TAKE
check semaphore "assertion violated" "a look goes over the slots once" $three -DOWNED -DCRASHES=0 -DONE_ROUND
check semaphore "assertion violated" "the dead are swept by a store" -DUSERS=3 -DOWNED -DSLICES -DSWEEP=2 -DBLIND_SWEEP
check semaphore "assertion violated" "neither slices nor sweeps ask for the dead" -DOWNED -DSLICES -DNO_RECLAIM
check semaphore "assertion violated" "the holder is written after the slot was taken" -DOWNED -DSLICES -DSWEEP=1 -DHOLDER_LATER
}
finish
