#!/usr/bin/env bash
# The event: event.pml says what is shown. The second half makes a mistake on purpose, or takes
# something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

check event holds "nobody dies, two setters" -DCRASHES=0 -DSETTERS=2
check event holds "two setters, twice" -DCRASHES=0 -DSETTERS=2 -DSETS=2
check event holds "the event stays set" -DCRASHES=0 -DWAITERS=3 -DSETTERS=2 -DKEEP
check event holds "two deaths, slices, time-outs" -DCRASHES=2 -DSLICES -DSETTERS=2 -DTIMEOUTS
check event holds "a death, two sweepers, no slices" -DSWEEP -DSETTERS=2
check event holds "a death, slices and sweepers, twice" -DSLICES -DSWEEP -DSETS=2

check event "assertion violated" "a set leaves no mark but the bit" -DCRASHES=0 -DNO_EPOCH
check event "assertion violated" "… and slices do not help" -DCRASHES=0 -DNO_EPOCH -DSLICES
check event "assertion violated" "the epoch is noted after the first look" -DCRASHES=0 -DEPOCH_LATE
check event "assertion violated" "nobody announces a sleep" -DCRASHES=0 -DNO_ASLEEP
check event "assertion violated" "a sleep is announced by a store" -DCRASHES=0 -DBLIND_ANNOUNCE
check event "assertion violated" "the clear is a store" -DCRASHES=0 -DSETTERS=2 -DBLIND_CLEAR
check event "assertion violated" "the clear takes the announcement off" -DCRASHES=0 -DWAITERS=1 -DSETTERS=2 -DSETS=2 -DCLEAR_ALL
check event "assertion violated" "a set wakes one" -DCRASHES=0 -DWAKE_ONE
check event "assertion violated" "a set wakes before it sets" -DCRASHES=0 -DWAKE_FIRST
check event "assertion violated" "who is late does not look again" -DCRASHES=0 -DTIMEOUTS -DKEEP -DNO_LAST_LOOK
check event "assertion violated" "a death between set and wake-up, no slices, no sweep"
check event "assertion violated" "the sweep believes the announcement" -DSWEEP -DSWEEP_ASKS

finish
