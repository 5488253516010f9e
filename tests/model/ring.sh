#!/usr/bin/env bash
# The ring: ring.pml says what is shown. The second half makes a mistake on purpose and wants
# it found.
. "$(dirname "$0")/common.bash"

check ring holds "no deaths" -DCRASHES=0
check ring holds "one death" -DCRASHES=1
check ring holds "two deaths" -DCRASHES=2

check ring "assertion violated" "tail stored before the message is there" -DTAIL_FIRST
check ring "assertion violated" "head stored before the message was copied" -DHEAD_FIRST
check ring "assertion violated" "a dead one's lock is not taken over" -DNO_TAKEOVER
check ring "assertion violated" "a lock is taken from the living" -DSTEAL
check ring "assertion violated" "the next owner publishes what the dead one began" -DRESUME

finish
