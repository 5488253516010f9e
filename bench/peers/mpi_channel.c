/* Two processes of an MPI program that send each other messages. It prints the seconds they
 * took.
 *
 *     mpi_channel SHAPE SIZE COUNT PROCESSOR PROCESSOR
 *
 * SHAPE: one_way, round_trip. A PROCESSOR of -1 is left to the kernel. As in the other works,
 * the payload is written anew for each message and the receiver looks at every cache line. */
#include <mpi.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void pin(int processor) {
    cpu_set_t set;
    if (processor < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

int main(int argc, char **argv) {
    int rank, size, back;
    long count, warm;
    double begin = 0;
    unsigned char *message;
    if (argc != 6 || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 2;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    back = strcmp(argv[1], "round_trip") == 0;
    size = atoi(argv[2]);
    count = atol(argv[3]);
    warm = count / 4 + 1;
    pin(atoi(argv[4 + rank]));
    message = calloc(1, (size_t)size);
    if (!message)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Barrier(MPI_COMM_WORLD);
    for (long i = 0; i < warm + count; i++) {
        if (i == warm)
            begin = MPI_Wtime();
        if (rank == 0)
            send_one(message, size, 1, i);
        if (rank == 1)
            receive_one(message, size, 0);
        if (back && rank == 1)
            send_one(message, size, 0, i);
        if (back && rank == 0)
            receive_one(message, size, 1);
    }
    if (rank == !back)
        printf("%.9f\n", MPI_Wtime() - begin);
    fflush(stdout);
    MPI_Finalize();
    free(message);
    return 0;
}
