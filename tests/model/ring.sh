#!/usr/bin/env bash
# The two ends of a ring: ring.pml says what is shown. The second half makes a mistake on purpose
# and wants it found.
. "$(dirname "$0")/common.bash"

check ring holds "no deaths" -DCRASHES=0 -DPUTS2=2
check ring holds "one death" -DCRASHES=1
check ring holds "two deaths" -DCRASHES=2
check ring holds "somebody asks how many" -DCRASHES=0 -DPUTS2=0 -DASKS
check ring holds "one death, three consumers" -DCRASHES=1 -DTHIRD -DPUTS1=1
check ring holds "a copy of the newest" -DCRASHES=0 -DNEWEST
check ring holds "… two deaths" -DCRASHES=2 -DPUTS1=1 -DNEWEST
check ring holds "everything comes out at last" -DCRASHES=1 -DPUTS1=1 -l

check ring "assertion violated" "tail stored before the message is there" -DTAIL_FIRST -DCRASHES=0
check ring "assertion violated" "head stored before the message was copied" -DHEAD_FIRST
check ring "assertion violated" "position and count by two stores" -DTWO_STORES
check ring "assertion violated" "the unused end is not marked" -DNO_SKIP -DCRASHES=0
check ring "non-progress cycle" "an old copy of the tail is believed" -DNO_FRESH -DCRASHES=0 -l
check ring "assertion violated" "who counts looks at the head once" -DNO_AGAIN -DASKS -DCRASHES=0
check ring "assertion violated" "an old copy of the newest is left" -DNEWEST -DNO_CLEAR -DCRASHES=1
check ring "assertion violated" "the copy is changed while its place is there" -DNEWEST -DNO_NONE -DCRASHES=0
check ring "assertion violated" "no second look at the copy's place" -DNEWEST -DNO_LOOK -DCRASHES=0
check ring "assertion violated" "a dead one's lock is not taken over" -DNO_TAKEOVER
check ring "assertion violated" "a lock is taken from the living" -DSTEAL -DCRASHES=0
check ring "assertion violated" "a dead one's lock is taken by a store" -DBLIND -DTHIRD -DCRASHES=1
check ring "assertion violated" "the next owner publishes what the dead one began" -DRESUME

finish
