#!/usr/bin/env bash
# The condition and the records under it: condition.pml says what is shown. The second half makes
# a mistake on purpose, or takes something away that the protocol relies on, and wants that found.
. "$(dirname "$0")/common.bash"

late="-DCRASHES=0 -DTIMEOUTS"
one="-DWAITERS=1 -DRECORDS=1 -DSTRANGER=1 -DTIMEOUTS -DSLICES"
# shellcheck disable=SC2086 # rows of options
{
check condition holds "nobody dies, time-outs" $late
check condition holds "three waiters, two are notified" -DCRASHES=0 -DWAITERS=3 -DRECORDS=3 -DNOTIFY=2
check condition holds "three waiters, one at a time" -DCRASHES=0 -DWAITERS=3 -DRECORDS=3 -DCALLS=2
check condition holds "two deaths, one burier" -DCRASHES=2 -DBURIERS=1 -DSLICES
check condition holds "a death, two buriers" -DBURIERS=2 -DSLICES -DLOOKS=0
check condition holds "time-outs, a stranger takes the records" $late -DSTRANGER=1
check condition holds "a death, time-outs, a stranger, two buriers" $one -DBURIERS=2

check condition "assertion violated" "a wait has the same number as the last" $late -DSTRANGER=1 -DNO_TENANCY
check condition "assertion violated" "the notification is a store" $late -DBLIND_NOTIFY
check condition "assertion violated" "giving up is a store" $late -DBLIND_GONE
check condition "assertion violated" "nobody asks whether a waiter is dead" -DSLICES -DNO_DEATH_CHECK
check condition "assertion violated" "the ticket is read again" $late -DSTRANGER=1 -DTICKET_AGAIN
check condition "assertion violated" "the state is not looked at again" $late -DSTRANGER=1 -DNO_STATE_AGAIN
check condition "assertion violated" "the first record found is notified" -DCRASHES=0 -DANY_ORDER
check condition "assertion violated" "the state before the rest of the record" $late -DSTRANGER=1 -DSTATE_FIRST
check condition "assertion violated" "the lock is given back first" -DCRASHES=0 -DRELEASE_FIRST
check condition "assertion violated" "the wake-up comes first" -DCRASHES=0 -DUNPARK_FIRST
check condition "assertion violated" "the notifier dies before the wake-up, no slices"
check condition "assertion violated" "the notifier dies with the lock, nobody asks" -DSLICES -DNO_TAKE_OVER
check condition "assertion violated" "the state is read before the death is known" $one -DBURIERS=1 -DBURY_STATE_FIRST
check condition "assertion violated" "the owner is not looked at again" -DSLICES -DSTRANGER=1 -DBURIERS=2 -DBURY_NO_LOOK
check condition "invalid end state" "nobody frees the records of the dead" $one
check condition "assertion violated" "the lock is not taken again" -DCRASHES=0 -DNO_LOCK_AGAIN
}
finish
