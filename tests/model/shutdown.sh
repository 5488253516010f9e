#!/usr/bin/env bash
# The end of a ring: shutdown.pml says what is shown. The second half makes a mistake on purpose
# and wants it found.
. "$(dirname "$0")/common.bash"

check shutdown holds "drained, somebody joins" -DCRASHES=0 -DJOIN
check shutdown holds "dropped, somebody joins" -DCRASHES=0 -DDROP -DJOIN
check shutdown holds "dropped, a task is called done early" -DCRASHES=0 -DDROP -DEARLY -DJOIN -DALONE
check shutdown holds "one death, drained" -DCRASHES=1
check shutdown holds "one death, dropped" -DCRASHES=1 -DDROP
check shutdown holds "one death, drained and dropped" -DCRASHES=1 -DDROP -DDRAIN -DPUTS=1
check shutdown holds "one death, dropped, somebody joins" -DCRASHES=1 -DDROP -DJOIN -DPUTS=1
check shutdown holds "two deaths, drained" -DCRASHES=2 -DPUTS=1

check shutdown "assertion violated" "the end without the producers' lock" -DNO_PUT_LOCK -DCRASHES=0
check shutdown "assertion violated" "the end without the consumers' lock" -DNO_GET_LOCK -DCRASHES=0 \
    -DDROP -DJOIN
check shutdown "assertion violated" "a look whether it is over after the look at the messages" -DSTATE_LAST \
    -DCRASHES=0
check shutdown "assertion violated" "nobody waits for what others have on lease" -DNO_PATIENCE -DCRASHES=0
check shutdown "assertion violated" "those who wait are deaf" -DDEAF -DCRASHES=0
check shutdown "assertion violated" "a consumer takes both locks" -DBOTH_LOCKS -DCRASHES=0
check shutdown "assertion violated" "what was dropped counts as tasks" -DNO_COUNT -DCRASHES=0 -DDROP -DJOIN
check shutdown "assertion violated" "so does what comes back after that" -DNO_FALLEN -DCRASHES=1 -DDROP \
    -DJOIN -DPUTS=1
check shutdown "assertion violated" "tasks called done early are not counted" -DPLAIN_COUNT -DCRASHES=0 \
    -DDROP -DEARLY -DJOIN -DALONE

finish
