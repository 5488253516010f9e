/* The end of a ring: a producer, two consumers and one who waits until all is done with, and one
 * or two who shut the ring down, each of whom but the one who waits may die before any step.
 *
 * The ring is a number of messages that were put, one of those that were taken, and a lock on
 * each side (ring.pml). Messages are on lease (lease.pml): what a dead consumer had comes back.
 * Waiting is looking again later.
 *
 * What is shown: nothing comes in after the end; after a drain nobody is told that it is over
 * before each message that was put has been acknowledged; after a drop no get that begins brings
 * a message; everybody who waits is told; who waits for the tasks waits for those that were
 * taken, and for them only.
 * Options:
 *   DROP          it is shut down at once; with DRAIN after a drain that may have been before it
 *   JOIN          somebody waits for the tasks
 *   ALONE         there is one consumer
 *   EARLY         somebody calls a task done before it was taken
 * Mistakes that must be found:
 *   NO_PUT_LOCK   the end is written without the producers' lock
 *   NO_GET_LOCK   the end is written without the consumers' lock
 *   STATE_LAST    a consumer looks whether it is over after it has given its lock back
 *   NO_PATIENCE   … does not wait for what others have on lease
 *   DEAF          those who wait do not look whether it is over
 *   BOTH_LOCKS    a consumer takes the producers' lock while it has its own
 *   NO_COUNT      what was dropped counts as tasks
 *   NO_FALLEN     … so does what comes back after that
 *   PLAIN_COUNT   what was dropped is left out of the tasks, whatever was called done */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef PUTS
#define PUTS 2
#endif

#define ROOM 1
#define OPEN 0
#define DRAINING 1
#define SHUT 2

/* 1 produces, 2 and 3 consume, 4 drains, 5 drops, 6 joins, 7 is early. */
byte put_lock, get_lock;
byte tail, head, done;
byte end; /* {count of what was taken, state} */
bool dead[9];
byte crashes;
byte holder[2]; /* by message: who has it on lease; 0: it is in the ring; DONE: nobody any more */

/* What nobody in the real program sees. */
byte owed;         /* tasks whose consumers have not called them done */
byte stored;       /* puts that returned */
bool acknowledged[2];
bool told[8];      /* that it is over, or that all is done with */
bool dropped;      /* a shutdown that drops has returned */

#define STATE (end % 4)
#define DONE 8
#define IS_HELD(i) (holder[i] != 0 && holder[i] != DONE)
#define HAS_FALLEN(i) (IS_HELD(i) && dead[holder[i]])

/* Death may come here. */
#if CRASHES > 0
#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true } goto end_died \
    :: skip \
    fi;
#else
#define MAY_DIE
#endif

#define ACQUIRE(lock) atomic { lock == 0 || dead[lock] -> lock = me }

#ifdef DEAF
#define IS_OVER false
#else
#define IS_OVER (STATE != OPEN)
#endif

proctype producer(byte me)
{
    byte number;

    do
    :: number == PUTS -> break
    :: else ->
        MAY_DIE
        ACQUIRE(put_lock);
        MAY_DIE
        if
        :: STATE != OPEN -> put_lock = 0; break
        :: else
        fi;
        MAY_DIE
        if
        :: tail - head < ROOM ->
            atomic { assert(STATE == OPEN); tail++; number++ }
            MAY_DIE
            put_lock = 0;
            MAY_DIE
            stored++
        :: else ->
            put_lock = 0;
end_full:
            tail - head < ROOM || IS_OVER
        fi
    od;
    told[me] = true;
end_died:
    skip
}

/* One that has come back, by CAS. */
inline retake()
{
    if
    :: atomic { HAS_FALLEN(0) -> holder[0] = me; message = 0; has = true }
    :: atomic { HAS_FALLEN(1) -> holder[1] = me; message = 1; has = true }
    :: else
    fi
}

/* How many are unfinished: true at the moment of the second look, when that says the same. */
inline unfinished()
{
    do
    :: seen = done;
        the_end = end;
        atomic {
            left = tail - seen;
            if
#ifndef NO_COUNT
            :: the_end % 4 == SHUT ->
#ifdef PLAIN_COUNT
                left = the_end / 4 - seen
#else
                left = left - (left > tail - the_end / 4 -> tail - the_end / 4 : left);
#ifndef NO_FALLEN
                left = left - (left > 0 && HAS_FALLEN(0) -> 1 : 0);
                left = left - (left > 0 && HAS_FALLEN(1) -> 1 : 0)
#endif
#endif
#endif
            :: else
            fi
        }
        if
        :: done == seen -> break
        :: else
        fi
    od
}

inline task_done()
{
    do
    :: unfinished();
        if
        :: left == 0 -> break
        :: atomic { left > 0 && done == seen -> done++; owed = owed - (owed > 0 -> 1 : 0) } break
        :: left > 0 && done != seen
        fi
    od;
    atomic { seen = 0; the_end = 0; left = 0 }
}

proctype consumer(byte me)
{
    byte state, message, seen, the_end, left;
    bool has, late;

again:
    MAY_DIE
    atomic {
        late = dropped;
        has = false;
        state = 0;
        message = 0
    }
    if
    :: STATE != SHUT -> retake()
    :: skip
    fi;
    if
    :: has -> goto work
    :: else
    fi;
    ACQUIRE(get_lock);
    MAY_DIE
#ifdef BOTH_LOCKS
    ACQUIRE(put_lock);
    put_lock = 0;
#endif
    state = STATE;
    if
    :: state != SHUT && tail != head ->
        MAY_DIE
        atomic {
            message = head;
            has = (holder[message] == 0 || HAS_FALLEN(message));
            if
            :: has -> holder[message] = me
            :: else /* somebody has had it */
            fi
        }
        MAY_DIE
        atomic { head++; assert(head <= tail) }
        MAY_DIE
        if
        :: has
        :: else -> get_lock = 0; goto again
        fi
    :: else
    fi;
    get_lock = 0;
    if
    :: has -> goto work
    :: else
    fi;
#ifdef STATE_LAST
    state = STATE;
#endif
    MAY_DIE
    if
    :: state == OPEN ->
end_empty:
        tail != head || IS_OVER || HAS_FALLEN(0) || HAS_FALLEN(1);
        goto again
    :: state == DRAINING ->
#ifndef NO_PATIENCE
        if
        :: IS_HELD(0) -> goto patience
        :: else
        fi;
        if
        :: IS_HELD(1) -> goto patience
        :: else
        fi;
#endif
        assert(stored < 1 || acknowledged[0]);
        assert(stored < 2 || acknowledged[1])
    :: else
    fi;
    told[me] = true;
    goto end_died;
patience:
end_patience:
    STATE == SHUT || HAS_FALLEN(0) || HAS_FALLEN(1) || (!IS_HELD(0) && !IS_HELD(1));
    goto again;
work:
    assert(!late);
    MAY_DIE
    atomic {
        assert(holder[message] == me);
        assert(!acknowledged[message]);
        acknowledged[message] = true;
        owed++;
        holder[message] = DONE
    }
    MAY_DIE
    task_done();
    goto again;
end_died:
    skip
}

/* What is stored under both locks. */
inline shut(how)
{
    MAY_DIE
#ifndef NO_PUT_LOCK
    ACQUIRE(put_lock);
    MAY_DIE
#endif
#ifndef NO_GET_LOCK
    ACQUIRE(get_lock);
    MAY_DIE
#endif
    if
    :: STATE < how ->
        MAY_DIE
        /* What a dead consumer left at the head has been taken. */
        if
        :: tail > head && holder[head] != 0 -> head++
        :: else
        fi;
        MAY_DIE
        count = head;
        MAY_DIE
        end = count * 4 + how
    :: else
    fi;
    MAY_DIE
#ifndef NO_GET_LOCK
    get_lock = 0;
    MAY_DIE
#endif
#ifndef NO_PUT_LOCK
    put_lock = 0;
#endif
    MAY_DIE
    skip
}

proctype drainer(byte me)
{
    byte count;

    shut(DRAINING);
end_died:
    skip
}

proctype dropper(byte me)
{
    byte count;

    shut(SHUT);
    dropped = true;
end_died:
    skip
}

#if defined(NO_COUNT)
#define IS_ALL_DONE (tail == done)
#elif defined(PLAIN_COUNT)
#define IS_ALL_DONE (STATE == SHUT -> end / 4 == done : tail == done)
#elif defined(NO_FALLEN)
#define IS_ALL_DONE (STATE == SHUT -> end / 4 <= done : tail == done)
#else
#define IS_ALL_DONE \
    (STATE == SHUT -> end / 4 <= done + HAS_FALLEN(0) + HAS_FALLEN(1) : tail == done)
#endif

proctype joiner(byte me)
{
    byte seen, the_end, left;

    do
    :: unfinished();
        if
        :: left == 0 -> break
        :: else ->
end_unfinished:
            IS_ALL_DONE /* later */
        fi
    od;
    atomic {
        told[me] = true;
#ifndef EARLY
        assert(crashes != 0 || the_end % 4 != SHUT || done >= head)
#endif
    }
}

#ifdef EARLY
proctype early(byte me)
{
    byte seen, the_end, left;

    task_done()
}
#endif

/* Nothing moves any more. */
proctype judge()
{
end_wait:
    timeout ->
        assert(STATE == OPEN || told[1] || dead[1]);
        assert(STATE == OPEN || told[2] || dead[2]);
#ifdef ALONE
        told[3] = true;
#endif
        assert(STATE == OPEN || told[3] || dead[3]);
        assert(put_lock == 0 || dead[put_lock]);
        if
        :: STATE == DRAINING && !(dead[2] && dead[3]) -> assert(tail == head)
        :: else
        fi;
        if
#ifdef JOIN
        :: crashes == 0 || (owed == 0 && STATE == SHUT) ||
            (owed == 0 && STATE == DRAINING && !dead[2] && !dead[3]) -> assert(told[6])
#endif
        :: else
        fi;
        if
        :: crashes == 0 && STATE != SHUT ->
            assert(stored < 1 || acknowledged[0]);
            assert(stored < 2 || acknowledged[1])
        :: else
        fi
}

init
{
    atomic {
        run producer(1);
        run consumer(2);
#ifndef ALONE
        run consumer(3);
#endif
#if !defined(DROP) || defined(DRAIN)
        run drainer(4);
#endif
#ifdef DROP
        run dropper(5);
#endif
#ifdef JOIN
        run joiner(6);
#endif
#ifdef EARLY
        run early(7);
#endif
        run judge()
    }
}
