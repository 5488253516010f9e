/* The two ends of a ring: two producers and two consumers that may die before any step.
 *
 * Each side has a robust lock (lock.pml shows that one) and one word, a mark: a position that
 * only grows and a count of messages that only grows, tail for the producers and head for the
 * consumers; and a copy of the other side's mark, which is looked at first. A message is two
 * halves, so that a torn one shows, and does not run over the end of the ring: what is left
 * there is skipped. Several are put, or taken, with one store. Waiting for room or for a
 * message is looking again later: sleeps are sliced (wakeup.pml). Messages beside the ring are
 * in lease.pml, the end is in shutdown.pml.
 *
 * What is shown: messages come out in the order of publication, whole, each to one consumer;
 * what was acknowledged is in the ring until somebody takes it; whoever asks how many there
 * are is told the truth of one moment; the living get on.
 * With ASKS somebody asks; with THIRD there is one more consumer; with NEWEST a copy of the newest
 * message lies beside tail (ring_newest.h). Mistakes that must be found:
 *   TAIL_FIRST    the tail is stored before the message is there
 *   HEAD_FIRST    the head is stored before the message was copied out
 *   TWO_STORES    position and count of the tail are stored one after the other
 *   NO_SKIP       the unused end of the ring is not marked
 *   NO_FRESH      the copy of the other side's mark is believed when it says "empty"
 *   NO_AGAIN      whoever counts does not look whether the head stood still
 *   NO_CLEAR      a copy of another message is left when one without a copy is published
 *   NO_NONE       the copy is changed while its place is still there
 *   NO_LOOK       whoever has read the copy does not look at its place once more
 *   NO_TAKEOVER   nobody takes the lock of a dead process
 *   STEAL         … everybody takes a lock whose owner takes long
 *   BLIND         … by a store, not by a CAS from the word that named the dead
 *   RESUME        whoever takes a dead producer's lock publishes what that one had begun */

#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef PUTS1
#define PUTS1 2
#endif
#ifndef PUTS2
#define PUTS2 1
#endif

#define CAPACITY 5
#define RECORD 2
#define SKIP 255
#define MESSAGES 8 /* more than are ever put */

#define POSITION(mark) ((mark) / 16)
#define COUNT(mark) ((mark) % 16)
#define PLACE(mark) (POSITION(mark) % CAPACITY)
#define AFTER(mark, bytes, messages) ((mark) + (bytes) * 16 + (messages))
#define GAP(mark) (PLACE(mark) + RECORD > CAPACITY -> CAPACITY - PLACE(mark) : 0)
#define FITS(mark, head) (POSITION(mark) - POSITION(head) + GAP(mark) + RECORD <= CAPACITY)

byte cell[CAPACITY];
byte tail, head;           /* marks */
byte tail_seen, head_seen; /* each guarded by the other side's lock */
byte put_lock, get_lock;   /* 0 or the owner */
byte newest_at, newest_one, newest_other; /* the position plus one, and the halves */
bool dead[6];
byte crashes;

/* What nobody in the real program sees. */
byte published[MESSAGES];
byte puts, gets;      /* messages published, and taken, so far */
byte acknowledged[3]; /* by producer: how many of its puts returned */
byte next_of[3];      /* by producer: the number that must come out next */

#ifdef THIRD
#define NO_CONSUMER (dead[3] && dead[4] && dead[5])
#else
#define NO_CONSUMER (dead[3] && dead[4])
#endif

#define VALUE(who, number) ((who) * 16 + (number))

#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true } goto end_died \
    :: skip \
    fi

#if defined(STEAL)
#define IS_GONE(owner) true
#elif defined(NO_TAKEOVER)
#define IS_GONE(owner) false
#else
#define IS_GONE(owner) dead[owner]
#endif

/* Sees a free lock, or that its owner is dead; takes it if it is still so. */
inline acquire(lock)
{
    do
    :: atomic { lock == 0 || IS_GONE(lock) -> seen = lock }
        MAY_DIE;
        if
#ifdef BLIND
        :: atomic { seen != 0 || lock == 0 -> lock = me } break
#else
        :: atomic { lock == seen -> lock = me } break
#endif
        :: else
        fi
    od;
    seen = 0;
    MAY_DIE
}

inline publish(mark)
{
    atomic {
        do
        :: begun > 0 ->
            published[puts] = VALUE(me, number);
            puts++; number++; begun--
        :: else -> break
        od;
#ifdef TWO_STORES
        tail = AFTER(tail, POSITION(mark) - POSITION(tail), 0);
    }
    MAY_DIE;
    atomic {
#endif
        tail = mark
    }
}

proctype producer(byte me; byte most)
{
    byte number, at, seen, begun;

    do
    :: number == most -> break
    :: else ->
        acquire(put_lock);
#ifdef RESUME
        atomic {
            if
            :: cell[PLACE(tail)] != 0 && cell[PLACE(tail)] / 16 != me &&
               cell[PLACE(tail)] != SKIP && FITS(tail, head) && GAP(tail) == 0 &&
               (puts == 0 || published[puts - 1] != cell[PLACE(tail)]) ->
                published[puts] = cell[PLACE(tail)];
                puts++;
                tail = AFTER(tail, RECORD, 1)
            :: else
            fi
        }
#endif
        at = tail;
        do
        :: number + begun < most ->
            if
            :: FITS(at, head_seen)
            :: else -> head_seen = head; MAY_DIE
            fi;
            if
            :: !FITS(at, head_seen) -> break
            :: else
            fi;
            if
            :: GAP(at) != 0 ->
#ifndef NO_SKIP
                cell[PLACE(at)] = SKIP;
                MAY_DIE;
#endif
                at = AFTER(at, GAP(at), 0)
            :: else
            fi;
#ifdef TAIL_FIRST
            atomic { begun++; publish(AFTER(at, RECORD, 1)); number--; }
            MAY_DIE;
#endif
            cell[PLACE(at)] = VALUE(me, number + begun);
            MAY_DIE;
            cell[PLACE(at) + 1] = VALUE(me, number + begun);
            MAY_DIE;
#ifdef TAIL_FIRST
            number++;
            at = tail
#else
            atomic { at = AFTER(at, RECORD, 1); begun++ }
#endif
        :: begun > 0 || number == most -> break
        od;
        if
        :: begun > 0 ->
#ifdef NEWEST
            if
            :: begun == 1 && POSITION(at) == POSITION(tail) + RECORD ->
#ifndef NO_NONE
                newest_at = 0;
                MAY_DIE;
#endif
                newest_one = VALUE(me, number);
                MAY_DIE;
                newest_other = VALUE(me, number);
                MAY_DIE;
                newest_at = POSITION(tail) + 1
            :: true -> /* the long way */
#ifndef NO_CLEAR
                newest_at = 0
#endif
            fi;
            MAY_DIE;
#endif
            publish(at);
            MAY_DIE
        :: else
        fi;
        atomic { put_lock = 0; at = 0 }
        MAY_DIE;
        acknowledged[me] = number;
        if
        :: number == most
        :: else ->
end_full:
            FITS(tail, head) /* later */
        fi
    od;
end_died:
    skip
}

proctype consumer(byte me)
{
    byte at, seen, first, second, taken;
    byte got[2];

    do
    :: true ->
end_empty:
        COUNT(tail) != COUNT(head);
        acquire(get_lock);
        at = head;
        do
        :: taken < 2 ->
#ifndef NO_FRESH
            if
            :: COUNT(tail_seen) == COUNT(at) -> tail_seen = tail; MAY_DIE
            :: else
            fi;
#endif
            if
            :: COUNT(tail_seen) == COUNT(at) -> break
            :: else
            fi;
#ifdef NEWEST
            if
            :: COUNT(tail_seen) - COUNT(at) == 1 && newest_at == POSITION(at) + 1 ->
                first = newest_one;
                MAY_DIE;
                second = newest_other;
                MAY_DIE;
                if
#ifdef NO_LOOK
                :: true -> goto copied
#else
                :: newest_at == POSITION(at) + 1 -> goto copied
#endif
                :: else
                fi
            :: else
            fi;
#endif
            if
            :: cell[PLACE(at)] == SKIP -> at = AFTER(at, CAPACITY - PLACE(at), 0)
            :: else
            fi;
#ifdef HEAD_FIRST
            head = AFTER(at, RECORD, 1);
            MAY_DIE;
#endif
            first = cell[PLACE(at)];
            MAY_DIE;
            second = cell[(PLACE(at) + 1) % CAPACITY];
            MAY_DIE;
copied:
            atomic {
                assert(first == second);
                assert(first == published[COUNT(at)]);
                got[taken] = first;
                taken++;
                at = AFTER(at, RECORD, 1);
                first = 0; second = 0
            }
        :: taken > 0 -> break
        od;
        atomic {
            if
            :: taken > 0 ->
#ifndef HEAD_FIRST
                assert(COUNT(head) == gets);
#endif
                first = 0;
                do
                :: first < taken ->
                    assert((got[first] & 15) == next_of[got[first] / 16]);
                    next_of[got[first] / 16]++;
                    got[first] = 0;
                    first++
                :: else -> break
                od;
                gets = gets + taken;
                head = at
            :: else
            fi;
            first = 0; taken = 0; at = 0
        }
        MAY_DIE;
        get_lock = 0
    od;
end_died:
    skip
}

/* Asks how many there are. */
proctype asker()
{
    byte seen_head, seen_tail, truth;

    do
    :: seen_head = head;
        atomic { seen_tail = tail; truth = puts - gets }
        if
#ifdef NO_AGAIN
        :: true -> break
#else
        :: head == seen_head -> break
        :: else
#endif
        fi
    od;
    assert(COUNT(seen_tail) - COUNT(seen_head) == truth)
}

/* Nothing moves any more. */
proctype judge()
{
end_wait:
    timeout ->
        /* One living consumer is enough to empty the ring, one living producer to put all. */
        assert(NO_CONSUMER || tail == head);
        assert(NO_CONSUMER || puts == gets);
        assert(NO_CONSUMER || dead[1] || acknowledged[1] == PUTS1);
        assert(NO_CONSUMER || dead[2] || acknowledged[2] == PUTS2);
        if
        :: tail == head ->
            assert(next_of[1] >= acknowledged[1] && next_of[2] >= acknowledged[2])
        :: else
        fi
}

init
{
    atomic {
        run producer(1, PUTS1);
        run producer(2, PUTS2);
        run consumer(3);
        run consumer(4);
#ifdef THIRD
        run consumer(5);
#endif
#ifdef ASKS
        run asker();
#endif
        run judge()
    }
}
