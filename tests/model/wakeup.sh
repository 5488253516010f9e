#!/usr/bin/env bash
# The eventcount: wakeup.pml says what is shown. The second half makes a mistake on purpose, or
# takes something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

check wakeup holds "two getters, three puts" -DGETTERS=2 -DPUTS1=2
check wakeup holds "three getters, one putter" -DPUTS1=1 -DPUTS2=0
check wakeup holds "getters that give up" -DGETTERS=2 -DLEAVERS
check wakeup holds "getters that leave a message lying" -DGETTERS=2 -DREFUSALS
check wakeup holds "a death, slices" -DGETTERS=2 -DCRASHES=1 -DPUTS2=0 -DPUTS1=2 -DSLICES
check wakeup holds "any order, slices" -DANY_ORDER -DPUTS1=1 -DPUTS2=0 -DSLICES

check wakeup "assertion violated" "no fence between publication and look" -DNO_FENCE
check wakeup "assertion violated" "no second look after the announcement" -DGETTERS=2 -DNO_RECHECK
check wakeup "assertion violated" "the baton is dropped with a refused message" -DREFUSALS \
    -DNO_REFUSAL_BATON
check wakeup "assertion violated" "a wake-up leaves no mark" -DNO_EPOCH
check wakeup "assertion violated" "the woken take their announcement back again" -DALWAYS_WITHDRAW
check wakeup "assertion violated" "a death without slices" -DGETTERS=2 -DCRASHES=1
check wakeup "assertion violated" "a wake-up taken by a newcomer, without slices" -DANY_ORDER

finish
