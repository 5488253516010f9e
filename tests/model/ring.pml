/* The ring of a queue: two producers and two consumers that may die before any step.
 *
 * Each side has a robust lock (lock.pml shows that one) and one word: tail for the producers,
 * head for the consumers. A message is two halves, so that a torn one shows. Waiting for
 * room or for a message is looking again later: sleeps are sliced (wakeup.pml).
 *
 * What is shown: messages come out in the order of publication, whole, each to one consumer;
 * what was acknowledged is in the ring until somebody takes it; the living get on.
 * Mistakes that must be found:
 *   TAIL_FIRST    the tail is stored before the message is there
 *   HEAD_FIRST    the head is stored before the message was copied out
 *   NO_TAKEOVER   nobody takes the lock of a dead process
 *   STEAL         … everybody takes a lock whose owner takes long
 *   RESUME        whoever takes a dead producer's lock publishes what that one had begun */

#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef PUTS
#define PUTS 2
#endif

#define SLOTS 2
#define MESSAGES 8 /* more than are ever put */

byte one[SLOTS], other[SLOTS]; /* the halves of what lies in the ring */
byte tail, head;               /* only grow */
byte put_lock, get_lock;       /* 0 or the owner */
bool dead[5];
byte crashes;

/* What nobody in the real program sees. */
byte published[MESSAGES];
byte acknowledged[3]; /* by producer: how many of its puts returned */
byte next_of[3];      /* by producer: the number that must come out next */

#define VALUE(who, number) ((who) * 16 + (number))

#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true } goto end_died \
    :: skip \
    fi

#if defined(STEAL)
#define TAKEABLE(lock) true
#elif defined(NO_TAKEOVER)
#define TAKEABLE(lock) (lock == 0)
#else
#define TAKEABLE(lock) (lock == 0 || dead[lock])
#endif

proctype producer(byte me)
{
    byte number, at;

    do
    :: number == PUTS -> break
    :: else ->
        MAY_DIE;
        atomic {
            TAKEABLE(put_lock) ->
#ifdef RESUME
            if
            :: put_lock != 0 && tail - head < SLOTS ->
                published[tail] = one[tail % SLOTS];
                tail++
            :: else
            fi;
#endif
            put_lock = me
        }
        MAY_DIE;
        if
        :: tail - head == SLOTS ->
            put_lock = 0;
end_full:
            tail - head < SLOTS /* later */
        :: else ->
            at = tail;
#ifdef TAIL_FIRST
            atomic { published[at] = VALUE(me, number); tail = at + 1 }
            MAY_DIE;
#endif
            one[at % SLOTS] = VALUE(me, number);
            MAY_DIE;
            other[at % SLOTS] = VALUE(me, number);
            MAY_DIE;
#ifndef TAIL_FIRST
            atomic { published[at] = VALUE(me, number); tail = at + 1 }
            MAY_DIE;
#endif
            put_lock = 0;
            MAY_DIE;
            atomic { number++; acknowledged[me] = number; at = 0 }
        fi
    od;
end_died:
    skip
}

proctype consumer(byte me)
{
    byte at, first, second;

    do
    :: true ->
end_empty:
        tail != head;
        MAY_DIE;
        atomic { TAKEABLE(get_lock) -> get_lock = me }
        MAY_DIE;
        if
        :: tail == head -> get_lock = 0
        :: else ->
            at = head;
#ifdef HEAD_FIRST
            head = at + 1;
            MAY_DIE;
#endif
            first = one[at % SLOTS];
            MAY_DIE;
            second = other[at % SLOTS];
            MAY_DIE;
            atomic {
                assert(first == second);
                assert(first == published[at]);
#ifndef HEAD_FIRST
                assert(head == at);
                head = at + 1;
#endif
                assert((first & 15) == next_of[first / 16]);
                next_of[first / 16]++;
                at = 0; first = 0; second = 0
            }
            MAY_DIE;
            get_lock = 0
        fi
    od;
end_died:
    skip
}

/* Nothing moves any more. */
proctype judge()
{
    byte left;
end_wait:
    timeout ->
        /* One living consumer is enough to empty the ring. */
        assert((dead[3] && dead[4]) || tail == head);
        if
        :: tail == head ->
            assert(next_of[1] >= acknowledged[1] && next_of[2] >= acknowledged[2])
        :: else
        fi;
        left = 0
}

init
{
    atomic {
        run producer(1);
        run producer(2);
        run consumer(3);
        run consumer(4);
        run judge()
    }
}
