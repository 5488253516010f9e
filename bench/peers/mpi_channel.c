/* Processes of an MPI program that send messages; the last one receives them. It prints the
 * seconds that took.
 *
 *     mpi_channel SHAPE SIZE COUNT PROCESSOR PROCESSOR
 *
 * SHAPE: one_way, round_trip, many (as one_way, with as many senders as there are other
 * processes), idle (one message that is COUNT seconds late, and what is printed are the seconds
 * of processor time that waiting for it has cost). A PROCESSOR of -1 is left to the kernel. As
 * in the other works, the payload is written anew for each message and the receiver looks at
 * every cache line. */
#include <mpi.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile uint64_t sink;

static void send_one(unsigned char *message, int size, int to, long number) {
    memset(message, (int)(number & 0xff), (size_t)size);
    MPI_Send(message, size, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

static void receive_one(unsigned char *message, int size, int from) {
    uint64_t sum = 0, word;
    MPI_Recv(message, size, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int at = 0; at + (int)sizeof word <= size; at += 64) {
        memcpy(&word, message + at, sizeof word);
        sum += word;
    }
    sink = sum;
}

/* One message there and one back. */
static void there_and_back(unsigned char *message, int size, int rank, long number) {
    if (rank == 0) {
        send_one(message, size, 1, number);
        receive_one(message, size, 1);
    } else {
        receive_one(message, size, 0);
        send_one(message, size, 0, number);
    }
}

static double processor_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

static double idle(unsigned char *message, int size, int rank, long seconds) {
    double before = processor_seconds();
    if (rank == 0) {
        sleep((unsigned)seconds);
        send_one(message, size, 1, 0);
    } else {
        receive_one(message, size, 0);
    }
    return processor_seconds() - before;
}

/* `count` messages to the last process, the others' shares alike; after those before. */
static double one_way(unsigned char *message, int size, int rank, int last, long warm,
                      long count) {
    double begin = MPI_Wtime();
    if (rank < last) {
        for (long i = 0; i < warm + count / last; i++)
            send_one(message, size, last, i);
        return 0;
    }
    for (long i = 0; i < warm * last + count / last * last; i++) {
        if (i == warm * last)
            begin = MPI_Wtime();
        receive_one(message, size, MPI_ANY_SOURCE);
    }
    return MPI_Wtime() - begin;
}

static void pin(int processor) {
    cpu_set_t set;
    if (processor < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

int main(int argc, char **argv) {
    int rank, ranks, size;
    long count, warm;
    double seconds, begin = 0;
    unsigned char *message;
    if (argc != 6 || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 2;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    size = atoi(argv[2]);
    count = atol(argv[3]);
    warm = count / (4 * (ranks - 1)) + 1;
    pin(atoi(argv[4 + rank % 2]));
    message = calloc(1, (size_t)size);
    if (!message)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Barrier(MPI_COMM_WORLD);
    if (strcmp(argv[1], "round_trip") == 0) {
        for (long i = 0; i < warm + count; i++) {
            if (i == warm)
                begin = MPI_Wtime();
            there_and_back(message, size, rank, i);
        }
        seconds = MPI_Wtime() - begin;
    } else if (strcmp(argv[1], "idle") == 0) {
        seconds = idle(message, size, rank, count);
    } else {
        seconds = one_way(message, size, rank, ranks - 1, warm, count);
    }
    if (rank == ranks - 1)
        printf("%.9f\n", seconds);
    fflush(stdout);
    MPI_Finalize();
    free(message);
    return 0;
}
