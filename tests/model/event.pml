/* The event: one word {epoch, asleep, set}, with processes that may die before any step.
 *
 * Waiters wait once. Setters set it and clear it at once, SETS times. A sleep is one step, as in
 * the kernel: it compares the whole word and falls asleep.
 *
 * What is shown: a waiter that had begun to wait before a set comes through, however soon the
 * clear follows; one comes through only after a set; nobody sleeps for ever when that is so. The
 * waiter whose time runs out at that moment says the one or the other, and is right. Options:
 *   CRASHES=n          so many may die
 *   WAITERS=n, SETTERS=n, SETS=n
 *   KEEP               the first setter does not clear
 *   TIMEOUTS           a waiter's time may be over at any moment
 *   SLICES             a sleep ends by itself when nothing else moves, and looks again
 *   SWEEP              somebody who learns of a death wakes all
 * Mistakes:
 *   NO_EPOCH           a set leaves no mark but the bit
 *   EPOCH_LATE         a waiter notes the epoch after its first look
 *   NO_ASLEEP          nobody announces a sleep
 *   BLIND_ANNOUNCE     … does so by a store
 *   BLIND_CLEAR        the clear is a store of what was seen
 *   CLEAR_ALL          the clear takes the announcement off too
 *   WAKE_ONE           a set wakes one
 *   WAKE_FIRST         … before it sets
 *   NO_LAST_LOOK       who is late does not look once more
 *   SWEEP_ASKS         the sweep wakes only while a sleep is announced */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef WAITERS
#define WAITERS 2
#endif
#ifndef SETTERS
#define SETTERS 1
#endif
#ifndef SETS
#define SETS 1
#endif

#define SET 1
#define ASLEEP 2
#define EPOCH(w) ((w) >> 2)

byte word;
bool asleep[4];
bool dead[6];
byte crashes;

/* What nobody in the real program sees. */
bool begun[4];   /* waits */
bool owed[4];    /* it was set since this one began, or was set then */
bool through[4];

#define OR_DIE \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; \
                if :: me < 4 -> asleep[me] = false; begun[me] = false; owed[me] = false \
                   :: else fi } \
       goto end_died

inline wake_all()
{
    atomic {
#ifdef WAKE_ONE
        if
        :: asleep[1] -> asleep[1] = false
        :: asleep[2] -> asleep[2] = false
        :: asleep[3] -> asleep[3] = false
        :: !(asleep[1] || asleep[2] || asleep[3])
        fi
#else
        asleep[1] = false; asleep[2] = false; asleep[3] = false
#endif
    }
}

proctype waiter(byte me)
{
    byte begin, seen;
    bool late;

#ifdef EPOCH_LATE
    if
    :: atomic { (word & SET) == 0 -> begun[me] = true; owed[me] = false }
    :: atomic { (word & SET) != 0 } goto in_set
    OR_DIE
    fi;
    if
    :: atomic { true -> begin = word }
    OR_DIE
    fi;
#else
    if
    :: atomic { (word & SET) == 0 -> begin = word; begun[me] = true }
    :: atomic { (word & SET) != 0 } goto in_set
    OR_DIE
    fi;
#endif
look:
    if
    :: atomic { (word & SET) != 0 || EPOCH(word) != EPOCH(begin) } goto in
    :: atomic { (word & SET) == 0 && EPOCH(word) == EPOCH(begin) -> seen = word }
    OR_DIE
    fi;
    if
    :: late -> goto time_is_over
    :: else
    fi;
#ifndef NO_ASLEEP
    if
    :: atomic { (seen & ASLEEP) != 0 }
#ifdef BLIND_ANNOUNCE
    :: atomic { (seen & ASLEEP) == 0 -> seen = seen | ASLEEP; word = seen }
#else
    :: atomic { (seen & ASLEEP) == 0 && word == seen -> seen = seen | ASLEEP; word = seen }
    :: atomic { (seen & ASLEEP) == 0 && word != seen } goto look
#endif
    OR_DIE
    fi;
#endif
    if
    :: atomic { word == seen -> asleep[me] = true }
    :: atomic { word != seen } goto look
    OR_DIE
    fi;
end_asleep:
    if
    :: atomic { !asleep[me] }
#ifdef SLICES
    :: atomic { timeout && asleep[me] && ((word & SET) != 0 || EPOCH(word) != EPOCH(begin)) ->
                asleep[me] = false }
#endif
#ifdef TIMEOUTS
    :: atomic { asleep[me] -> asleep[me] = false; late = true }
#endif
    OR_DIE
    fi;
#ifdef NO_LAST_LOOK
    if
    :: late -> goto time_is_over
    :: else
    fi;
#endif
    goto look;
time_is_over:
    /* Right when it looked last; a set may have come since then. */
#ifdef NO_LAST_LOOK
    atomic { assert(!(owed[me] && (word & SET) != 0)) }
#endif
    atomic { begun[me] = false; owed[me] = false; begin = 0; seen = 0 }
    goto end_died;
in:
    atomic { assert(owed[me]); owed[me] = false; begun[me] = false; begin = 0; seen = 0 }
in_set:
    skip;
end_died:
    skip
}

proctype setter(byte me)
{
    byte seen;
    byte sets = SETS;

    do
    :: sets == 0 -> break
    :: else ->
        if
        :: atomic { true -> seen = word }
        OR_DIE
        fi;
#ifdef WAKE_FIRST
        if
        :: (seen & ASLEEP) != 0 -> wake_all()
        :: else
        fi;
#endif
set:
        if
        :: atomic { word == seen ->
#ifdef NO_EPOCH
                    word = (seen & 252) | SET;
#else
                    word = ((EPOCH(seen) + 1) << 2) | SET;
#endif
                    if :: begun[1] -> owed[1] = true :: else fi;
                    if :: begun[2] -> owed[2] = true :: else fi;
                    if :: begun[3] -> owed[3] = true :: else fi }
        :: atomic { word != seen -> seen = word } goto set
        OR_DIE
        fi;
#ifndef WAKE_FIRST
        if
        :: atomic { (seen & ASLEEP) != 0 -> wake_all() }
        :: atomic { (seen & ASLEEP) == 0 }
        OR_DIE
        fi;
#endif
#ifdef KEEP
        if
        :: me == 4 -> goto done
        :: else
        fi;
#endif
#ifdef BLIND_CLEAR
        if
        :: atomic { true -> seen = word }
        OR_DIE
        fi;
        if
        :: atomic { true -> word = seen & 254 }
        OR_DIE
        fi;
#else
        if
#ifdef CLEAR_ALL
        :: atomic { true -> word = word & 252 }
#else
        :: atomic { true -> word = word & 254 }
#endif
        OR_DIE
        fi;
#endif
done:
        atomic { seen = 0; sets-- }
    od;
end_died:
    skip
}

/* Learns of each death once, at some time. */
proctype sweeper()
{
    byte swept;
end_idle:
    do
    :: atomic { crashes > swept -> swept++ }
#ifdef SWEEP_ASKS
       if
       :: atomic { (word & ASLEEP) != 0 -> wake_all() }
       :: (word & ASLEEP) == 0
       fi
#else
       wake_all()
#endif
    od
}

#define MISSED ((asleep[1] && owed[1]) || (asleep[2] && owed[2]) || (asleep[3] && owed[3]))

/* Nothing moves any more. */
proctype judge()
{
end_wait:
#if defined(SLICES) && !defined(NO_EPOCH)
    timeout && !MISSED ->
#else
    timeout ->
#endif
        assert(!MISSED)
}

init
{
    atomic {
        run waiter(1);
#if WAITERS > 1
        run waiter(2);
#endif
#if WAITERS > 2
        run waiter(3);
#endif
        run setter(4);
#if SETTERS > 1
        run setter(5);
#endif
#ifdef SWEEP
        run sweeper();
        run sweeper();
#endif
        run judge()
    }
}
