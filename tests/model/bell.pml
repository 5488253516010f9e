/* The bells of a queue: who waits for a message together with other things leaves a record, sets a
 * flag and looks once more; whoever puts a message and reads the flag takes it back and rings the
 * bells of all whose record is there, one after the other. A bell rings until it is cleared. The
 * ring itself is two counters here (ring.pml has the rest).
 *
 * Stores may stay in a store buffer for a while, in any order but that the record comes out before
 * the flag; a fence waits for one's own. Sleeps have no end of their own unless SLICES says so, so what is missed is a waiter that sleeps
 * beside a message when nothing moves any more.
 *
 * Options:
 *   SLICES            sleeps end by themselves when nothing else moves
 *   CRASHES=n         so many waiters and putters may die, before any step
 *   LEAVERS           a waiter may give up: its time ran out
 * Mistakes:
 *   NO_PUT_FENCE      the putter reads the flag before its store is seen
 *   NO_WAIT_FENCE     the waiter looks before its flag is seen
 *   NO_RELEASE        the flag may be seen before the record
 *   NO_RECHECK        a waiter sleeps without looking again after it has set the flag
 *   ASK_ONCE          a waiter that was rung for nothing does not set the flag again
 *   RECORD_LATE       the flag is set before the record is there
 *   CLEAR_LATE        a bell is cleared after the look that followed its ringing
 *   RING_FIRST        the flag is taken back after the ringing */

#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef PUTS1
#define PUTS1 1
#endif
#ifndef PUTS2
#define PUTS2 1
#endif
#ifndef WAITERS
#define WAITERS 2
#endif

byte tail, head;
bool flag;
bool record[4];
bool bell[4];
bool asleep[4];
bool putting[3];      /* stores that nobody else sees yet: of the tail, */
bool recording[4];    /* of a record, */
bool asking[4];       /* of the flag */
byte crashes;

#define SOMETHING (tail > head)

#ifdef NO_RELEASE
#define RECORDED(waiter) true
#else
#define RECORDED(waiter) !recording[waiter]
#endif

/* Death may come here. */
#if CRASHES > 0
#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++ } goto end_died \
    :: skip \
    fi;
#else
#define MAY_DIE
#endif

inline ring_all()
{
    w = 1;
    do
    :: w > WAITERS -> break
    :: else ->
        MAY_DIE
        if
        :: record[w] -> bell[w] = true
        :: else
        fi;
        w++
    od
}

proctype putter(byte me; byte puts)
{
    bool asked;
    byte w;

    do
    :: puts == 0 -> break
    :: else ->
        MAY_DIE
        /* Under the producers' lock, whose release comes after the store in every eye. */
        atomic { !putting[1] && !putting[2] -> putting[me] = true }
        MAY_DIE
#ifndef NO_PUT_FENCE
        !putting[me];
#endif
        asked = flag;
        if
        :: asked ->
#ifdef RING_FIRST
            ring_all();
            flag = false
#else
            MAY_DIE
            atomic { asked = flag; flag = false }
            if
            :: asked -> ring_all()
            :: else
            fi
#endif
        :: else
        fi;
        puts--
    od;
end_died:
    skip
}

/* Store buffers drain in their own time. */
proctype memory()
{
end_idle:
    do
    :: atomic { putting[1] -> putting[1] = false; tail++ }
    :: atomic { putting[2] -> putting[2] = false; tail++ }
    :: atomic { recording[1] -> recording[1] = false; record[1] = true }
    :: atomic { recording[2] -> recording[2] = false; record[2] = true }
    :: atomic { recording[3] -> recording[3] = false; record[3] = true }
    :: atomic { asking[1] && RECORDED(1) -> asking[1] = false; flag = true }
    :: atomic { asking[2] && RECORDED(2) -> asking[2] = false; flag = true }
    :: atomic { asking[3] && RECORDED(3) -> asking[3] = false; flag = true }
    od
}

proctype waiter(byte me)
{
    bool took, known, late;

look:
    MAY_DIE
    /* To see that it is ready and to take it are two calls; another may be quicker. */
    if
    :: SOMETHING ->
        MAY_DIE
        atomic {
            took = false;
            if
            :: SOMETHING -> head++; took = true
            :: else
            fi
        }
    :: else -> took = false
    fi;
    if
    :: took -> atomic { !recording[me] -> record[me] = false; known = false; bell[me] = false }
       goto look /* the next wait: another record, another bell */
    :: late -> goto end_left
    :: else
    fi;
    MAY_DIE
#ifdef ASK_ONCE
    if
    :: known -> goto sleep
    :: else
    fi;
#endif
#ifdef RECORD_LATE
    asking[me] = true;
    !asking[me];
    if
    :: SOMETHING -> goto look
    :: else
    fi;
    MAY_DIE
    recording[me] = true;
#else
    if
    :: !known -> recording[me] = true
    :: else
    fi;
    MAY_DIE
    asking[me] = true;
#endif
    known = true;
#ifndef NO_WAIT_FENCE
    !recording[me] && !asking[me];
#endif
    MAY_DIE
#if !defined(NO_RECHECK) && !defined(RECORD_LATE)
    if
    :: SOMETHING -> goto look
    :: else
    fi;
    MAY_DIE
#endif
sleep:
    asleep[me] = true;
end_asleep:
    if
    :: bell[me]
#ifdef SLICES
    :: timeout && SOMETHING
#endif
#ifdef LEAVERS
    :: late = true
#endif
#if CRASHES > 0
    :: atomic { crashes < CRASHES -> crashes++; asleep[me] = false } goto end_died
#endif
    fi;
    asleep[me] = false;
#ifdef CLEAR_LATE
    if
    :: SOMETHING -> bell[me] = false; goto look
    :: else
    fi;
    MAY_DIE
    bell[me] = false;
    goto sleep;
#else
    bell[me] = false;
    goto look;
#endif
end_left:
    atomic { !recording[me] -> record[me] = false }
end_died:
    skip
}

/* Nothing moves any more: nobody may sleep beside a message with a silent bell. */
proctype judge()
{
end_wait:
    timeout ->
        assert(!(SOMETHING && (asleep[1] || asleep[2] || asleep[3])))
}

init
{
    atomic {
        run memory();
        run putter(1, PUTS1);
#if PUTS2 > 0
        run putter(2, PUTS2);
#endif
        run waiter(1);
        run waiter(2);
#if WAITERS > 2
        run waiter(3);
#endif
#ifndef SLICES
        run judge()
#endif
    }
}
