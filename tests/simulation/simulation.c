/* The scheduler: who runs, who dies, who stands still, and what time it is. */
#include "simulation.h"

#include "session.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK_SIZE ((size_t)256 << 10)
/* Nobody waits longer for what is there: a death may cost as much; where nobody dies, or
 * stands still, every wake-up comes, and no sleep ends by itself. */
#define LATE_NS (200 * SIMULATION_MS)
#define LATE_IN_PEACE_NS (40 * SIMULATION_MS)
#define NEVER INT64_MAX

typedef enum state_t { READY, ASLEEP, ENDED, KILLED } state_t;

typedef struct process_t {
    ucontext_t context;
    void *stack;
    state_t state;
    uint32_t id;           /* its participant id, while another runs */
    const void *word;      /* ASLEEP: on this one, or NULL */
    uint64_t asleep_since; /* order of falling asleep */
    int64_t wake_ns;
    int woken;
    int64_t stopped_until;
    uint32_t priority;
    int mortal;
    simulation_entry_t *entry;
    void *argument;
    simulation_may_go_on_t *may_go_on;
    void *context_of_wait;
    int64_t could_go_on_ns; /* since when; 0: it could not */
    const char *file, *what;
    int line;
#ifdef WITH_ASAN
    void *fake_stack;
#endif
} process_t;

static simulation_result_t *result;
static simulation_plan_t plan;
static process_t processes[SIMULATION_PROCESSES];
static uint32_t process_count;
static uint32_t self;
static int running; /* processes take turns now */
static int trace;
static int64_t now;
static uint64_t random_state;
void (*simulation_every_step)(void);
static uint64_t sleeps;
/* How the run is scheduled. */
static uint32_t patience; /* a turn lasts about so many steps; 0: by priority */
static uint64_t next_change;
static uint32_t lowest;
static int woken_in_order;
static uint32_t weak_failures; /* in 1000 */
/* What is to come. */
static uint32_t deaths_left, stops_left;
static uint64_t next_death, next_stop;
static int death_at_a_point; /* the next one waits for a point of os/fault.h */

static const void *main_stack_bottom;
static size_t main_stack_size;

/* ---- chance ------------------------------------------------------------------------- */

static uint64_t random_next(void) {
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t simulation_random(uint32_t below) {
    return (uint32_t)(((random_next() >> 32) * below) >> 32);
}

int simulation_chance(uint32_t percent) {
    return simulation_random(100) < percent;
}

int simulation_fails_for_nothing(void) {
    return running && weak_failures != 0 && simulation_random(1000) < weak_failures;
}

/* ---- words -------------------------------------------------------------------------- */

static const char *base_name(const char *file) {
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    return slash == NULL ? file : slash + 1;
}

void simulation_note(const char *format, ...) {
    va_list args;
    if (trace) {
        printf("%8" PRIu64 " %12.3f us  %u: ", result->steps, (double)now / 1000, self);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\n");
        fflush(stdout);
    }
}

static void write_where(void) {
    size_t used = 0;
    for (uint32_t i = 0; i < process_count && used < sizeof result->where - 80; i++) {
        static const char *const states[] = {"ready", "asleep", "ended", "killed"};
        const process_t *process = &processes[i];
        if (process->state != ENDED) {
            used += (size_t)snprintf(
                result->where + used, sizeof result->where - used, " %u %s %s:%d;", i,
                states[process->state],
                process->file == NULL ? "-" : base_name(process->file), process->line);
        }
    }
}

void simulation_fault(const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(result->fault, sizeof result->fault, format, args);
    va_end(args);
    result->faults++;
    simulation_note("FAULT %s", result->fault);
    write_where();
    _exit(1);
}

/* ---- changing places ---------------------------------------------------------------- */

static void arrive(process_t *process) {
#ifdef WITH_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(process->fake_stack, &bottom, &size);
    if (main_stack_bottom == NULL) { /* the first switch was from process 0 */
        main_stack_bottom = bottom;
        main_stack_size = size;
    }
#else
    (void)process;
    (void)main_stack_bottom;
    (void)main_stack_size;
#endif
    brood__self_id = processes[self].id;
}

static void switch_to(uint32_t next) {
    process_t *from = &processes[self];
    process_t *to = &processes[next];
    if (next == self) {
        return;
    }
    result->switches++;
    from->id = brood__self_id;
    self = next;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(
        from->state == ENDED || from->state == KILLED ? NULL : &from->fake_stack,
        next == 0 ? main_stack_bottom : to->stack,
        next == 0 ? main_stack_size : STACK_SIZE);
#endif
    (void)swapcontext(&from->context, &to->context);
    arrive(&processes[self]);
}

static int may_run(const process_t *process) {
    return process->state == READY && process->stopped_until <= now;
}

static uint32_t count_runnable(void) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < process_count; i++) {
        count += (uint32_t)may_run(&processes[i]);
    }
    return count;
}

static int somebody_is_stopped(void) {
    for (uint32_t i = 0; i < process_count; i++) {
        if (processes[i].state <= ASLEEP && processes[i].stopped_until > now) {
            return 1;
        }
    }
    return 0;
}

/* Who could go on for too long and does not. */
static void look_for_the_late(void) {
    int stopped = somebody_is_stopped();
    int64_t late =
        plan.deaths + plan.stops == 0 && woken_in_order ? LATE_IN_PEACE_NS : LATE_NS;
    for (uint32_t i = 0; i < process_count; i++) {
        process_t *process = &processes[i];
        if (process->state > ASLEEP || process->may_go_on == NULL || stopped ||
            !process->may_go_on(process->context_of_wait)) {
            process->could_go_on_ns = 0;
        } else if (process->could_go_on_ns == 0) {
            process->could_go_on_ns = now;
        } else if (now - process->could_go_on_ns > late) {
            simulation_fault("process %u could go on for %.1f ms and did not", i,
                             (double)(now - process->could_go_on_ns) / 1e6);
        }
    }
}

static void wake(process_t *process, int woken) {
    process->state = READY;
    process->woken = woken;
    process->word = NULL;
}

static void wake_the_late_sleepers(void) {
    for (uint32_t i = 0; i < process_count; i++) {
        if (processes[i].state == ASLEEP && processes[i].wake_ns <= now) {
            wake(&processes[i], 0);
        }
    }
}

/* Nobody can run: on to the moment at which somebody can. */
static void jump(void) {
    int64_t next = NEVER;
    for (uint32_t i = 0; i < process_count; i++) {
        const process_t *process = &processes[i];
        int64_t at = process->state == READY    ? process->stopped_until
                     : process->state == ASLEEP ? process->wake_ns
                                                : NEVER;
        if (process->state == ASLEEP && at != NEVER && at < process->stopped_until) {
            at = process->stopped_until;
        }
        next = at < next ? at : next;
    }
    if (next == NEVER) {
        simulation_fault("everybody sleeps for ever");
    }
    look_for_the_late();
    now = next > now ? next : now + 1;
    wake_the_late_sleepers();
    look_for_the_late();
}

static uint32_t pick(void) {
    uint32_t count, nth, best = UINT32_MAX;
    wake_the_late_sleepers();
    while ((count = count_runnable()) == 0) {
        jump();
    }
    nth = patience == 0 ? 0 : simulation_random(count);
    for (uint32_t i = 0; i < process_count; i++) {
        if (!may_run(&processes[i])) {
            continue;
        }
        if (patience != 0) {
            if (nth-- == 0) {
                return i;
            }
        } else if (best == UINT32_MAX ||
                   processes[i].priority > processes[best].priority) {
            best = i;
        }
    }
    return best;
}

/* ---- death and standstill ----------------------------------------------------------- */

static uint64_t some_time_from_now(uint32_t left) {
    uint64_t span = plan.length / (left == 0 ? 1 : left);
    return result->steps + 1 + simulation_random((uint32_t)(span * 2 + 1));
}

/* Whoever runs, in half of the cases; else anybody. */
static int may_suffer(uint32_t who, int death) {
    return who != 0 && processes[who].state <= ASLEEP &&
           (processes[who].mortal || !death);
}

static uint32_t victim(int death) {
    uint32_t count = 0;
    uint32_t nth;
    if (may_suffer(self, death) && simulation_chance(50)) {
        return self;
    }
    for (uint32_t i = 0; i < process_count; i++) {
        count += (uint32_t)may_suffer(i, death);
    }
    nth = count == 0 ? 0 : simulation_random(count);
    for (uint32_t i = 0; i < process_count && count != 0; i++) {
        if (may_suffer(i, death) && nth-- == 0) {
            return i;
        }
    }
    return 0;
}

static void kill_one(void) {
    uint32_t who = death_at_a_point ? self : victim(1);
    if (death_at_a_point && (strncmp(processes[self].what, "point queue.", 12) != 0 ||
                             !may_suffer(self, 1) || simulation_random(3) != 0)) {
        return;
    }
    death_at_a_point = simulation_chance(50);
    next_death = some_time_from_now(deaths_left);
    if (who == 0) {
        return;
    }
    deaths_left--;
    result->deaths++;
    processes[who].state = KILLED;
    simulation_note("KILLED %u at %s:%d", who,
                    processes[who].file == NULL ? "-" : base_name(processes[who].file),
                    processes[who].line);
}

static void stop_one(void) {
    uint32_t who = victim(0);
    next_stop = some_time_from_now(stops_left);
    if (who == 0) {
        return;
    }
    stops_left--;
    result->stops++;
    processes[who].stopped_until =
        now + 1000 + (int64_t)simulation_random(150 * (uint32_t)SIMULATION_MS);
    simulation_note("STOPPED %u", who);
}

static void fate(void) {
    if (deaths_left != 0 && result->steps >= next_death) {
        kill_one();
    }
    if (stops_left != 0 && result->steps >= next_stop) {
        stop_one();
    }
}

void simulation_calm(void) {
    deaths_left = stops_left = 0;
    for (uint32_t i = 0; i < process_count; i++) {
        processes[i].stopped_until = 0;
    }
}

/* ---- steps -------------------------------------------------------------------------- */

static int is_turn_over(void) {
    if (!may_run(&processes[self])) {
        return 1;
    }
    if (patience != 0) {
        return simulation_random(patience) == 0;
    }
    if (result->steps >= next_change) {
        next_change = some_time_from_now(8);
        processes[self].priority = --lowest;
    }
    return 1; /* somebody more important may have woken */
}

void simulation_step(const char *file, int line, const char *what) {
    process_t *process = &processes[self];
    if (!running) {
        return;
    }
    process->file = file;
    process->line = line;
    process->what = what;
    result->steps++;
    now += 50 + simulation_random(400);
    if (result->steps > plan.steps_most || now > plan.ns_most) {
        simulation_fault("no end after %" PRIu64 " steps and %.0f ms", result->steps,
                         (double)now / 1e6);
    }
    if (simulation_every_step != NULL) {
        simulation_every_step();
    }
    fate();
    if (is_turn_over()) {
        switch_to(pick());
    }
    if (trace) {
        simulation_note("%s:%d %s", base_name(file), line, what);
    }
}

void *simulation_copy(void *to, const void *from, size_t size, const char *file,
                      int line) {
    size_t half = !running || size < 16 ? 0 : simulation_random((uint32_t)size);
    if (half != 0) {
        memcpy(to, from, half);
        simulation_step(file, line, "copying");
    }
    return size == half
               ? to
               : (memcpy((char *)to + half, (const char *)from + half, size - half), to);
}

void simulation_yield(void) {
    if (!running) {
        return;
    }
    now += 1000 + simulation_random(4000);
    processes[self].priority = --lowest;
    simulation_step("os.c", __LINE__, "yield");
    if (count_runnable() > 1 && patience != 0) {
        switch_to(pick());
    }
}

/* ---- sleep -------------------------------------------------------------------------- */

static int sleep_on(const void *word, int64_t until) {
    process_t *process = &processes[self];
    if (until <= now) {
        return 0;
    }
    process->state = ASLEEP;
    process->word = word;
    process->wake_ns = until;
    process->asleep_since = ++sleeps;
    switch_to(pick());
    return process->woken;
}

int simulation_park(const void *word, int64_t deadline_ns) {
    if (simulation_random(100) == 0) {
        return 1; /* for no reason */
    }
    simulation_note("sleeps");
    return sleep_on(word, deadline_ns);
}

void simulation_unpark(const void *word, uint32_t count) {
    for (; count != 0; count--) {
        process_t *chosen = NULL;
        uint32_t seen = 0;
        for (uint32_t i = 0; i < process_count; i++) {
            process_t *process = &processes[i];
            if (process->state != ASLEEP || process->word != word) {
                continue;
            }
            seen++;
            if (chosen == NULL ||
                (woken_in_order ? process->asleep_since < chosen->asleep_since
                                : simulation_random(seen) == 0)) {
                chosen = process;
            }
        }
        if (chosen == NULL) {
            return;
        }
        simulation_note("wakes %u", (unsigned)(chosen - processes));
        wake(chosen, 1);
    }
}

void simulation_sleep(int64_t ns) {
    if (running) {
        (void)sleep_on(NULL, now + ns);
    }
}

void simulation_waits(simulation_may_go_on_t *may_go_on, void *context) {
    processes[self].may_go_on = may_go_on;
    processes[self].context_of_wait = context;
    processes[self].could_go_on_ns = 0;
}

/* ---- processes ---------------------------------------------------------------------- */

static void begin_process(void) {
    process_t *process = &processes[self];
    arrive(process);
    process->entry(process->argument);
    process->state = ENDED;
    simulation_note("ends");
    switch_to(pick());
    abort();
}

uint32_t simulation_start(simulation_entry_t *entry, void *argument, int mortal) {
    process_t *process = &processes[process_count];
    if (process_count == SIMULATION_PROCESSES) {
        simulation_fault("too many processes");
    }
    process->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (process->stack == MAP_FAILED || getcontext(&process->context) != 0) {
        simulation_fault("no memory for a stack");
    }
    process->context.uc_stack.ss_sp = process->stack;
    process->context.uc_stack.ss_size = STACK_SIZE;
    process->context.uc_link = NULL;
    makecontext(&process->context, begin_process, 0);
    process->entry = entry;
    process->argument = argument;
    process->mortal = mortal;
    process->state = READY;
    process->priority = UINT32_MAX / 2 + simulation_random(1000);
    return process_count++;
}

simulation_life_t simulation_life(uint32_t process) {
    return process >= process_count             ? SIMULATION_KILLED
           : processes[process].state == ENDED  ? SIMULATION_ENDED
           : processes[process].state == KILLED ? SIMULATION_KILLED
                                                : SIMULATION_LIVES;
}

uint64_t simulation_deaths(void) {
    return result->deaths;
}

uint64_t simulation_stops(void) {
    return result->stops;
}

uint32_t simulation_self(void) {
    return self;
}

int64_t simulation_now_ns(void) {
    return now;
}

/* Says once what it has to say of coroutines, and not in each fork. */
void simulation_prepare(void) {
#ifdef WITH_ASAN
    static volatile int again;
    ucontext_t here, there;
    if (getcontext(&there) == 0 && !again) {
        again = 1;
        (void)swapcontext(&here, &there);
    }
#endif
}

/* ---- a run -------------------------------------------------------------------------- */

void simulation_begin(simulation_result_t *where, uint64_t seed, int with_trace) {
    static const uint32_t turns[] = {0, 0, 1, 2, 3, 6, 15, 50};
    result = where;
    memset(result, 0, sizeof *result);
    result->seed = seed;
    trace = with_trace;
    random_state = seed * UINT64_C(0xd1342543de82ef95) + 1;
    now = SIMULATION_MS;
    patience = turns[simulation_random(8)];
    woken_in_order = simulation_chance(80);
    weak_failures = simulation_chance(50) ? 20 : 0;
    lowest = UINT32_MAX / 2;
}

void simulation_run(const simulation_plan_t *wanted, simulation_entry_t *entry,
                    void *argument) {
    plan = *wanted;
    deaths_left = plan.deaths;
    stops_left = plan.stops;
    next_death = some_time_from_now(deaths_left);
    next_stop = some_time_from_now(stops_left);
    death_at_a_point = simulation_chance(50);
    next_change = some_time_from_now(8);
    process_count = 1;
    processes[0].state = READY;
    processes[0].priority = UINT32_MAX / 2 + 1001;
    processes[0].id = brood__self_id;
    self = 0;
    running = 1;
    entry(argument);
    running = 0;
}

void simulation_count(const simulation_result_t *more) {
    result->put += more->put;
    result->taken += more->taken;
    result->again += more->again;
}
