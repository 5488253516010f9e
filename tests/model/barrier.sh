#!/usr/bin/env bash
# The barrier: barrier.pml says what is shown. The second half makes a mistake on purpose, or takes
# something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

check barrier holds "three parties, two deaths, records come free" -DCRASHES=2 -DPARTIES=3 -DBURIER
check barrier holds "abort and reset, a death" -DABORT -DRESET -DBURIER
check barrier holds "time-outs, a reset, an action" -DTIMEOUTS -DRESET -DACTION
check barrier holds "an action, one more than there are parties" -DACTION -DBURIER -DEXTRA

check barrier "assertion violated" "arriving is a store" -DCRASHES=0 -DBLIND_ARRIVE
check barrier "assertion violated" "nobody asks whether a party is dead" -DCRASHES=2 -DPARTIES=3 -DNO_ASK
check barrier "assertion violated" "nobody counts the records" -DCRASHES=2 -DPARTIES=3 -DBURIER -DNO_COUNT
check barrier "assertion violated" "a reset marks nobody" -DCRASHES=0 -DRESET -DNO_MARK
check barrier "assertion violated" "a reset marks when it is over" -DCRASHES=0 -DRESET -DMARK_LATER
check barrier "assertion violated" "who is late breaks by a store" -DCRASHES=0 -DTIMEOUTS -DBLIND_BREAK
check barrier "assertion violated" "a record that was of no use stays" -DACTION -DBURIER -DEXTRA -DKEEP_RECORD

finish
