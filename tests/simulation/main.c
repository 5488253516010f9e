/* Simulation: many runs, each a fork of this program with a seed of its own.
 *
 *   simulation_queue [--seed S] [--runs N | --steps N] [--trace] [--toy NUMBER]
 *
 * Runs seeds S (1), S+1, … until there were N runs or N steps (1000000). A run that finds
 * something wrong prints the command that has it again, step by step. First the tester is
 * tested on rings with a mistake each (toy.c). The exit code is 0 when nothing was found. */
#include "simulation.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOY_RUNS 300u
#define FAULTS_MOST 5u

static simulation_result_t *result;

static void on_signal(int number) {
    static const char text[] =
        "the process is killed by a signal: a wild access, or memory "
        "that was not committed";
    (void)number;
    memcpy(result->fault, text, sizeof text);
    result->faults++;
    _exit(1);
}

static void child(uint64_t seed, const toy_t *toy, int trace) {
    (void)signal(SIGBUS, on_signal);
    (void)signal(SIGSEGV, on_signal);
    (void)signal(SIGABRT, on_signal);
    simulation_begin(result, seed, trace);
    if (toy != NULL) {
        toy_scenario(toy);
    } else {
        queue_scenario();
    }
    _exit(0);
}

/* 1: nothing was found. */
static int run(uint64_t seed, const toy_t *toy, int trace) {
    int status = 0;
    pid_t pid;
    memset(result, 0, sizeof *result);
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        child(seed, toy, trace);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("a run");
        exit(2);
    }
    if (status != 0 && result->faults == 0) {
        result->faults = 1;
        (void)snprintf(result->fault, sizeof result->fault, "it ends with status %d",
                       status);
    }
    return result->faults == 0;
}

/* Returns how many toys were judged wrongly. */
static unsigned test_the_tester(void) {
    unsigned wrong = 0;
    for (size_t i = 0; i < simulation_toy_count; i++) {
        const toy_t *toy = &simulation_toys[i];
        uint64_t seed = 1;
        while (seed <= TOY_RUNS && run(seed, toy, 0)) {
            seed++;
        }
        if (toy->is_faulty == (seed <= TOY_RUNS)) {
            printf("toy ring, %s: %s\n", toy->name,
                   toy->is_faulty ? result->fault : "nothing found");
        } else {
            wrong++;
            printf("toy ring, %s: JUDGED WRONGLY (%s)\n", toy->name, result->fault);
        }
    }
    return wrong;
}

static void complain(const char *program, uint64_t seed) {
    printf("FAULT with seed %" PRIu64 ", step %" PRIu64 ": %s\n   everybody:%s\n", seed,
           result->steps, result->fault, result->where);
    printf("   once more: %s --seed %" PRIu64 " --runs 1 --trace\n", program, seed);
}

int main(int argc, char **argv) {
    uint64_t seed = 1, runs = UINT64_MAX, steps = 1000000, done = 0;
    simulation_result_t sum;
    const toy_t *toy = NULL;
    int trace = 0, single = 0;
    memset(&sum, 0, sizeof sum);
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "0";
        if (strcmp(argv[i], "--trace") == 0) {
            trace = 1;
            continue;
        }
        if (strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(value, NULL, 10);
        } else if (strcmp(argv[i], "--runs") == 0) {
            runs = strtoull(value, NULL, 10);
            steps = UINT64_MAX;
            single = runs == 1;
        } else if (strcmp(argv[i], "--steps") == 0) {
            steps = strtoull(value, NULL, 10);
        } else if (strcmp(argv[i], "--toy") == 0) {
            toy = &simulation_toys[strtoull(value, NULL, 10) % simulation_toy_count];
        } else {
            (void)fprintf(stderr, "unknown option: %s\n", argv[i]);
            return 2;
        }
        i++;
    }
    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    simulation_prepare();
    if (!single && toy == NULL) {
        sum.faults += test_the_tester();
    }
    for (; done < runs && sum.steps < steps && sum.faults < FAULTS_MOST; done++, seed++) {
        if (!run(seed, toy, trace)) {
            complain(argv[0], seed);
        }
        sum.faults += result->faults;
        sum.steps += result->steps;
        sum.switches += result->switches;
        sum.deaths += result->deaths;
        sum.stops += result->stops;
        sum.put += result->put;
        sum.taken += result->taken;
        sum.again += result->again;
    }
    printf("queue simulation: %" PRIu64 " runs, %" PRIu64 " steps, %" PRIu64
           " changes of process, %" PRIu64 " deaths, %" PRIu64 " stops; %" PRIu64
           " messages put, %" PRIu64 " deliveries, %" PRIu64
           " of them again; %u faults\n",
           done, sum.steps, sum.switches, sum.deaths, sum.stops, sum.put, sum.taken,
           sum.again, sum.faults);
    return sum.faults == 0 ? 0 : 1;
}
