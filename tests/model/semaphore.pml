/* The semaphore, plain and with holders, and its eventcount, with processes that may die before
 * any step, and sweepers that learn of it at any later time.
 *
 * Each process takes a permit and gives it back, ROUNDS times. Plain: a count, changed by CAS.
 * OWNED: a slot for each permit, {changes, holder}, taken and freed by CAS from what was seen.
 * Who finds none announces itself in the eventcount, looks again, and sleeps; memory is in order
 * here (wakeup.pml has the fences). A sleep is one step, as in the kernel: it compares and
 * falls asleep; the system wakes who has slept longest.
 *
 * What is shown: never more permits out than there are; no living process sleeps beside a free
 * permit when nothing moves any more; with holders, that the permits of the dead come back, each
 * once, and that a look that finds none was right at one moment. Options:
 *   OWNED              permits know their holders
 *   CRASHES=n          so many may die
 *   PERMITS=n, ROUNDS=n, USERS=n (2 or 3)
 *   GIVE2              user 1 takes two and gives both back in one call
 *   SLICES             a sleep ends by itself when nothing else moves, and looks again
 *   SWEEP=n            so many learn of each death, free its slots and wake all
 * Mistakes:
 *   BLIND_TAKE         a permit is taken by a load and a store
 *   BLIND_GIVE         … given back so
 *   BLIND_SWEEP        a dead one's slot is freed by a store
 *   NO_RECHECK         nobody looks again after the announcement
 *   NO_WAKE            who gives does not wake
 *   WAKE_ONE           who gives two wakes one
 *   NO_BATON           who was woken and finds more permits free does not wake the next
 *   NO_RECLAIM         a slice does not ask for dead holders
 *   ONE_ROUND          a look for a free slot goes over them once
 *   HOLDER_LATER       a slot is taken first and says later by whom */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef USERS
#define USERS 2
#endif
#ifndef PERMITS
#define PERMITS 1
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef SWEEP
#define SWEEP 0
#endif

#define UNKNOWN 7
#define HOLDER(s) ((s) & 7)
#define CHANGES(s) ((s) >> 3)
#define CHANGED(s, who) ((CHANGES(s) + 1) * 8 + (who))

#ifdef OWNED
byte slot[PERMITS];
#if PERMITS > 2
#define FREE_NOW (HOLDER(slot[0]) == 0 || HOLDER(slot[1]) == 0 || HOLDER(slot[2]) == 0)
#elif PERMITS > 1
#define FREE_NOW (HOLDER(slot[0]) == 0 || HOLDER(slot[1]) == 0)
#else
#define FREE_NOW (HOLDER(slot[0]) == 0)
#endif
#else
byte count = PERMITS;
#define FREE_NOW (count > 0)
#endif
/* Whether a slice has anything to find. */
#ifdef OWNED
#define DEAD_ONES(s) (HOLDER(s) == UNKNOWN || (HOLDER(s) != 0 && dead[HOLDER(s)]))
#if PERMITS > 2
#define OF_THE_DEAD (DEAD_ONES(slot[0]) || DEAD_ONES(slot[1]) || DEAD_ONES(slot[2]))
#elif PERMITS > 1
#define OF_THE_DEAD (DEAD_ONES(slot[0]) || DEAD_ONES(slot[1]))
#else
#define OF_THE_DEAD DEAD_ONES(slot[0])
#endif
#else
#define OF_THE_DEAD false
#endif
#if defined(NO_RECLAIM) || defined(HOLDER_LATER)
#define WORTH_A_LOOK FREE_NOW
#else
#define WORTH_A_LOOK (FREE_NOW || OF_THE_DEAD)
#endif

byte sleepers, epoch;          /* the eventcount's word */
bool dead[4];
bool asleep[4];
chan order = [3] of { byte };  /* the sleepers, the oldest first */
byte crashes;

/* What nobody in the real program sees. */
byte out;                      /* permits of the living, and what the dead took with them */
byte has[4];
bool none[4];                  /* since this one began to look there was no free slot */

inline see_none()
{
    if
    :: !FREE_NOW -> none[1] = true; none[2] = true; none[3] = true
    :: else
    fi
}

/* What a death takes away; with holders it comes back. */
#ifdef OWNED
#define BURIED out = out - has[me]; has[me] = 0;
#else
#define BURIED
#endif

#define OR_DIE \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; \
                if :: asleep[me] -> asleep[me] = false; order??eval(me) :: else fi; BURIED } \
       goto end_died

inline unpark_one()
{
    if
    :: order?1 -> asleep[1] = false
    :: order?2 -> asleep[2] = false
    :: order?3 -> asleep[3] = false
    :: empty(order)
    fi
}

inline unpark_all()
{
    do
    :: order?1 -> asleep[1] = false
    :: order?2 -> asleep[2] = false
    :: order?3 -> asleep[3] = false
    :: empty(order) -> break
    od
}

/* One of those who sleep: counted off by a CAS, then woken. */
inline wake()
{
    if
    :: atomic { sleepers == 0 }
    :: atomic { sleepers > 0 -> sleepers--; epoch++ }
       if
       :: atomic { true -> unpark_one() }
       OR_DIE
       fi
    OR_DIE
    fi
}

/* got becomes 1 when a permit was taken. */
#ifdef OWNED
inline take()
{
    atomic { got = 0; before = 0; round = 0; none[me] = false; see_none() }
    do
    :: atomic { i = 0; changes = 0 }
       do
       :: i == PERMITS -> break
       :: i < PERMITS ->
            if
            :: atomic { true -> seen = slot[i] }
            OR_DIE
            fi;
            if
            :: HOLDER(seen) == 0 ->
#ifdef HOLDER_LATER
                if
                :: atomic { slot[i] == seen -> slot[i] = CHANGED(seen, UNKNOWN); see_none() }
                :: atomic { slot[i] != seen } goto not_this
                OR_DIE
                fi;
                if
                :: atomic { true -> slot[i] = (slot[i] & 248) | me; got = 1; has[me]++; out++;
                            assert(out <= PERMITS) }
                OR_DIE
                fi;
                break;
not_this:       skip
#else
                if
#ifdef BLIND_TAKE
                :: atomic { true ->
#else
                :: atomic { slot[i] == seen ->
#endif
                            slot[i] = CHANGED(seen, me); got = 1; has[me]++; out++;
                            assert(out <= PERMITS); see_none() }
                   break
#ifndef BLIND_TAKE
                :: atomic { slot[i] != seen }
#endif
                OR_DIE
                fi
#endif
            :: else
            fi;
            atomic { changes = changes + CHANGES(seen); seen = 0; i++ }
       od;
       atomic {
            if
            :: got -> break
#ifdef ONE_ROUND
            :: else -> assert(none[me]); break
#else
            :: !got && round != 0 && changes == before -> assert(none[me]); break
            :: else -> before = changes; round = 1
#endif
            fi
       }
    od;
    atomic { i = 0; changes = 0; before = 0; round = 0; seen = 0; none[me] = false }
}

/* A permit of its own: it is nowhere to be looked for when the process has one thread. */
inline give(which)
{
    do
    :: atomic { i < PERMITS && HOLDER(slot[i]) != me -> i++ }
    :: atomic { i < PERMITS && HOLDER(slot[i]) == me -> seen = slot[i] } break
    od;
    if
#ifdef BLIND_GIVE
    :: atomic { true ->
#else
    :: atomic { slot[i] == seen ->
#endif
                slot[i] = CHANGED(seen, 0); out--; has[me]-- }
    OR_DIE
    fi;
    atomic { i = 0; seen = 0 }
}

/* The look of who waits: over the slots once, not in one step. */
inline look()
{
    atomic { got = 0; i = 0 }
    do
    :: i == PERMITS -> break
    :: atomic { i < PERMITS && HOLDER(slot[i]) == 0 -> got = 1 } break
    :: atomic { i < PERMITS && HOLDER(slot[i]) != 0 -> i++ }
    od;
    i = 0
}

/* Frees the slots of `gone`, or of all the dead when it is 0; `freed` counts. */
inline reclaim(gone)
{
    i = 0;
    do
    :: i == PERMITS -> break
    :: i < PERMITS ->
        atomic { seen = slot[i];
                 if
                 :: HOLDER(seen) == 0 || HOLDER(seen) == UNKNOWN -> seen = 0
                 :: HOLDER(seen) != 0 && HOLDER(seen) != UNKNOWN &&
                    (!dead[HOLDER(seen)] || (gone != 0 && HOLDER(seen) != gone)) -> seen = 0
                 :: else
                 fi }
        if
        :: seen != 0 ->
            atomic {
                if
#ifdef BLIND_SWEEP
                :: true -> slot[i] = CHANGED(seen, 0); freed++
#else
                :: slot[i] == seen -> slot[i] = CHANGED(seen, 0); freed++
                :: else
#endif
                fi
            }
        :: else
        fi;
        atomic { seen = 0; i++ }
    od;
    i = 0
}
#else
inline take()
{
    got = 0;
    if
#ifdef BLIND_TAKE
    :: atomic { count > 0 -> seen = count }
       if
       :: atomic { true -> count = seen - 1; got = 1; has[me]++; out++; assert(out <= PERMITS) }
       OR_DIE
       fi;
       seen = 0
#else
    :: atomic { count > 0 -> count--; got = 1; has[me]++; out++; assert(out <= PERMITS) }
#endif
    :: atomic { count == 0 }
    OR_DIE
    fi
}

inline give(which)
{
    if
#ifdef BLIND_GIVE
    :: atomic { true -> seen = count }
       if
       :: atomic { true -> count = seen + which; out = out - which; has[me] = has[me] - which }
       OR_DIE
       fi;
       seen = 0
#else
    :: atomic { true -> count = count + which; out = out - which; has[me] = has[me] - which }
#endif
    OR_DIE
    fi
}

inline look()
{
    got = (count > 0)
}
#endif

proctype user(byte me)
{
    byte rounds = ROUNDS;
    byte wanted, mine, seen, seen_sleepers, i, changes, before, freed;
    bit got, round, slept, sliced;

#ifdef GIVE2
    wanted = (me == 1 -> 2 : 1);
#else
    wanted = 1;
#endif
again:
    take();
    if
    :: got -> goto in
    :: else
    fi;
    /* the eventcount */
    if
    :: atomic { true -> sleepers++; mine = epoch; seen_sleepers = sleepers }
    OR_DIE
    fi;
sleep:
#ifndef NO_RECHECK
    look();
    if
    :: got -> goto withdraw
    :: else
    fi;
#ifdef OWNED
#ifndef NO_RECLAIM
    if
    :: sliced ->
        sliced = 0;
        reclaim(0);
        if
        :: freed > 0 ->
            do
            :: freed > 0 -> wake(); freed--
            :: freed == 0 -> break
            od;
            goto withdraw
        :: else
        fi
    :: else
    fi;
#endif
#endif
#endif
    if
    :: atomic { epoch == mine && sleepers == seen_sleepers -> asleep[me] = true; order!me }
    :: atomic { !(epoch == mine && sleepers == seen_sleepers) }
    OR_DIE
    fi;
end_asleep:
    if
    :: atomic { !asleep[me] }
#ifdef SLICES
    :: atomic { timeout && asleep[me] && WORTH_A_LOOK ->
                asleep[me] = false; order??eval(me); sliced = 1 }
#endif
    OR_DIE
    fi;
    slept = 1;
    if
    :: atomic { epoch == mine -> seen_sleepers = sleepers } goto sleep
    :: atomic { epoch != mine }
    fi;
withdraw:
    if
    :: atomic { epoch == mine && sleepers > 0 -> sleepers-- }
    :: atomic { epoch != mine || sleepers == 0 }
    OR_DIE
    fi;
    atomic { mine = 0; seen_sleepers = 0; sliced = 0 }
    goto again;
in:
    if
#ifdef NO_BATON
    :: slept -> slept = 0
#else
    :: slept ->
        slept = 0;
        look();
        if
        :: got -> wake()
        :: else
        fi
#endif
    :: else
    fi;
    atomic { wanted--; got = 0 }
    if
    :: wanted > 0 -> goto again
    :: else
    fi;
#ifdef GIVE2
    wanted = (me == 1 -> 2 : 1);
#else
    wanted = 1;
#endif
#ifdef OWNED
    do
    :: wanted > 0 -> give(1); wanted--
    :: wanted == 0 -> break
    od;
#else
    give(wanted);
#endif
#ifndef NO_WAKE
    wake();
#ifndef WAKE_ONE
#ifdef GIVE2
    if
    :: me == 1 -> wake()
    :: else
    fi;
#endif
#endif
#endif
    rounds--;
#ifdef GIVE2
    wanted = (me == 1 -> 2 : 1);
#else
    wanted = 1;
#endif
    if
    :: rounds > 0 -> goto again
    :: else
    fi;
end_died:
    skip
}

/* Learns of each death once, at some time, and dies itself half-way, whereupon the next one who
 * learns of it begins anew. */
proctype sweeper()
{
    byte i, seen, freed, who;
    bool done[4];

end_idle:
    do
    :: atomic { dead[1] && !done[1] -> who = 1 } break
    :: atomic { dead[2] && !done[2] -> who = 2 } break
#if USERS > 2
    :: atomic { dead[3] && !done[3] -> who = 3 } break
#endif
    od;
#ifdef OWNED
    reclaim(who);
#endif
    if
    :: atomic { FREE_NOW -> unpark_all() }
    :: atomic { !FREE_NOW }
    fi;
    atomic { done[who] = true; who = 0; freed = 0 }
    goto end_idle
}

/* Nothing moves any more. */
proctype judge()
{
end_wait:
#ifdef SLICES
    timeout && !((asleep[1] || asleep[2] || asleep[3]) && WORTH_A_LOOK) ->
#else
    timeout ->
#endif
        assert(!((asleep[1] || asleep[2] || asleep[3]) && FREE_NOW));
#ifdef OWNED
        assert(!((asleep[1] || asleep[2] || asleep[3]) && OF_THE_DEAD));
#if SWEEP > 0
        assert(!OF_THE_DEAD);
#endif
        /* Nobody takes a permit along. */
        assert(asleep[1] || asleep[2] || asleep[3] || SWEEP == 0 || out == 0);
#else
        assert(count + out == PERMITS);
#endif
}

init
{
    atomic {
        run user(1);
        run user(2);
#if USERS > 2
        run user(3);
#endif
#if SWEEP > 0
        run sweeper();
#endif
#if SWEEP > 1
        run sweeper();
#endif
        run judge()
    }
}
