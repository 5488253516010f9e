/* The barrier: one word {phase, state, how many arrived} and the records of those who have arrived,
 * with processes that may die before any step.
 *
 * Parties come once (ROUNDS=1) or twice. Who is not the last has a record of the phase before it
 * arrives, by a CAS from what it saw; the last one begins the next phase, or runs the action first.
 * Who waits asks at the end of each slice whether a party is dead. Buriers free the records of
 * the dead at any time, also before anybody who waits has looked; a sweep looks first.
 *
 * What is shown: all the living who arrived in a phase hear the same of it, passed or broken; the
 * indices of those who pass are different; nobody passes before all have arrived; nobody waits
 * for ever for one who died. Options:
 *   CRASHES=n, PARTIES=n
 *   ACTION             the last one runs an action
 *   EXTRA              one more comes than there are parties, and gives up when nothing moves
 *   ABORT              somebody breaks it, at any time;  RESET  … and makes it whole
 *   TIMEOUTS           the time of a party may be over
 *   BURIER             frees records of the dead without a look at the barrier
 * Mistakes:
 *   BLIND_ARRIVE       arriving is a store
 *   RECORD_LATER       the record is written after the arrival
 *   NO_ASK             nobody asks whether a party is dead
 *   NO_COUNT           … by the records that are there, not by how many there should be
 *   NO_MARK            a reset does not mark those of the broken phase
 *   MARK_LATER         … does so after it made the barrier whole
 *   BLIND_BREAK        who is late breaks by a store
 *   KEEP_RECORD        who comes while the action runs keeps the record that it could not use */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef PARTIES
#define PARTIES 2
#endif

#define FILLING 0
#define ACTING 1
#define BROKEN 2

/* the word; every step that changes it is one CAS */
byte phase, state, arrived;
byte owner[5];    /* of each one's record: 0 when there is none */
byte ticket[5];   /* its phase, from 1 */
bool marked[5];
bool dead[5];
byte crashes;

/* What nobody in the real program sees. */
byte came[4];     /* arrived in each phase */
byte passed[4];   /* heard that it is over and well */
byte broken[4];   /* heard the other thing */
byte in[5];       /* arrived in that phase (from 1), and has heard nothing yet */
bool index[8];    /* phase * PARTIES + place */

#define SAME (phase == p && state == s && arrived == a)
#define OR_DIE \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; p = 0; s = 0; a = 0 } goto end_died

#define HERE(i) (owner[i] != 0 && ticket[i] == phase + 1 && !marked[i])
#define COUNT (HERE(1) + HERE(2) + HERE(3))
#define DEAD_HERE ((HERE(1) && dead[1]) || (HERE(2) && dead[2]) || (HERE(3) && dead[3]))
#ifdef NO_COUNT
#define LOST DEAD_HERE
#else
#define LOST (DEAD_HERE || COUNT < arrived)
#endif

inline look() { atomic { p = phase; s = state; a = arrived } }

inline write_record()
{
    if
    :: atomic { true -> owner[me] = me; ticket[me] = p + 1; marked[me] = false }
    OR_DIE
    fi
}

proctype party(byte me)
{
    byte p, s, a, mine, place;

again:
    look();
    if
    :: s == BROKEN -> goto end_refused
    :: s == ACTING ->
        /* The others' action runs. */
#ifndef KEEP_RECORD
        owner[me] = 0;
#endif
        if
        :: atomic { !SAME } goto again
        :: atomic { timeout && SAME && LOST -> state = BROKEN; arrived = 0 } goto again
        OR_DIE
        fi
    :: else
    fi;
    mine = p;
    place = a;
#ifndef RECORD_LATER
#ifndef ACTION
    if
    :: a + 1 == PARTIES
    :: a + 1 < PARTIES -> write_record()
    fi;
#else
    write_record();
#endif
#endif
    if
    :: atomic {
#ifndef BLIND_ARRIVE
        SAME ->
#else
        true ->
#endif
        came[mine]++; in[me] = mine + 1;
        if
        :: place + 1 < PARTIES -> arrived = place + 1
        :: else ->
            assert(came[mine] == PARTIES);
#ifdef ACTION
            arrived = place + 1; state = ACTING
#else
            phase = p + 1; arrived = 0; state = FILLING
#endif
        fi }
#ifndef BLIND_ARRIVE
    :: atomic { !SAME } goto again
#endif
    OR_DIE
    fi;
#ifdef RECORD_LATER
    write_record();
#endif
    if
    :: place + 1 < PARTIES -> goto stay
    :: else
    fi;
#ifdef ACTION
    /* The action runs here. */
    if
    :: atomic { phase == mine && state == ACTING -> phase = mine + 1; state = FILLING; arrived = 0 }
    :: atomic { !(phase == mine && state == ACTING) } goto stay
    OR_DIE
    fi;
#endif
    goto pass;
stay:
end_stay:
    if
    :: atomic { phase == mine && state == BROKEN } goto fail
    :: atomic { phase != mine }
        if
        :: marked[me] -> goto fail
        :: !marked[me] -> goto pass
        fi
#ifndef NO_ASK
    :: atomic { timeout && phase == mine && state != BROKEN && LOST -> state = BROKEN; arrived = 0 }
       goto stay
#endif
#ifdef TIMEOUTS
    :: atomic { phase == mine && state != BROKEN -> p = phase; s = state; a = arrived }
       if
#ifdef BLIND_BREAK
       :: atomic { true -> state = BROKEN; arrived = 0 } goto fail
#else
       :: atomic { SAME -> state = BROKEN; arrived = 0 } goto fail
       :: atomic { !SAME } goto stay
#endif
       OR_DIE
       fi
#endif
    OR_DIE
    fi;
pass:
    atomic { in[me] = 0; assert(came[mine] == PARTIES); assert(broken[mine] == 0); passed[mine]++;
             assert(!index[mine * PARTIES + place]); index[mine * PARTIES + place] = true; goto leave }
fail:
    atomic { in[me] = 0; assert(passed[mine] == 0); broken[mine]++ }
leave:
    skip;
end_refused:
    owner[me] = 0;
end_died:
    skip
}

proctype breaker(byte me)
{
    byte p, s, a;

    look();
    if
    :: s == BROKEN
    :: s != BROKEN ->
        if
        :: atomic { SAME -> state = BROKEN; arrived = 0 }
        :: !SAME
        OR_DIE
        fi
    fi;
#ifdef RESET
    look();
    if
    :: s == BROKEN ->
#ifndef NO_MARK
#ifndef MARK_LATER
        marked[1] = marked[1] || (owner[1] != 0 && ticket[1] == p + 1);
        marked[2] = marked[2] || (owner[2] != 0 && ticket[2] == p + 1);
        marked[3] = marked[3] || (owner[3] != 0 && ticket[3] == p + 1);
#endif
#endif
        if
        :: atomic { SAME -> phase = p + 1; state = FILLING; arrived = 0 }
        :: atomic { !SAME }
        OR_DIE
        fi;
#ifdef MARK_LATER
        marked[1] = marked[1] || (owner[1] != 0 && ticket[1] == p + 1);
        marked[2] = marked[2] || (owner[2] != 0 && ticket[2] == p + 1);
        marked[3] = marked[3] || (owner[3] != 0 && ticket[3] == p + 1);
#endif
    :: else
    fi;
#endif
end_died:
    skip
}

#ifdef NO_ASK
#define ASKED false
#else
#define ASKED (LOST && state != BROKEN)
#endif
#define STAYS(i) (in[i] == phase + 1 && !dead[i])
#define LEFT(i) (in[i] == phase + 1 && dead[i])

/* Nothing moves any more: nobody waits for one who has died there. */
proctype judge()
{
end_wait:
    timeout && !ASKED ->
        assert(!((STAYS(1) || STAYS(2) || STAYS(3)) && (LEFT(1) || LEFT(2) || LEFT(3))));
        assert(!((STAYS(1) || STAYS(2) || STAYS(3)) && state != FILLING));
#if !defined(EXTRA) && !defined(RESET)
        assert(crashes > 0 || !(STAYS(1) || STAYS(2) || STAYS(3)))
#endif
}

proctype burier()
{
end_idle:
    do
    :: atomic { dead[1] && owner[1] != 0 -> owner[1] = 0 }
    :: atomic { dead[2] && owner[2] != 0 -> owner[2] = 0 }
    :: atomic { dead[3] && owner[3] != 0 -> owner[3] = 0 }
    od
}

init
{
    atomic {
        run party(1);
        run party(2);
#if PARTIES > 2 || defined(EXTRA)
        run party(3);
#endif
#if defined(ABORT) || defined(RESET)
        run breaker(4);
#endif
#ifdef BURIER
        run burier();
#endif
        run judge()
    }
}
