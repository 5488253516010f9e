#!/usr/bin/env bash
# Messages beside the ring: lease.pml says what is shown. The second half makes a mistake on
# purpose and wants it found.
. "$(dirname "$0")/common.bash"

check lease holds "two deaths" -DCRASHES=2
check lease holds "two deaths, who learns of them sweeps" -DCRASHES=2 -DSWEEP
check lease holds "two deaths, two producers, one payload" -DCRASHES=2 -DSLOTS=1 -DPUTS1=1 -DPUTS2=1
check lease holds "… who learns of them sweeps" -DCRASHES=2 -DSLOTS=1 -DPUTS1=1 -DPUTS2=1 -DSWEEP
check lease holds "one death, two producers" -DPUTS1=1 -DPUTS2=1
check lease holds "one death, a lease runs out" -DLATES=1
check lease holds "one death; run out, renewed, given back" -DPUTS1=1 -DLATES=1 -DRENEWALS=1 -DBACKS=1
check lease holds "two leases run out; twice is too often" -DLATES=2 -DMOST=2
check lease holds "two deaths; once is too often" -DCRASHES=2 -DMOST=1
check lease holds "copies, two deaths" -DCOPIES -DCRASHES=2
check lease holds "copies, two deaths, two producers, one payload" -DCOPIES -DCRASHES=2 -DSLOTS=1 \
    -DPUTS1=1 -DPUTS2=1
check lease holds "copies, two deaths, who learns of them sweeps" -DCOPIES -DCRASHES=2 -DSWEEP

check lease "assertion violated" "nobody frees the payloads of the dead" -DNO_SWEEP -DSLOTS=1 \
    -DPUTS1=1 -DPUTS2=1
check lease "assertion violated" "what was published is freed with its producer" -DBLIND_SWEEP -DSWEEP
check lease "assertion violated" "what comes back is taken by a store" -DBLIND_RETAKE -DLATES=1
check lease "assertion violated" "… from the living" -DNO_DEATH_CHECK -DCRASHES=0
check lease "assertion violated" "acknowledged by a store" -DBLIND_ACK -DLATES=1
check lease "assertion violated" "a record is believed whatever its payload is now" -DNO_TENANCY
check lease "assertion violated" "the end of a lease is written late" -DNO_LEASING -DLATES=1
check lease "assertion violated" "a renewed lease looks as before" -DNO_RENEWALS -DCRASHES=0 -DLATES=1 -DRENEWALS=1
check lease "assertion violated" "published before the bytes are written" -DEARLY_RECORD -DCRASHES=0
check lease "assertion violated" "the head moves before the message is in hand" -DHEAD_FIRST
check lease "assertion violated" "freed before the bytes were copied" -DCOPIES -DFREE_FIRST -DSLOTS=1 -DCRASHES=0
check lease "assertion violated" "at its record a message is delivered however often" -DNOT_WORN -DMOST=1

finish
