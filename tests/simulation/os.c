/* The simulated seam: memory, time, chance, sleep, and who is alive. The rest is src/none. */
#include "simulation.h"

#include "os/bell.h"
#include "os/clock.h"
#include "os/cpu.h"
#include "os/entropy.h"
#include "os/identity.h"
#include "os/memory.h"
#include "os/park.h"
#include "os/process.h"
#include "os/stream.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP(what) simulation_step(__FILE__, __LINE__, what)

uint64_t simulation_sparse = SIMULATION_SPARSE_MOST;

/* ---- memory: pages that are not committed cannot be touched --------------------------- */

#define OBJECTS 64
static struct object_t {
    uint8_t *base;
    uint64_t size;
} objects[OBJECTS];
static size_t object_count;

size_t brood_os_memory_granularity(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

uint64_t brood_os_memory_sparse_limit(void) {
    return simulation_sparse;
}

static struct object_t *object_of(brood_os_handle_t memory) {
    return &objects[memory - 1000];
}

/* Committed or not. */
static void set_pages(void *address, size_t length, int committed) {
    size_t unit = brood_os_memory_granularity();
    length = (length + unit - 1) / unit * unit;
    if (mprotect(address, length, committed ? PROT_READ | PROT_WRITE : PROT_NONE) != 0) {
        simulation_fault("a range that cannot be committed");
    }
}

apr_status_t brood_os_memory_create(brood_os_handle_t *memory, uint64_t size,
                                    uint64_t committed) {
    void *base = mmap(NULL, (size_t)size, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *memory = BROOD_OS_NO_HANDLE;
    if (base == MAP_FAILED || object_count == OBJECTS) {
        return APR_ENOMEM;
    }
    set_pages(base, (size_t)committed, 1);
    objects[object_count].base = base;
    objects[object_count].size = size;
    /* Above what a system's own handles are here. */
    *memory = (brood_os_handle_t)(1000 + object_count++);
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_size(brood_os_handle_t memory, uint64_t *size) {
    *size = object_of(memory)->size;
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_map(brood_os_handle_t memory, uint64_t offset, size_t length,
                                 void **address) {
    STEP("map");
    *address = object_of(memory)->base + offset;
    (void)length;
    return APR_SUCCESS;
}

void brood_os_memory_unmap(void *address, size_t length) {
    (void)address;
    (void)length;
}

apr_status_t brood_os_memory_commit(brood_os_handle_t memory, uint64_t offset,
                                    size_t length, void *address) {
    STEP("commit");
    (void)address;
    set_pages(object_of(memory)->base + offset, length, 1);
    simulation_note("%u bytes at %u", (unsigned)length, (unsigned)offset);
    STEP("committed");
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_decommit(brood_os_handle_t memory, uint64_t offset,
                                      size_t length) {
    STEP("decommit");
    set_pages(object_of(memory)->base + offset, length, 1);
    memset(object_of(memory)->base + offset, 0xdd, length);
    set_pages(object_of(memory)->base + offset, length, 0);
    simulation_note("%u bytes at %u no more", (unsigned)length, (unsigned)offset);
    STEP("decommitted");
    return APR_SUCCESS;
}

/* ---- time ----------------------------------------------------------------------------- */

int64_t brood_os_now_ns(void) {
    return simulation_now_ns();
}

void brood_os_yield(void) {
    simulation_yield();
}

void brood_os_sleep_until(brood_os_deadline_t deadline) {
    simulation_sleep(deadline - simulation_now_ns());
}

unsigned brood_os_cpu_count(void) {
    return 2;
}

unsigned brood_os_cpu_online(void) {
    return 2;
}

uint64_t brood_os_cpu_quota(void) {
    return 0;
}

/* ---- chance, and forks that nobody makes ------------------------------------------------ */

apr_status_t brood_os_random(void *buffer, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)buffer)[i] = (uint8_t)simulation_random(256);
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_at_fork_child(void (*child)(void)) {
    (void)child;
    return APR_SUCCESS;
}

/* ---- sleep ---------------------------------------------------------------------------- */

size_t brood_os_park_area_size(void) {
    return 0;
}

apr_status_t brood_os_park_attach(void *area, size_t size, uint32_t participant) {
    (void)area;
    (void)size;
    (void)participant;
    return APR_SUCCESS;
}

void brood_os_park_forget(uint32_t participant) {
    (void)participant;
}

apr_status_t brood_os_park(const brood_os_word_t *word, uint32_t expected,
                           brood_os_deadline_t deadline) {
    STEP("park");
    if (*word->word != expected) {
        return APR_SUCCESS;
    }
    return simulation_park(word->word, deadline) ? APR_SUCCESS : APR_TIMEUP;
}

void brood_os_unpark(const brood_os_word_t *word, uint32_t count) {
    STEP("unpark");
    simulation_unpark(word->word, count);
}

const char *brood_os_park_name(void) {
    return "simulation";
}

/* ---- bells: words that one process parks on ---------------------------------------------- */

#define BELLS 64u
#define FIRST_BELL 2000
static struct bell_t {
    uint32_t rings;  /* what is parked on */
    uint64_t number; /* never another bell's; 0: none is here */
    uint32_t owner;
} bells[BELLS];

static struct bell_t *bell_of(brood_os_handle_t handle) {
    return &bells[handle - FIRST_BELL];
}

apr_status_t brood_os_bell_open(brood_os_bell_t *bell) {
    static uint64_t last;
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    *bell = none;
    STEP("bell open");
    for (uint32_t i = 0; i < BELLS; i++) {
        if (bells[i].number == 0 || simulation_life(bells[i].owner) != SIMULATION_LIVES) {
            bells[i].rings = 0;
            bells[i].number = ++last;
            bells[i].owner = simulation_self();
            bell->handle = FIRST_BELL + (brood_os_handle_t)i;
            bell->name[0] = last;
            return APR_SUCCESS;
        }
    }
    return APR_ENOSPC;
}

void brood_os_bell_close(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    STEP("bell close");
    if (bell->handle != BROOD_OS_NO_HANDLE) {
        bell_of(bell->handle)->number = 0;
    }
    *bell = none;
}

void brood_os_bell_clear(const brood_os_bell_t *bell) {
    STEP("bell clear");
    bell_of(bell->handle)->rings = 0;
}

void brood_os_bell_ring(const uint64_t name[2]) {
    STEP("bell ring");
    for (uint32_t i = 0; i < BELLS; i++) {
        if (bells[i].number == name[0]) {
            bells[i].rings = 1;
            simulation_unpark(&bells[i].rings, UINT32_MAX);
        }
    }
}

void brood_os_bell_forget(const uint64_t name[2]) {
    (void)name;
}

/* The last of the set is a bell, and nothing else there has a handle. */
apr_status_t brood_os_wait_any(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline) {
    brood_os_waitable_t *last = &set[count - 1];
    struct bell_t *bell = bell_of(last->handle);
    STEP("wait any");
    last->ready = bell->rings != 0;
    if (!last->ready && deadline > simulation_now_ns()) {
        (void)simulation_park(&bell->rings, deadline);
        last->ready = bell->rings != 0;
    }
    return last->ready ? APR_SUCCESS : APR_TIMEUP;
}

/* ---- who is alive --------------------------------------------------------------------- */

apr_status_t brood_os_identity_self(brood_os_identity_t *self) {
    self->pid = 1 + (int64_t)simulation_self();
    self->birth = 1;
    return APR_SUCCESS;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    (void)watch;
    return simulation_life((uint32_t)identity->pid - 1) == SIMULATION_LIVES
               ? BROOD_OS_ALIVE
               : BROOD_OS_DEAD;
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    (void)identity;
    *watch = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_identity_of(const brood_os_process_t *process,
                                  brood_os_identity_t *identity) {
    (void)process;
    identity->pid = 0;
    identity->birth = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    (void)identity;
    (void)how;
    return APR_ENOTIMPL;
}
