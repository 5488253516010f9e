/* The eventcount of a queue: how many sleepers have announced themselves, and an epoch that
 * counts wake-ups, in one word. Shown for getters that wait for messages; putters that wait
 * for room are the mirror image. The ring itself is two counters here, and its locks are
 * single steps (ring.pml has both).
 *
 * A putter's store of the tail may stay in its store buffer for a while: everything after it
 * up to the fence may come first, as on real processors. Sleeps have no end of their own
 * unless SLICES says so, so a lost wake-up is a getter that sleeps beside a message when
 * nothing moves any more.
 *
 * Options:
 *   ANY_ORDER         the system wakes any sleeper, not the one that has slept longest: a
 *                     newcomer may get a wake-up that is older than its announcement
 *   SLICES            sleeps end by themselves when nothing else moves
 *   CRASHES=n         so many getters and putters may die, before any step
 *   LEAVERS           a sleeping getter may give up: its time ran out
 *   REFUSALS          a getter that finds a message may leave it: its buffer is too small
 * Mistakes:
 *   NO_FENCE          the putter looks for sleepers before its store is seen
 *   NO_RECHECK        a getter sleeps without looking again after its announcement
 *   NO_BATON          a getter that has slept does not wake the next when more is there
 *   NO_REFUSAL_BATON  … does so only when it took its message
 *   ALWAYS_WITHDRAW   a getter that was woken takes its announcement back a second time
 *   NO_EPOCH          a wake-up leaves no mark that an announced getter could see */

#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef PUTS1
#define PUTS1 1
#endif
#ifndef PUTS2
#define PUTS2 1
#endif
#ifndef GETTERS
#define GETTERS 3
#endif

byte tail, head;
byte sleepers, epoch;      /* the word */
bool pending[3];           /* a putter's store of the tail that nobody else sees yet */
bool asleep[4];
chan order = [3] of { byte };   /* the sleepers, the oldest first */
byte crashes;

#define SOMETHING (tail > head)

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

inline unpark()
{
    if
#ifdef ANY_ORDER
    :: asleep[1] -> asleep[1] = false; order??1
    :: asleep[2] -> asleep[2] = false; order??2
    :: asleep[3] -> asleep[3] = false; order??3
    :: empty(order)
#else
    :: order?1 -> asleep[1] = false
    :: order?2 -> asleep[2] = false
    :: order?3 -> asleep[3] = false
    :: empty(order)
#endif
    fi
}

/* What putters do after publication, and getters that pass the baton: see a sleeper, count
 * it off by a CAS, wake one. The loop of the CAS ends in one step of the word. */
inline wake()
{
    atomic {
        claimed = (sleepers > 0);
        if
        :: claimed ->
            sleepers--;
#ifndef NO_EPOCH
            epoch++
#endif
        :: else
        fi
    }
    if
    :: claimed -> claimed = false;
        MAY_DIE
        atomic { unpark() }
    :: else
    fi
}

proctype putter(byte me; byte puts)
{
    bool claimed;

    do
    :: puts == 0 -> break
    :: else ->
        MAY_DIE
        /* Under the producers' lock, whose release comes after the store in every eye. */
        atomic { !pending[1] && !pending[2] -> pending[me] = true }
        MAY_DIE
#ifndef NO_FENCE
        !pending[me];
#endif
        wake();
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
    :: atomic { pending[1] -> pending[1] = false; tail++ }
    :: atomic { pending[2] -> pending[2] = false; tail++ }
    od
}

proctype getter(byte me)
{
    byte mine, seen_sleepers; /* what was announced, and what the word held */
    bool claimed, took, refused, slept, late;

look:
    MAY_DIE
    atomic {
        took = false;
        if
        :: SOMETHING -> head++; took = true
#ifdef REFUSALS
        :: SOMETHING -> refused = true
#endif
        :: else
        fi
    }
    if
    :: took || refused -> goto served
    :: late -> goto end_left
    :: else
    fi;
    MAY_DIE
    atomic { sleepers++; mine = epoch; seen_sleepers = sleepers }
sleep:
    MAY_DIE
#ifndef NO_RECHECK
    if
    :: SOMETHING -> goto withdraw
    :: else
    fi;
    MAY_DIE
#endif
    /* The kernel compares the whole word. */
    atomic {
        if
        :: epoch == mine && sleepers == seen_sleepers -> asleep[me] = true; order!me
        :: else
        fi
    }
end_asleep:
    if
    :: !asleep[me]
#ifdef SLICES
    :: atomic { timeout && SOMETHING && asleep[me] -> asleep[me] = false; order??eval(me) }
#endif
#ifdef LEAVERS
    :: atomic { asleep[me] -> asleep[me] = false; order??eval(me); late = true }
#endif
#if CRASHES > 0
    :: atomic { asleep[me] && crashes < CRASHES -> crashes++; asleep[me] = false;
                order??eval(me) }
       goto end_died
#endif
    fi;
    slept = true;
    if
    :: atomic { epoch == mine && !late -> seen_sleepers = sleepers } goto sleep
    :: else
    fi;
withdraw:
    atomic {
        if
#ifdef ALWAYS_WITHDRAW
        :: sleepers > 0 -> sleepers--
#else
        :: epoch == mine && sleepers > 0 -> sleepers--
#endif
        :: else
        fi;
        mine = 0; seen_sleepers = 0
    }
    goto look;
served:
#ifndef NO_BATON
    if
#ifdef NO_REFUSAL_BATON
    :: slept && took && SOMETHING -> wake()
#else
    :: slept && SOMETHING -> wake()
#endif
    :: else
    fi;
#endif
    if
    :: refused -> goto end_left
    :: else -> atomic { slept = false; late = false; took = false } goto look
    fi;
end_died:
end_left:
    skip
}

/* Nothing moves any more: nobody may sleep beside a message, and nobody uncounted. */
proctype judge()
{
end_wait:
    timeout ->
        assert(!(SOMETHING && (asleep[1] || asleep[2] || asleep[3])));
        assert(crashes > 0 || sleepers >= asleep[1] + asleep[2] + asleep[3])
}

init
{
    atomic {
        run memory();
        run putter(1, PUTS1);
#if PUTS2 > 0
        run putter(2, PUTS2);
#endif
        run getter(1);
        run getter(2);
#if GETTERS > 2
        run getter(3);
#endif
#ifndef SLICES
        run judge()
#endif
    }
}
