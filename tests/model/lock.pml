/* The lock of one word, with processes that may die before any step.
 *
 * word = owner | W (somebody sleeps) | D (the owner died). Each process acquires and releases
 * ROUNDS times. A park is one step, as in the kernel: it compares and falls asleep. A slice
 * of a sleep ends only when nothing else in the model can move: time passes, but nobody may
 * count on it.
 *
 * What is shown: never two inside; a death inside is told to exactly the next one who comes
 * in; nobody sleeps for ever. Options, some of them mistakes that must be found:
 *   SLICES           sleeps end by themselves, and each look asks whether the owner is dead
 *   SWEEP            somebody who learns of a death marks the word and wakes all
 *   SWEEP_NO_WAKE    … but wakes nobody unless the word was the dead one's
 *   NO_DEATH_CHECK   nobody asks whether the owner is dead
 *   BLIND_TAKEOVER   the takeover is a store, not a compare-and-swap from what was seen
 *   FORGET_WAITERS   who has slept does not set W again when it takes the lock
 *   REUSE_ID         a newborn process gets a dead one's id (no generations) */

#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif

#define IDS 4 /* 1, 2, 3 and 4: the newborn, which comes after a death */
#define W 8
#define D 16
#define OWNER(w) ((w) & 7)

byte word;
bool dead[IDS + 1];
bool swept[IDS + 1];
bool asleep[IDS + 1];
byte crashes;

/* What nobody in the real program sees. */
byte inside;   /* living processes between acquire and release */
bool untold;   /* an owner died and nobody has been told */

inline wake_one()
{
    if
    :: asleep[1] -> asleep[1] = false
    :: asleep[2] -> asleep[2] = false
    :: asleep[3] -> asleep[3] = false
    :: asleep[4] -> asleep[4] = false
    :: !(asleep[1] || asleep[2] || asleep[3] || asleep[4]) -> skip
    fi
}

inline wake_all()
{
    asleep[1] = false; asleep[2] = false; asleep[3] = false; asleep[4] = false
}

/* Death may come here. */
#define MAY_DIE \
    if \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; asleep[me] = false; \
                untold = (untold || OWNER(word) == me); inside = inside - holds; holds = 0 } \
       goto end_died \
    :: skip \
    fi

proctype user(byte me)
{
    byte seen, old;
    byte rounds = ROUNDS;
    bit holds = 0;
    bool slept, told;

    do
    :: rounds == 0 -> break
    :: else ->
        slept = false;
look:
        MAY_DIE;
        seen = word;
        if
        :: OWNER(seen) == 0 ->
            MAY_DIE;
            atomic {
                if
                :: word == seen ->
#ifdef FORGET_WAITERS
                    word = me;
#else
                    word = me | (seen & W) | (slept -> W : 0);
#endif
                    told = ((seen & D) != 0);
                    holds = 1
                :: else
                fi
            }
            if
            :: holds -> goto in
            :: else -> goto look
            fi
#ifndef NO_DEATH_CHECK
        :: OWNER(seen) != 0 && OWNER(seen) != me && dead[OWNER(seen)] ->
            MAY_DIE;
            atomic {
                if
#ifdef BLIND_TAKEOVER
                :: true ->
#else
                :: word == seen ->
#endif
                    word = me | W;
                    told = true;
                    holds = 1
                :: else
                fi
            }
            if
            :: holds -> goto in
            :: else -> goto look
            fi
#endif
        :: else
        fi;
        MAY_DIE;
        atomic {
            if
            :: word == seen -> word = (seen | W); seen = (seen | W); old = 1
            :: else -> old = 0
            fi
        }
        if
        :: old == 0 -> goto look
        :: else
        fi;
        MAY_DIE;
        atomic {
            if
            :: word == seen -> asleep[me] = true
            :: else
            fi
        }
        if
        :: !asleep[me]
#ifdef SLICES
        :: timeout -> asleep[me] = false
#endif
        fi;
        slept = true;
        goto look;
in:
progress_in:
        atomic {
            assert(inside == 0);
            inside = 1;
            assert(told == untold);
            untold = false;
            told = false; seen = 0; old = 0; slept = false
        }
        MAY_DIE;
        atomic { old = word; assert(OWNER(old) == me); word = 0; inside = 0; holds = 0 }
        MAY_DIE;
        atomic {
            if
            :: (old & W) -> wake_one()
            :: else
            fi;
            old = 0
        }
        rounds--
    od;
end_died:
    skip
}

/* Whoever learns of a death: a waiting parent, say. It does not die here; when it does the
 * next one who learns of it does the same again. */
proctype sweeper()
{
    byte seen, who;
end_idle:
    do
    :: atomic { dead[1] && !swept[1] -> who = 1; swept[1] = true } goto sweep
    :: atomic { dead[2] && !swept[2] -> who = 2; swept[2] = true } goto sweep
    :: atomic { dead[3] && !swept[3] -> who = 3; swept[3] = true } goto sweep
    :: atomic { dead[4] && !swept[4] -> who = 4; swept[4] = true } goto sweep
    od;
sweep:
    seen = word;
    if
    :: OWNER(seen) == who ->
        if
        :: atomic { word == seen -> word = D | W } atomic { wake_all() }
        :: word != seen -> goto sweep
        fi
    :: else ->
#ifndef SWEEP_NO_WAKE
        atomic { wake_all() }
#else
        skip
#endif
    fi;
    seen = 0; who = 0;
    goto end_idle
}

/* One more process, born after a death. */
proctype nursery()
{
    byte id;
end_none:
    if
    :: dead[1] -> id = 1
    :: dead[2] -> id = 2
    fi;
#ifdef REUSE_ID
    dead[id] = false;
    run user(id)
#else
    run user(4)
#endif
}

init
{
    atomic {
        run user(1);
        run user(2);
        run user(3);
#ifdef NEWBORN
        run nursery();
#endif
#ifdef SWEEP
        run sweeper()
#endif
    }
}
