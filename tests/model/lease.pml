/* Messages beside the ring: how a payload changes hands, with processes that may die before any
 * step.
 *
 * A payload has one word: {owner, hand, deliveries, renewals, tenancy}. It changes by CAS from
 * what was seen. A record in the ring names a payload and its tenancy; the ring's two ends are
 * those of ring.pml. A message is two halves in the payload's memory. A lease may run out when
 * nobody expects it (LATES times); a consumer may give a message back (BACKS times), or have
 * its lease renewed (RENEWALS times). Looking at all payloads once more is something that whoever
 * waits does at the end of each slice.
 *
 * What is shown: a message is read whole by whoever acknowledges it; it is acknowledged once;
 * its number of deliveries is the truth; the first deliveries come in each producer's order;
 * what was published is delivered until it is acknowledged, what was not is never seen; no
 * payload stays in a dead hand; nobody waits for ever for one.
 * Options:
 *   COPIES         consumers copy messages out, with the ring's lock; there are no leases
 *   SWEEP          somebody who has the queue learns of deaths; else those who find no payload
 *                  look for the dead themselves
 *   MOST=n         a message delivered n times that comes back has failed
 * Mistakes that must be found:
 *   NO_SWEEP       nobody frees the payloads of the dead
 *   BLIND_SWEEP    what a producer left is freed without a look whether it was published
 *   BLIND_RETAKE   a message that comes back is taken by a store, not by a CAS
 *   NO_DEATH_CHECK … without asking whether its owner is dead
 *   BLIND_ACK      acknowledged by a store
 *   NO_TENANCY     a record is believed whatever the payload is used for now
 *   NO_LEASING     the end of a lease is written when others compare it with the time already
 *   NO_RENEWALS    a renewed lease has the word it had before
 *   EARLY_RECORD   the record is published before the bytes are written
 *   HEAD_FIRST     the head moves before the message is in the consumer's hand
 *   FREE_FIRST     a payload is freed before its bytes were copied out
 *   NOT_WORN       a message that comes back at its record is delivered however often */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef LATES
#define LATES 0
#endif
#ifndef BACKS
#define BACKS 0
#endif
#ifndef RENEWALS
#define RENEWALS 0
#endif
#ifndef PUTS1
#define PUTS1 2
#endif
#ifndef PUTS2
#define PUTS2 0
#endif
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef MOST
#define MOST 9
#endif

#define RECORDS 2 /* that fit into the ring */

#define FREE 0
#define RESERVED 1
#define QUEUED 2
#define TAKEN 3
#define LEASED 4
#define RETURNED 5
#define FAILED 6
#define LEASING 7

#define MAKE(owner, hand, deliveries, renewals, tenancy) \
    ((owner) + (hand) * 8 + (deliveries) * 64 + (renewals) * 512 + (tenancy) * 1024)
#define OWNER(word) ((word) % 8)
#define HAND(word) ((word) / 8 % 8)
#define DELIVERIES(word) ((word) / 64 % 8)
#define RENEWED(word) ((word) / 512 % 2)
#define TENANCY(word) ((word) / 1024)
/* The same tenancy in another hand. */
#define IN_HAND(word, owner, hand) \
    MAKE(owner, hand, DELIVERIES(word), RENEWED(word), TENANCY(word))
#define DELIVERED(word, owner, hand) \
    MAKE(owner, hand, DELIVERIES(word) + 1, RENEWED(word), TENANCY(word))
#define FREED(word) MAKE(0, FREE, 0, 0, TENANCY(word))
#define IS_LEASE(word) (HAND(word) == LEASED || HAND(word) == LEASING)

short word[SLOTS];
byte one[SLOTS], other[SLOTS]; /* the bytes */
byte put_at[SLOTS];            /* where its record is, or is about to be, plus one */
bool over[SLOTS];              /* the end of its lease has passed */
byte record_slot[RECORDS], record_tenancy[RECORDS];
byte tail, head;
byte put_lock, get_lock;
bool dead[5];
byte crashes, lates, backs, renewals;

/* What nobody in the real program sees: by message. */
bool published[5], acknowledged[5], stored[5]; /* the last: the put returned */
byte delivered[5];
byte first_of[3];  /* by producer: whose first delivery is next */
bool valid[SLOTS]; /* a lease that has not run out */

#define MESSAGE(who, number) (((who) - 1) * 2 + (number) + 1)
#define PRODUCER(message) (((message) + 1) / 2)
#define NUMBER(message) (((message) - 1) % 2)

#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true } goto end_died \
    :: skip \
    fi

#define ACQUIRE(lock) atomic { lock == 0 || dead[lock] -> lock = me }

/* CAS from what was seen; `ok` says whether. */
inline turn(slot, next)
{
    atomic {
        ok = (word[slot] == seen);
        if
        :: ok -> word[slot] = next; seen = next
        :: else -> seen = word[slot]
        fi
    }
}

/* ---- the dead ------------------------------------------------------------------------ */

/* Whether the record of one that a producer has left is in the ring. Content is looked at
 * after both ends. */
inline bury(slot)
{
    if
    :: IS_LEASE(seen) -> turn(slot, IN_HAND(seen, 0, RETURNED))
    :: else ->
        ok = false;
#ifndef BLIND_SWEEP
        if
        :: HAND(seen) == RESERVED && put_at[slot] != 0 ->
            low = head;
            high = tail;
            atomic {
                ok = (put_at[slot] - 1 >= low && put_at[slot] - 1 < high &&
                      record_slot[(put_at[slot] - 1) % RECORDS] == slot &&
                      record_tenancy[(put_at[slot] - 1) % RECORDS] == TENANCY(seen));
                low = 0; high = 0
            }
        :: else
        fi;
#endif
        if
        :: ok -> turn(slot, IN_HAND(seen, 0, QUEUED))
        :: else -> turn(slot, FREED(seen))
        fi
    fi
}

#define IS_DEAD_HAND(word) (OWNER(word) != 0 && dead[OWNER(word)])

#ifdef SWEEP
proctype sweeper()
{
    short seen;
    byte slot, low, high;
    bool ok;

end_idle:
    do
    :: atomic { IS_DEAD_HAND(word[0]) -> seen = word[0]; slot = 0 } bury(slot); seen = 0
#if SLOTS > 1
    :: atomic { IS_DEAD_HAND(word[1]) -> seen = word[1]; slot = 1 } bury(slot); seen = 0
#endif
    od
}
#endif

/* ---- producers ----------------------------------------------------------------------- */

#if SLOTS > 1
#define ANY(condition) (condition(word[0]) || condition(word[1]))
#else
#define ANY(condition) condition(word[0])
#endif
#define IS_FREE(word) (HAND(word) == FREE)
#define IS_LOST(word) (IS_DEAD_HAND(word) && !IS_LEASE(word))

inline publish()
{
    ACQUIRE(put_lock);
    MAY_DIE;
    do
    :: tail - head < RECORDS -> break
    :: else ->
        put_lock = 0;
end_full:
        tail - head < RECORDS;
        ACQUIRE(put_lock)
    od;
    record_slot[tail % RECORDS] = slot;
    MAY_DIE;
    record_tenancy[tail % RECORDS] = TENANCY(seen);
    put_at[slot] = tail + 1;
    MAY_DIE;
    atomic { published[MESSAGE(me, number)] = true; tail++ }
    MAY_DIE;
    put_lock = 0;
    MAY_DIE
}

proctype producer(byte me; byte most)
{
    short seen;
    byte number, slot, low, high;
    bool ok;

    do
    :: number == most -> break
    :: else ->
        MAY_DIE;
end_none:
        do
        :: atomic { IS_FREE(word[0]) -> seen = word[0]; slot = 0 } break
#if SLOTS > 1
        :: atomic { IS_FREE(word[1]) -> seen = word[1]; slot = 1 } break
#endif
#if !defined(SWEEP) && !defined(NO_SWEEP)
        :: atomic { IS_LOST(word[0]) -> seen = word[0]; slot = 0 } bury(slot)
#if SLOTS > 1
        :: atomic { IS_LOST(word[1]) -> seen = word[1]; slot = 1 } bury(slot)
#endif
#endif
        od;
        turn(slot, MAKE(me, RESERVED, 0, 0, TENANCY(seen) + 1));
        if
        :: ok
        :: else -> goto again
        fi;
        MAY_DIE;
        put_at[slot] = 0;
#ifdef EARLY_RECORD
        publish();
#endif
        one[slot] = MESSAGE(me, number);
        MAY_DIE;
        other[slot] = MESSAGE(me, number);
        MAY_DIE;
#ifndef EARLY_RECORD
        publish();
#endif
        /* A consumer may have it already. */
        turn(slot, IN_HAND(seen, 0, QUEUED));
        MAY_DIE;
        atomic { stored[MESSAGE(me, number)] = true; number++ }
again:
        atomic { seen = 0; slot = 0; ok = false }
    od;
end_died:
    skip
}

/* ---- consumers ----------------------------------------------------------------------- */

#define IS_FALLEN(word) (OWNER(word) != me && dead[OWNER(word)])
#ifdef NO_DEATH_CHECK
#define IS_LEFT(slot, seen) IS_LEASE(seen)
#else
#define IS_LEFT(slot, seen) (IS_LEASE(seen) && IS_FALLEN(seen))
#endif

/* Into the consumer's hand; `ok` says whether. `hand` is LEASED: until its end is written
 * nobody compares it with the time. */
inline deliver()
{
    atomic {
#ifdef BLIND_RETAKE
        seen = word[slot];
#endif
        if
        :: word[slot] == seen && HAND(seen) == LEASED && !dead[OWNER(seen)] ->
            assert(!valid[slot])
        :: else
        fi;
#ifdef NO_LEASING
        turn(slot, DELIVERED(seen, me, LEASED));
#else
        turn(slot, DELIVERED(seen, me, LEASING));
#endif
        if
        :: ok ->
            message = one[slot];
            delivered[message]++;
            assert(published[message]);
            assert(DELIVERIES(seen) == delivered[message]);
            assert(delivered[message] <= MOST);
            assert(!acknowledged[message]);
            valid[slot] = true;
            if
            :: delivered[message] == 1 ->
                assert(NUMBER(message) == first_of[PRODUCER(message)]);
                first_of[PRODUCER(message)]++
            :: else
            fi;
            message = 0
        :: else
        fi
    }
    if
    :: ok ->
        MAY_DIE;
        over[slot] = false;
#ifndef NO_LEASING
        MAY_DIE;
        turn(slot, IN_HAND(seen, me, LEASED));
        assert(ok)
#endif
    :: else
    fi
}

/* One that has come back. */
inline retake()
{
    if
    :: DELIVERIES(seen) >= MOST -> turn(slot, IN_HAND(seen, 0, FAILED)); ok = false
    :: else -> deliver()
    fi
}

#define IS_THERE(seen) \
    (HAND(seen) == RESERVED || HAND(seen) == QUEUED || HAND(seen) == RETURNED || \
     IS_LEFT(slot, seen))

/* The message at the head of the ring, with get_lock held. */
inline take()
{
    slot = record_slot[head % RECORDS];
    ok = false;
    seen = word[slot];
    do
#ifdef NO_TENANCY
    :: !ok && IS_THERE(seen) ->
#else
    :: !ok && TENANCY(seen) == record_tenancy[head % RECORDS] && IS_THERE(seen) ->
#endif
        MAY_DIE;
#ifdef NOT_WORN
        deliver()
#else
        retake()
#endif
    :: else -> break
    od
}

/* What is in the consumer's hand is its. */
inline acknowledge()
{
    atomic {
#ifdef BLIND_ACK
        ok = true;
        seen = IN_HAND(seen, me, TAKEN);
        word[slot] = seen;
#else
        turn(slot, IN_HAND(seen, me, TAKEN));
#endif
        if
        :: ok ->
            assert(message == second);
            assert(message == one[slot]);
            assert(!acknowledged[message]);
            acknowledged[message] = true
        :: else
        fi
    }
}

inline read_it()
{
    message = one[slot];
    MAY_DIE;
    second = other[slot];
    MAY_DIE
}

#ifdef COPIES

proctype consumer(byte me)
{
    short seen;
    byte slot, message, second;
    bool ok;

    do
    :: true ->
end_empty:
        tail != head;
        MAY_DIE;
        ACQUIRE(get_lock);
        MAY_DIE;
        if
        :: tail != head ->
#ifdef HEAD_FIRST
            head++;
            MAY_DIE;
            head--;
#endif
            take();
            if
            :: ok ->
#ifdef FREE_FIRST
                word[slot] = FREED(seen);
                message = one[slot];
                MAY_DIE;
                atomic {
                    second = other[slot];
                    assert(message == second);
                    acknowledged[message] = true;
                    ok = false
                }
#else
                read_it();
                acknowledge();
                assert(ok);
#endif
                MAY_DIE
            :: else
            fi;
            head++;
            MAY_DIE
        :: else -> ok = false
        fi;
        get_lock = 0;
        MAY_DIE;
        if
        :: ok -> turn(slot, FREED(seen))
        :: else
        fi;
        atomic { seen = 0; slot = 0; message = 0; second = 0; ok = false }
    od;
end_died:
    skip
}

#else

#define CAN_COME(slot) \
    (HAND(word[slot]) == RETURNED || IS_LEFT(slot, word[slot]) || \
     (HAND(word[slot]) == LEASED && over[slot]))

proctype consumer(byte me)
{
    short seen;
    byte slot, message, second;
    bool ok;

    do
    :: true ->
end_empty:
        if
        :: tail != head ->
            MAY_DIE;
            ACQUIRE(get_lock);
            MAY_DIE;
            if
            :: tail != head ->
#ifdef HEAD_FIRST
                head++;
                MAY_DIE;
                head--;
#endif
                take();
                MAY_DIE;
                head++;
                MAY_DIE
            :: else
            fi;
            get_lock = 0
        :: atomic { CAN_COME(0) -> seen = word[0]; slot = 0 } goto look
#if SLOTS > 1
        :: atomic { CAN_COME(1) -> seen = word[1]; slot = 1 } goto look
#endif
        fi;
        goto has;
look:
        /* The end of the lease is read after the word. */
        if
        :: HAND(seen) == RETURNED || IS_LEFT(slot, seen) || (HAND(seen) == LEASED && over[slot]) ->
            MAY_DIE;
            retake()
        :: else -> ok = false
        fi;
has:
        MAY_DIE;
        if
        :: ok ->
            read_it();
            if
            :: atomic { renewals < RENEWALS -> renewals++ }
                turn(slot, IN_HAND(seen, me, LEASING));
                if
                :: ok ->
                    over[slot] = false;
                    MAY_DIE;
                    valid[slot] = true;
#ifdef NO_RENEWALS
                    turn(slot, IN_HAND(seen, me, LEASED));
#else
                    turn(slot, MAKE(me, LEASED, DELIVERIES(seen), 1 - RENEWED(seen), TENANCY(seen)));
#endif
                    assert(ok)
                :: else
                fi
            :: skip
            fi;
            MAY_DIE;
            if
            :: atomic { ok && backs < BACKS -> backs++ } turn(slot, IN_HAND(seen, 0, RETURNED))
            :: ok ->
                acknowledge();
                MAY_DIE;
                if
                :: ok -> turn(slot, FREED(seen))
                :: else
                fi
            :: else
            fi
        :: else
        fi;
        atomic { seen = 0; slot = 0; message = 0; second = 0; ok = false }
    od;
end_died:
    skip
}

#endif

/* Time passes. */
proctype clock()
{
end_idle:
    do
    :: atomic { lates < LATES && HAND(word[0]) == LEASED && !over[0] -> lates++; over[0] = true; valid[0] = false }
#if SLOTS > 1
    :: atomic { lates < LATES && HAND(word[1]) == LEASED && !over[1] -> lates++; over[1] = true; valid[1] = false }
#endif
    od
}

#define IS_IDLE(word) (HAND(word) == FREE || HAND(word) == FAILED)
#define IS_STUCK(word) (OWNER(word) != 0 && dead[OWNER(word)])

/* Nothing moves any more. */
proctype judge()
{
    byte i;
end_wait:
    timeout ->
        atomic {
            if
            :: !dead[3] || !dead[4] ->
                assert(tail == head);
                assert(dead[1] || stored[1] || PUTS1 < 1);
                assert(dead[1] || stored[2] || PUTS1 < 2);
                assert(dead[2] || stored[3] || PUTS2 < 1);
                i = 1;
                do
                :: i < 5 ->
                    assert(!stored[i] || published[i]);
                    assert(!published[i] || acknowledged[i] || delivered[i] == MOST);
                    i++
                :: else -> break
                od
            :: else
            fi;
#ifdef SWEEP
            assert(!IS_STUCK(word[0]));
#if SLOTS > 1
            assert(!IS_STUCK(word[1]));
#endif
#endif
            i = 0
        }
}

init
{
    atomic {
        run producer(1, PUTS1);
#if PUTS2 > 0
        run producer(2, PUTS2);
#endif
        run consumer(3);
        run consumer(4);
#if LATES > 0
        run clock();
#endif
#ifdef SWEEP
        run sweeper();
#endif
        run judge()
    }
}
