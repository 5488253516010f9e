/* The records of those who wait, and the condition built on them, with processes that may die
 * before any step.
 *
 * Waiters 1 and 2 (and 3) take the lock, wait once and take the lock again. Process 4 notifies,
 * with the lock. Process 5, a stranger, claims records for something else, with a ticket of its
 * own, and frees them: it is there to meet a scan that is under way. Two buriers free the records
 * of the dead, at any later time, both at once; they may die half-way too, which only means that
 * the next one begins anew. The lock is a single word here (lock.pml has it in full).
 *
 * What is shown: a notification of n reaches exactly n of those who waited when it began, or all
 * that live, the oldest first; none is taken by the dead, by a stranger or by a record that is
 * left over; whoever was notified says so and nobody else does, also when its time runs out at
 * that moment; everybody has the lock again at the end; nobody sleeps for ever with a notification;
 * records of the dead come free, and those of the living never. Options:
 *   CRASHES=n          so many may die
 *   BURIERS=n          so many free records of the dead, LOOKS=n times before they know of a death
 *   NOTIFY=n           how many it wants to wake, each time; CALLS=n: how often it does
 *   WAITERS=n, RECORDS=n, STRANGER=n (how often it comes)
 *   SLICES             sleeps end by themselves when nothing else moves
 *   TIMEOUTS           … and a waiter's time may be over at any moment
 * Mistakes:
 *   NO_TENANCY         a record's next wait has the same number as the last
 *   BLIND_NOTIFY       the notification is a store
 *   BLIND_GONE         who gives up stores GONE
 *   NO_DEATH_CHECK     nobody asks whether a waiter is dead
 *   TICKET_AGAIN       the ticket is read again from the record that was found
 *   NO_STATE_AGAIN     the state is not looked at again after the rest of the record was read
 *   ANY_ORDER          the first record found is notified
 *   STATE_FIRST        the state is stored before the rest of the record
 *   RELEASE_FIRST      the lock is given back before the record is there
 *   UNPARK_FIRST       the wake-up comes before the notification
 *   BURY_STATE_FIRST   the state is read before the owner is found dead
 *   BURY_NO_LOOK       the owner is not looked at again after the state was read
 *   NO_LOCK_AGAIN      who was notified does not take the lock again
 *   NO_TAKE_OVER       a slice does not ask whether the lock's owner is dead */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef WAITERS
#define WAITERS 2
#endif
#ifndef RECORDS
#define RECORDS 2
#endif
#ifndef NOTIFY
#define NOTIFY 1
#endif
#ifndef CALLS
#define CALLS 1
#endif
#ifndef BURIERS
#define BURIERS 0
#endif
#ifndef LOOKS
#define LOOKS 1
#endif
#ifndef STRANGER
#define STRANGER 0
#endif

#define NOTIFIER 4
#define STRANGE 5
#define IDS 6

#define FREE 0
#define WAITING 1
#define NOTIFIED 2
#define GONE 3
#define STATE(s) ((s) & 3)
#define AS(s, what) (((s) & 252) | (what))

byte owner[RECORDS], state[RECORDS], object[RECORDS], ticket[RECORDS];
byte lock;       /* who holds it */
byte tickets;    /* the condition's own, under the lock */
bool dead[IDS];
bool asleep[IDS];
byte crashes;

/* What nobody in the real program sees. */
byte tenant[RECORDS];  /* who made the wait that the record's state speaks of */
bool waits[IDS];       /* lives and waits in the condition, not notified, not gone */
byte came[IDS];        /* in which order */
bool told[IDS];        /* a notification is its own */
byte comers;
bit in_front[IDS];     /* waited when the notification began */

/* Death may come instead of a step. */
#define OR_DIE \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; asleep[me] = false; \
                waits[me] = false; mine = 0; r = 0 } \
       goto end_died

inline take_lock()
{
    if
    :: atomic { lock == 0 || dead[lock] -> lock = me }
    OR_DIE
    fi
}

inline give_lock()
{
    if
    :: lock = 0
    OR_DIE
    fi
}

inline claim()
{
    if
    :: atomic { owner[0] == 0 -> r = 0; owner[0] = me }
#if RECORDS > 1
    :: atomic { owner[1] == 0 -> r = 1; owner[1] = me }
#endif
#if RECORDS > 2
    :: atomic { owner[2] == 0 -> r = 2; owner[2] = me }
#endif
    OR_DIE
    fi
}

inline announce()
{
    if
    :: atomic {
#ifdef NO_TENANCY
        mine = WAITING;
#else
        mine = (state[r] | 3) + 1 + WAITING;
#endif
        state[r] = mine;
        tenant[r] = me }
    OR_DIE
    fi
}

inline tell(what, number)
{
#ifdef STATE_FIRST
    announce();
#endif
    if
    :: object[r] = what
    OR_DIE
    fi;
    if
    :: ticket[r] = number
    OR_DIE
    fi;
#ifndef STATE_FIRST
    announce();
#endif
}

inline end_record()
{
    if
    :: state[r] = AS(state[r], FREE)
    OR_DIE
    fi;
    if
    :: atomic { assert(owner[r] == me); owner[r] = 0; r = 0 }
    OR_DIE
    fi
}

proctype waiter(byte me)
{
    byte r, mine;
    bool notified, late, died;

    if
    :: atomic { lock == 0 || dead[lock] ->
                lock = me; waits[me] = true; comers++; came[me] = comers }
    OR_DIE
    fi;
#ifdef RELEASE_FIRST
    give_lock();
#endif
    claim();
    tickets++;
    tell(1, tickets);
#ifndef RELEASE_FIRST
    give_lock();
#endif
park:
    if
    :: atomic { state[r] == mine -> asleep[me] = true }
    :: atomic { state[r] != mine -> notified = true } goto leave
    OR_DIE
    fi;
end_asleep:
    if
    :: atomic { !asleep[me] } goto park
    /* A slice, unless there is nothing to see. */
#ifdef SLICES
    :: atomic { timeout && asleep[me] && state[r] != mine -> asleep[me] = false } goto park
#ifndef NO_TAKE_OVER
    :: atomic { timeout && asleep[me] && lock != 0 && dead[lock] ->
                asleep[me] = false; lock = me; died = true; waits[me] = false }
       goto leave
#endif
#endif
#ifdef TIMEOUTS
    :: atomic { asleep[me] -> asleep[me] = false; late = true } goto give_up
#endif
    OR_DIE
    fi;
give_up:
    if
#ifdef BLIND_GONE
    :: atomic { true -> state[r] = AS(state[r], GONE); waits[me] = false }
#else
    :: atomic { state[r] == mine -> state[r] = AS(state[r], GONE); waits[me] = false }
    :: atomic { state[r] != mine -> notified = true }
#endif
    OR_DIE
    fi;
leave:
    mine = 0;
    end_record();
#ifndef NO_LOCK_AGAIN
    if
    :: !died -> take_lock()
    :: died
    fi;
#endif
    atomic { assert(lock == me); assert(died || notified == told[me]) }
    give_lock();
end_died:
    skip
}

/* Claims a record for something else, while its ticket is anything. */
proctype stranger(byte me)
{
    byte r, mine;
    byte visits = STRANGER;

    do
    :: visits == 0 -> break
    :: else ->
        claim();
        if
        :: tell(2, 1)
        :: tell(2, 9)
        fi;
        if
        :: atomic { assert(owner[r] == me && state[r] == mine); mine = 0 }
        OR_DIE
        fi;
        end_record();
        visits--
    od;
end_died:
    skip
}

/* What must be true of the one whose record is about to become NOTIFIED. */
inline judge_one()
{
    w = tenant[found];
    assert(STATE(state[found]) == WAITING);
    assert(w >= 1 && w <= 3);
    assert(in_front[w]);
    assert(!(waits[1] && in_front[1] && came[1] < came[w]));
    assert(!(waits[2] && in_front[2] && came[2] < came[w]));
    assert(!(waits[3] && in_front[3] && came[3] < came[w]));
    if
    :: waits[w] -> waits[w] = false; told[w] = true
    :: else -> assert(dead[w]) /* after it was seen alive: the notification goes with it */
    fi;
    w = 0
}

/* Only the owner ever sleeps there. */
inline unpark()
{
    if
    :: atomic { true -> asleep[owner[found]] = false }
    OR_DIE
    fi
}

proctype notifier(byte me)
{
    byte r, mine; /* OR_DIE clears them */
    byte i, w, seen, number, keeper, after, found_state, found_keeper, least;
    byte found = RECORDS;
    byte count, calls;

    do
    :: calls == CALLS -> break
    :: else ->
        if
        :: atomic { lock == 0 || dead[lock] ->
                    lock = me;
                    in_front[1] = waits[1]; in_front[2] = waits[2]; in_front[3] = waits[3];
                    count = 0; after = 0 }
        OR_DIE
        fi;
        do
        :: count == NOTIFY -> break
        :: else ->
            atomic { i = 0; found = RECORDS; least = 255 }
            do
            :: i == RECORDS -> break
            :: else ->
                if
                :: atomic { STATE(state[i]) == WAITING -> seen = state[i] }
                :: atomic { STATE(state[i]) != WAITING } goto none
                OR_DIE
                fi;
                if
                :: object[i] == 1
                :: object[i] != 1 -> goto none
                fi;
                keeper = owner[i];
                number = ticket[i];
                atomic {
                    if
#ifndef NO_STATE_AGAIN
                    :: state[i] != seen
#endif
#ifdef ANY_ORDER
                    :: else -> if :: found == RECORDS && number > after ->
#else
                    :: else -> if :: number > after && number < least ->
#endif
                            least = number; found = i; found_state = seen; found_keeper = keeper
                        :: else
                        fi
                    fi
                }
none:
                atomic { i++; seen = 0; number = 0; keeper = 0 }
            od;
            if
            :: found == RECORDS -> break
            :: else
            fi;
#ifdef TICKET_AGAIN
            after = ticket[found];
#else
            after = least;
#endif
#ifndef NO_DEATH_CHECK
            if
            :: atomic { found_keeper == 0 || dead[found_keeper] } goto next
            :: atomic { !(found_keeper == 0 || dead[found_keeper]) }
            fi;
#endif
#ifdef UNPARK_FIRST
            unpark();
#endif
            if
#ifdef BLIND_NOTIFY
            :: atomic { true -> judge_one(); state[found] = AS(found_state, NOTIFIED); count++ }
#else
            :: atomic { state[found] == found_state ->
                        judge_one(); state[found] = AS(found_state, NOTIFIED); count++ }
            :: atomic { state[found] != found_state } goto next
#endif
            OR_DIE
            fi;
#ifndef UNPARK_FIRST
            unpark();
#endif
next:
            atomic { found_state = 0; found_keeper = 0; least = 0 }
        od;
        if
        :: atomic {
            assert(count == NOTIFY || !((waits[1] && in_front[1]) || (waits[2] && in_front[2]) ||
                                        (waits[3] && in_front[3])));
            in_front[1] = 0; in_front[2] = 0; in_front[3] = 0;
            found = RECORDS; after = 0; i = 0; count = 0; calls++; lock = 0 }
        OR_DIE
        fi
    od;
end_died:
    atomic { i = 0; seen = 0; number = 0; keeper = 0; after = 0; found_state = 0; found_keeper = 0;
             least = 0; found = 0; count = 0 }
}

/* Frees a record of the dead. Dying half-way is to begin anew, or never again. */
proctype burier()
{
    byte i, who, seen;
    byte looks = LOOKS;

end_idle:
    do
    :: atomic { looks > 0 -> looks--; select(i : 0 .. RECORDS - 1) } goto look
    :: atomic { owner[0] != 0 && dead[owner[0]] -> i = 0 } goto look
#if RECORDS > 1
    :: atomic { owner[1] != 0 && dead[owner[1]] -> i = 1 } goto look
#endif
#if RECORDS > 2
    :: atomic { owner[2] != 0 && dead[owner[2]] -> i = 2 } goto look
#endif
    od;
look:
#ifdef BURY_STATE_FIRST
    seen = state[i];
    if
    :: atomic { owner[i] != 0 && dead[owner[i]] -> who = owner[i] }
    :: atomic { !(owner[i] != 0 && dead[owner[i]]) } goto done
    fi;
    if
    :: atomic { STATE(seen) != FREE && state[i] == seen -> state[i] = AS(seen, FREE) }
    :: atomic { STATE(seen) == FREE || state[i] != seen }
    fi;
#else
    if
    :: atomic { owner[i] != 0 && dead[owner[i]] -> who = owner[i] }
    :: atomic { !(owner[i] != 0 && dead[owner[i]]) } goto done
    fi;
again:
    seen = state[i];
#ifndef BURY_NO_LOOK
    if
    :: owner[i] == who
    :: owner[i] != who -> goto done
    fi;
#endif
    if
    :: STATE(seen) == FREE
    :: atomic { STATE(seen) != FREE && state[i] == seen -> state[i] = AS(seen, FREE) }
    :: atomic { STATE(seen) != FREE && state[i] != seen } goto again
    fi;
#endif
    if
    :: atomic { owner[i] == who -> owner[i] = 0 }
    :: owner[i] != who
    :: goto done
    fi;
done:
    atomic { i = 0; who = 0; seen = 0 }
    goto end_idle
}

#define SLEEPS (asleep[1] || asleep[2] || asleep[3])
#define SLEEPS_TOLD ((asleep[1] && told[1]) || (asleep[2] && told[2]) || (asleep[3] && told[3]))

/* Nothing moves any more, and no slice would help. */
proctype judge()
{
end_wait:
#ifdef SLICES
#ifdef NO_TAKE_OVER
    timeout && !SLEEPS_TOLD ->
#else
    timeout && !SLEEPS_TOLD && !(SLEEPS && lock != 0) ->
#endif
#else
    timeout ->
#endif
        assert(!SLEEPS_TOLD);
        assert(!(SLEEPS && lock != 0))
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
        run notifier(NOTIFIER);
#if STRANGER > 0
        run stranger(STRANGE);
#endif
#if BURIERS > 0
        run burier();
#endif
#if BURIERS > 1
        run burier();
#endif
        run judge()
    }
}
