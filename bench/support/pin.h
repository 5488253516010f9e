/* Which processors the members of a team run on. */
#ifndef BENCH_PIN_H
#define BENCH_PIN_H

typedef enum bench_pin_t {
    BENCH_FREE, /* wherever the kernel likes */
    BENCH_TWO,  /* taking turns on two processors */
    BENCH_ONE   /* all on one */
} bench_pin_t;

/* Pins the calling process as member `index` of a team. What cannot be pinned stays free. */
void bench_pin(bench_pin_t pin, unsigned index);

/* The number of the processor that bench_pin() would choose; -1: it leaves the choice. */
int bench_pin_processor(bench_pin_t pin, unsigned index);

/* How many processors this program may use. */
int bench_processors(void);

/* "free", "two cores", "one core". */
const char *bench_pin_name(bench_pin_t pin);

#endif
