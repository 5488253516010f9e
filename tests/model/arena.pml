/* A cell of an arena: who holds it says so in a record, and its creator gives it out again when
 * nobody alive does. Processes may die before any step.
 *
 * Process 1 made the cell and hands it to 2, that to 3, and so on; who hands it on keeps its own
 * record until the next one has one, or is dead. The cell then gets a message on its way: number
 * and generation, which may lie there while the sender dies. Records are claimed by CAS, wherever
 * one is free, and freed by CAS, by the holder or by whoever finds the holder dead.
 *
 * The creator goes over the records, one after the other, at any time, also while the cell goes
 * from hand to hand. Before it believes that nobody holds the cell it marks it as
 * retired (here: an odd generation), and sees that nobody has arrived while it looked.
 *
 * What is shown: the cell is never given out while somebody living holds it, not when it wanders
 * in front of the creator's eyes, and not when it arrives late from a sender that has died; one
 * that arrives from a living sender is never refused; and when all have let go or died the cell
 * is found free. Options:
 *   CRASHES=n          so many may die
 *   USERS=n            with the creator; RECORDS=n; SCANS=n
 *   FORK               who hands on forks: the child's record is written by the parent and says
 *                      all cells, and the child asks for nothing
 * Mistakes:
 *   NO_ARRIVALS        arrivals are not counted
 *   COUNT_FIRST        an arrival is counted before its record is written
 *   NO_RETIRE          the cell is not marked while the creator looks
 *   CHECK_FIRST        who arrives looks at the generation before it has a record
 *   NO_GENERATION      … or not at all
 *   NO_SWEEP           records of the dead stay
 *   BLIND_SWEEP        … are freed by a store
 *   LET_GO_EARLY       who hands on lets go before the next one has a record
 *   NO_PATIENCE        who arrives at a retired cell does not wait how that ends */

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef USERS
#define USERS 3
#endif
#ifndef RECORDS
#define RECORDS 3
#endif
#ifndef SCANS
#define SCANS 1
#endif

byte record[RECORDS];      /* who holds the cell */
byte generation = 2;
byte arrivals;
byte mail[6];      /* the generation that was sent; 0: nothing */
bool arrived[6];   /* told to the sender */
bool dead[6];
bool born[6];              /* FORK: by its parent */
byte crashes;

/* What nobody in the real program sees. */
bool holds[6];     /* lives, and uses the cell */
bool over;                 /* the cell has been given out again */

/* A child that was never born is dead. */
#ifdef FORK
#define ITS_CHILD if :: !born[me + 1] -> dead[me + 1] = true :: else fi;
#else
#define ITS_CHILD
#endif

#define OR_DIE \
    :: atomic { crashes < CRASHES -> crashes++; dead[me] = true; holds[me] = false; ITS_CHILD } \
       goto end_died

/* A free record, or one of the dead. */
inline claim(who)
{
    if
    :: atomic { record[0] == 0 || dead[record[0]] -> record[0] = who; mine = 0 }
#if RECORDS > 1
    :: atomic { record[1] == 0 || dead[record[1]] -> record[1] = who; mine = 1 }
#endif
#if RECORDS > 2
    :: atomic { record[2] == 0 || dead[record[2]] -> record[2] = who; mine = 2 }
#endif
#if RECORDS > 3
    :: atomic { record[3] == 0 || dead[record[3]] -> record[3] = who; mine = 3 }
#endif
    OR_DIE
    fi
}

inline count_arrival()
{
#ifdef NO_ARRIVALS
    skip
#else
    if
    :: atomic { true -> arrivals++ }
    OR_DIE
    fi
#endif
}

inline claim_and_count(who)
{
#ifdef COUNT_FIRST
    count_arrival();
#endif
    claim(who);
#ifndef COUNT_FIRST
    count_arrival();
#endif
}

#ifdef NO_GENERATION
#define AS_SENT true
#else
#define AS_SENT (generation == sent)
#endif
#define RETIRED (generation == sent + 1)

proctype user(byte me)
{
    byte sent, mine, place;

end_idle:
    atomic { mail[me] != 0 -> sent = mail[me]; mail[me] = 0 }
#ifdef FORK
    /* The parent has written this one's record. */
    if
    :: atomic { record[0] == me -> mine = 0 }
    :: atomic { record[1] == me -> mine = 1 }
    :: atomic { record[2] == me -> mine = 2 }
    fi;
    if
    :: atomic { true -> arrived[me] = true }
    OR_DIE
    fi;
#else
#ifdef CHECK_FIRST
    if
    :: atomic { AS_SENT }
    :: atomic { !AS_SENT && (!RETIRED || dead[1]) } goto refused
    OR_DIE
    fi;
    claim_and_count(me);
    atomic { holds[me] = true; assert(!over) }
#else
    claim_and_count(me);
    if
    :: atomic { AS_SENT -> holds[me] = true; assert(!over) }
#ifdef NO_PATIENCE
    :: atomic { !AS_SENT } goto refused
#else
    :: atomic { !AS_SENT && (!RETIRED || dead[1]) } goto refused
#endif
    OR_DIE
    fi;
#endif
    if
    :: atomic { true -> arrived[me] = true }
    OR_DIE
    fi;
#endif
#if USERS > 2
    if
    :: me < USERS ->
#ifdef FORK
        place = mine;
        claim_and_count(me + 1);
        mine = place;
        if
        :: atomic { true -> holds[me + 1] = true; born[me + 1] = true; mail[me + 1] = sent;
                    assert(!over) }
        OR_DIE
        fi;
#else
        if
        :: atomic { true -> mail[me + 1] = sent }
        OR_DIE
        fi;
#endif
#ifndef LET_GO_EARLY
        if
        :: atomic { arrived[me + 1] || dead[me + 1] }
        OR_DIE
        fi
#endif
    :: else
    fi;
#endif
    if
    :: atomic { holds[me] -> assert(record[mine] == me); record[mine] = 0; holds[me] = false }
    OR_DIE
    fi;
    goto end_died;
refused:
    /* Only somebody who has died sends what is no more. */
    atomic { arrived[me] = true; assert(dead[me - 1] || dead[1]); if :: record[mine] == me -> record[mine] = 0 :: else fi }
end_died:
    atomic { sent = 0; mine = 0; place = 0 }
}

/* Who is the creator, and scans. */
proctype creator(byte me)
{
    byte mine, sent, k, seen, before;
    byte scans = SCANS;
    bit held, last;

    sent = generation;
#ifdef FORK
    claim_and_count(2);
    mine = 0;
    if
    :: atomic { true -> holds[2] = true; born[2] = true; mail[2] = sent }
    OR_DIE
    fi;
#else
    if
    :: atomic { true -> mail[2] = sent }
    OR_DIE
    fi;
#endif
#ifndef LET_GO_EARLY
    if
    :: atomic { arrived[2] || dead[2] }
    OR_DIE
    fi;
#endif
    if
    :: atomic { true -> record[0] = 0; holds[me] = false }
    OR_DIE
    fi;
again:
    if
    :: scans > 0 -> scans--
    :: timeout -> last = 1 /* all have let go, or died */
    fi;
#ifndef NO_RETIRE
    if
    :: atomic { true -> generation++ }
    OR_DIE
    fi;
#endif
    if
    :: atomic { true -> before = arrivals; held = 0; k = 0 }
    OR_DIE
    fi;
    do
    :: k == RECORDS -> break
    :: k < RECORDS ->
        if
        :: atomic { true -> seen = record[k] }
        OR_DIE
        fi;
        if
        :: seen == 0
#ifndef NO_SWEEP
        :: atomic { seen != 0 && dead[seen] ->
#ifdef BLIND_SWEEP
                    skip }
           if
           :: atomic { true -> record[k] = 0 }
           OR_DIE
           fi
#else
                    if :: record[k] == seen -> record[k] = 0 :: else fi }
#endif
        :: atomic { seen != 0 && !dead[seen] -> held = 1 }
#else
        :: seen != 0 -> held = 1
#endif
        fi;
        atomic { k++; seen = 0 }
    od;
    if
    :: atomic { !held && arrivals == before }
       /* Given out at some later time. */
       if
       :: atomic { true -> assert(!(holds[1] || holds[2] || holds[3] || holds[USERS]));
                   over = true; generation = 4 }
       OR_DIE
       fi;
       goto end_died
    :: atomic { held || arrivals != before }
#ifndef NO_RETIRE
       if
       :: atomic { true -> generation-- }
       OR_DIE
       fi
#endif
    OR_DIE
    fi;
    assert(!last);
    goto again;
end_died:
    atomic { k = 0; seen = 0; before = 0 }
}

init
{
    atomic {
        record[0] = 1; holds[1] = true;
        run creator(1);
        run user(2);
#if USERS > 2
        run user(3);
#endif
#if USERS > 3
        run user(4);
#endif
    }
}
