/* Shared values and arrays: numbers in shared memory that every process sees.
 *
 * A value is one number, an array is many of one type, as many as were asked for when it was
 * made. A lock goes with them: a recursive one of their own, unless one is given or none is
 * wanted. Each get and each set takes it for that one access. Who reads, computes and writes
 * takes it around all of that, or the counts of others are lost:
 *
 *     brood_shared_value_acquire(counter, BROOD_FOREVER);
 *     brood_shared_value_get_int(counter, &count, BROOD_FOREVER);
 *     brood_shared_value_set_int(counter, count + 1, BROOD_FOREVER);
 *     brood_shared_value_release(counter);
 *
 * or leaves it to the atomic operations, which need no lock:
 *
 *     brood_shared_value_fetch_add(counter, 1, NULL);
 *
 * Every access of one number, locked or not, is one step of the machine: nobody ever sees half
 * of it, whoever is killed.
 *
 * The typecodes are those of CPython. What lies in memory is the same in every process, of 32
 * or 64 bits, on every system, so that processes of different kinds can share it:
 *
 *     code  in memory  holds                      CPython's ctypes type
 *     c     char       0 to 255                   c_char
 *     u     uint32_t   a code point of Unicode    c_wchar: 2 bytes on Windows, else 4
 *     b B   int8_t, uint8_t                       c_byte, c_ubyte
 *     h H   int16_t, uint16_t                     c_short, c_ushort
 *     i I   int32_t, uint32_t                     c_int, c_uint
 *     l L   int64_t, uint64_t                     c_long, c_ulong: 4 bytes on Windows and in
 *                                                 32-bit processes, else 8
 *     q Q   int64_t, uint64_t                     c_longlong, c_ulonglong
 *     f d   float, double                         c_float, c_double
 *
 * So l, L and u are wider here than on some systems there; a pointer to their memory is a
 * pointer to the type in the table, not to long and wchar_t.
 *
 * When a process dies with the lock, the next call that takes it, a get or set included,
 * returns BROOD_EOWNERDEAD, within 200 ms: the caller then holds the lock, once, and knows that
 * what the dead one was computing may be half done. A get has read all the same; a set has
 * written nothing. Having put things right the caller releases the lock.
 *
 * A value takes 64 bytes of shared memory and no descriptor of its own, an array of up to 24
 * bytes too. A larger one has a piece of shared memory and a descriptor of its own. A get or
 * set costs some 10 to 20 ns with a free lock, an atomic operation less. */
#ifndef BROOD_SHARED_H
#define BROOD_SHARED_H

#include "brood/status.h"
#include "brood/types.h"

/* Which lock goes with a value or an array. Begin with BROOD_SHARED_OPTIONS_INIT. */
typedef struct brood_shared_options_t {
    size_t struct_size; /* sizeof: set by BROOD_SHARED_OPTIONS_INIT */
    /* 1: none at all. */
    int unlocked;
    /* This one, which others may use, too; held once more, so that its handle may be closed
     * before the value is. */
    brood_lock_t *lock;
    /* Or this one. */
    brood_rlock_t *rlock;
} brood_shared_options_t;

#define BROOD_SHARED_OPTIONS_INIT \
    { sizeof(brood_shared_options_t), 0, NULL, NULL }

BROOD_BEGIN_DECLS

/* ---- values ------------------------------------------------------------------------------- */

/* Makes a value, 0.
 *
 * @param value     receives it; NULL on failure
 * @param typecode  one of c u b B h H i I l L q Q f d
 * @param options   or NULL: with a recursive lock of its own
 * @param pool      owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_EINVAL: value is NULL, no such typecode, or options that contradict
 *          each other; BROOD_ECLOSED: the given lock is; BROOD_ETYPE: it is no lock;
 *          APR_ENOMEM or APR_ENOSPC: no shared memory; BROOD_EFULL: a table is; or the
 *          system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is handed
 * to a child in its state (BROOD_ARGS), its lock with it, or inherited under fork. Platforms:
 * same everywhere. Like: multiprocessing.Value(); with unlocked RawValue(). */
BROOD_API apr_status_t brood_shared_value_create(brood_shared_value_t **value,
                                                 char typecode,
                                                 const brood_shared_options_t *options,
                                                 apr_pool_t *pool);

/* Reads the number as an integer.
 *
 * @param value    an open value
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS;
 *          BROOD_EOWNERDEAD: number is set (0 when it does not fit, which a second get tells)
 *          and the caller holds the lock, see above;
 *          APR_TIMEUP: another holds the lock, for a given brood_lock_t the caller's process
 *          included; BROOD_EUNRECOVERABLE: the lock was abandoned;
 *          BROOD_ETYPE: it is of type f or d; BROOD_ERANGE: it is too large for the type here;
 *          BROOD_ECLOSED; APR_EINVAL: value or number is NULL.
 * Blocking: while another holds the lock, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: any number; with a lock of its own, or a given recursive one, also
 * while the calling thread holds it. Between acquire and release of a given brood_lock_t use
 * brood_shared_value_data(). Platforms: same everywhere. Like: Value.value. */
BROOD_API apr_status_t brood_shared_value_get_int(brood_shared_value_t *value,
                                                  int64_t *number,
                                                  apr_interval_time_t timeout);

/* Reads the number as one that is not negative: BROOD_ERANGE if it is. Otherwise as
 * brood_shared_value_get_int().
 *
 * @param value    an open value
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_get_int().
 * Blocking, threads and processes, platforms: as brood_shared_value_get_int(). */
BROOD_API apr_status_t brood_shared_value_get_uint(brood_shared_value_t *value,
                                                   uint64_t *number,
                                                   apr_interval_time_t timeout);

/* Reads the number, of any type, as a double; integers beyond 2^53 are rounded. Otherwise as
 * brood_shared_value_get_int().
 *
 * @param value    an open value
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_get_int(), but neither BROOD_ETYPE nor BROOD_ERANGE.
 * Blocking, threads and processes, platforms: as brood_shared_value_get_int(). */
BROOD_API apr_status_t brood_shared_value_get_double(brood_shared_value_t *value,
                                                     double *number,
                                                     apr_interval_time_t timeout);

/* Writes an integer; to a value of type f or d it is rounded as C does.
 *
 * @param value    an open value
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS;
 *          BROOD_ERANGE: the value's type has no such number; the detail says which;
 *          BROOD_EOWNERDEAD: nothing was written and the caller holds the lock, see above;
 *          APR_TIMEUP, BROOD_EUNRECOVERABLE, BROOD_ECLOSED, APR_EINVAL: as
 *          brood_shared_value_get_int(). Nothing was written in any of these cases.
 * Blocking: while another holds the lock, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: as brood_shared_value_get_int(); a process that is killed here leaves
 * the old number or the new one. Platforms: same everywhere. Like: Value.value = …, which cuts
 * off what does not fit. */
BROOD_API apr_status_t brood_shared_value_set_int(brood_shared_value_t *value,
                                                  int64_t number,
                                                  apr_interval_time_t timeout);

/* Writes an integer that is not negative, of up to 64 bits. Otherwise as
 * brood_shared_value_set_int().
 *
 * @param value    an open value
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_set_int().
 * Blocking, threads and processes, platforms: as brood_shared_value_set_int(). */
BROOD_API apr_status_t brood_shared_value_set_uint(brood_shared_value_t *value,
                                                   uint64_t number,
                                                   apr_interval_time_t timeout);

/* Writes a real number, to a value of type f or d: BROOD_ETYPE for any other. One that is too
 * large for a float becomes infinite. Otherwise as brood_shared_value_set_int().
 *
 * @param value    an open value
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_set_int(), and BROOD_ETYPE.
 * Blocking, threads and processes, platforms: as brood_shared_value_set_int(). */
BROOD_API apr_status_t brood_shared_value_set_double(brood_shared_value_t *value,
                                                     double number,
                                                     apr_interval_time_t timeout);

/* ---- values, atomically ---- */

/* Adds to the number in one step, without the lock. What goes beyond the type's ends begins
 * again at the other end.
 *
 * The atomic operations are for the typecodes b to Q. They are sequentially consistent, and
 * atomic towards each other and towards a single get or set. They neither take nor respect the
 * lock: a number that one process changes under the lock (get, compute, set) and another by
 * these loses changes. Choose one of the two for each value. What the lock's holder does in
 * other memory is not ordered by them. In a number of type L or Q an int64_t here is its 64
 * bits: cast it to uint64_t.
 *
 * @param value   an open value
 * @param number  what to add; it may be negative
 * @param old     receives what was there before; may be NULL
 * @returns APR_SUCCESS; BROOD_ETYPE: its type is c, u, f or d; BROOD_ECLOSED; APR_EINVAL:
 *          value is NULL.
 * Blocking: never. Threads and processes: any number; a process that is killed here has added
 * or has not. Platforms: same everywhere. Like: atomic_fetch_add(); CPython has none. */
BROOD_API apr_status_t brood_shared_value_fetch_add(brood_shared_value_t *value,
                                                    int64_t number, int64_t *old);

/* Writes `number` if the number is `*expected`, in one step, without the lock; see
 * brood_shared_value_fetch_add().
 *
 * @param value      an open value
 * @param expected   what it should be; receives what it is if it is not
 * @param number     what to write
 * @param exchanged  receives 1: it was written, or 0: it was another
 * @returns APR_SUCCESS, in both cases; BROOD_ERANGE: the type has no such number as `number`
 *          (or as `*expected`), nothing has changed; BROOD_ETYPE, BROOD_ECLOSED; APR_EINVAL:
 *          value, expected or exchanged is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: atomic_compare_exchange_strong(). */
BROOD_API apr_status_t brood_shared_value_compare_exchange(brood_shared_value_t *value,
                                                           int64_t *expected,
                                                           int64_t number,
                                                           int *exchanged);

/* Reads the number in one step, without the lock; see brood_shared_value_fetch_add().
 *
 * @param value   an open value
 * @param number  receives it; 0 on failure
 * @returns APR_SUCCESS; BROOD_ETYPE, BROOD_ECLOSED; APR_EINVAL: value or number is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: atomic_load(). */
BROOD_API apr_status_t brood_shared_value_load(brood_shared_value_t *value,
                                               int64_t *number);

/* Writes the number in one step, without the lock; see brood_shared_value_fetch_add().
 *
 * @param value   an open value
 * @param number  what to write
 * @returns APR_SUCCESS; BROOD_ERANGE: the type has no such number; BROOD_ETYPE, BROOD_ECLOSED;
 *          APR_EINVAL: value is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: atomic_store(). */
BROOD_API apr_status_t brood_shared_value_store(brood_shared_value_t *value,
                                                int64_t number);

/* ---- values: memory and lock ---- */

/* The memory of the number, for any access that the caller answers for.
 *
 * @param value  an open value
 * @returns its address, to be read as the type in the table above; valid until the handle is
 *          closed. NULL: it is closed, or value is NULL.
 * Blocking: never. Threads and processes: take the lock around plain accesses. Platforms: same
 * everywhere. Like: Value.get_obj(). */
BROOD_API void *brood_shared_value_data(const brood_shared_value_t *value);

/* The typecode that it was made with.
 *
 * @param value  an open value
 * @returns the typecode; 0: it is closed, or value is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API char brood_shared_value_typecode(const brood_shared_value_t *value);

/* Takes the lock, for more than one access.
 *
 * @param value    an open value
 * @param timeout  microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: the calling thread holds it (its process, if it is a brood_lock_t);
 *          BROOD_EOWNERDEAD: it holds it, and the last owner died with it; APR_TIMEUP;
 *          BROOD_EUNRECOVERABLE; BROOD_ERANGE: it holds it too often; APR_EINVAL: value is
 *          NULL, or it has no lock; BROOD_ECLOSED.
 * Blocking: while another holds it, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: any number; recursive unless a brood_lock_t was given. Platforms:
 * same everywhere. Like: Value.get_lock().acquire(), `with value.get_lock()`. */
BROOD_API apr_status_t brood_shared_value_acquire(brood_shared_value_t *value,
                                                  apr_interval_time_t timeout);

/* Gives the lock back, one level of it.
 *
 * @param value  a value whose lock the caller holds
 * @returns APR_SUCCESS; BROOD_ENOTOWNER: the caller does not hold it; APR_EINVAL: value is
 *          NULL, or it has no lock; BROOD_ECLOSED.
 * Blocking: never. Threads and processes: as brood_rlock_release(), or brood_lock_release() if
 * such a one was given. Platforms: same everywhere. */
BROOD_API apr_status_t brood_shared_value_release(brood_shared_value_t *value);

/* Closes this process's handle; the value lives until the last process lets go. A second close
 * is harmless.
 *
 * @param value  a value whose own lock this process does not hold
 * @returns APR_SUCCESS; BROOD_EBUSY: this process holds its own lock, or a thread waits for the
 *          lock, nothing was closed; APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_shared_value_close(brood_shared_value_t *value);

/* ---- arrays ------------------------------------------------------------------------------- */

/* Makes an array of zeros.
 *
 * @param array     receives it; NULL on failure
 * @param typecode  one of c u b B h H i I l L q Q f d
 * @param length    how many items; 0 is allowed
 * @param options   or NULL: with a recursive lock of its own
 * @param pool      owns this process's handle to it; NULL: until the process ends
 * @returns as brood_shared_value_create(), and BROOD_ERANGE: no process can map so many.
 * Blocking: never. Threads and processes: as brood_shared_value_create(). Platforms: same
 * everywhere. Like: multiprocessing.Array(typecode, length); with unlocked RawArray(). */
BROOD_API apr_status_t brood_shared_array_create(brood_shared_array_t **array,
                                                 char typecode, size_t length,
                                                 const brood_shared_options_t *options,
                                                 apr_pool_t *pool);

/* Makes an array of these items.
 *
 * @param array     receives it; NULL on failure
 * @param typecode  one of c u b B h H i I l L q Q f d
 * @param items     as they shall lie in memory, in the types of the table above
 * @param length    how many
 * @param options   or NULL: with a recursive lock of its own
 * @param pool      owns this process's handle to it; NULL: until the process ends
 * @returns as brood_shared_array_create(), and APR_EINVAL: items is NULL and length is not 0.
 * Blocking: never. Threads and processes: as brood_shared_value_create(). Platforms: same
 * everywhere. Like: multiprocessing.Array(typecode, sequence). With the memory of another array
 * as `items`, sharedctypes.copy(). */
BROOD_API apr_status_t brood_shared_array_create_from(
    brood_shared_array_t **array, char typecode, const void *items, size_t length,
    const brood_shared_options_t *options, apr_pool_t *pool);

/* How many items it has.
 *
 * @param array  an open array
 * @returns the number; 0: it is closed, or array is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: len(array). */
BROOD_API size_t brood_shared_array_length(const brood_shared_array_t *array);

/* Reads an item as an integer.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_get_int(); BROOD_ERANGE also: there is no such item, the
 *          detail names the index and the length.
 * Blocking, threads and processes, platforms: as brood_shared_value_get_int(). Like:
 * array[index], which counts negative ones from the end. */
BROOD_API apr_status_t brood_shared_array_get_int(brood_shared_array_t *array,
                                                  size_t index, int64_t *number,
                                                  apr_interval_time_t timeout);

/* Reads an item as one that is not negative.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_get_int(); BROOD_ERANGE also: it is negative.
 * Blocking, threads and processes, platforms: as brood_shared_value_get_int(). */
BROOD_API apr_status_t brood_shared_array_get_uint(brood_shared_array_t *array,
                                                   size_t index, uint64_t *number,
                                                   apr_interval_time_t timeout);

/* Reads an item, of any type, as a double.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   receives it; 0 on failure
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_get_int(), but not BROOD_ETYPE.
 * Blocking, threads and processes, platforms: as brood_shared_value_get_int(). */
BROOD_API apr_status_t brood_shared_array_get_double(brood_shared_array_t *array,
                                                     size_t index, double *number,
                                                     apr_interval_time_t timeout);

/* Writes an integer to an item.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_set_int(); BROOD_ERANGE also: there is no such item.
 * Blocking, threads and processes, platforms: as brood_shared_value_set_int(). */
BROOD_API apr_status_t brood_shared_array_set_int(brood_shared_array_t *array,
                                                  size_t index, int64_t number,
                                                  apr_interval_time_t timeout);

/* Writes an integer that is not negative, of up to 64 bits, to an item.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_set_int().
 * Blocking, threads and processes, platforms: as brood_shared_value_set_int(). */
BROOD_API apr_status_t brood_shared_array_set_uint(brood_shared_array_t *array,
                                                   size_t index, uint64_t number,
                                                   apr_interval_time_t timeout);

/* Writes a real number to an item of an array of type f or d.
 *
 * @param array    an open array
 * @param index    from 0
 * @param number   what to write
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_set_int(), and BROOD_ETYPE: another type.
 * Blocking, threads and processes, platforms: as brood_shared_value_set_int(). */
BROOD_API apr_status_t brood_shared_array_set_double(brood_shared_array_t *array,
                                                     size_t index, double number,
                                                     apr_interval_time_t timeout);

/* Copies items out of the array, all under one hold of the lock.
 *
 * @param array    an open array
 * @param first    index of the first one
 * @param count    how many; they must lie within the array
 * @param items    receives them, in the type of the table above; may be NULL if count is 0
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS; BROOD_EOWNERDEAD: they were copied and the caller holds the lock;
 *          BROOD_ERANGE: they do not lie within the array; APR_TIMEUP, BROOD_EUNRECOVERABLE,
 *          BROOD_ECLOSED, APR_EINVAL: as brood_shared_value_get_int().
 * Blocking: while another holds the lock, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: as brood_shared_value_get_int(). Without a lock others may be writing
 * meanwhile. Platforms: same everywhere. Like: array[first:first + count]; with type c and all
 * of it, Array.raw. */
BROOD_API apr_status_t brood_shared_array_read(brood_shared_array_t *array, size_t first,
                                               size_t count, void *items,
                                               apr_interval_time_t timeout);

/* Copies items into the array, all under one hold of the lock.
 *
 * @param array    an open array
 * @param first    index of the first one
 * @param count    how many; they must lie within the array
 * @param items    the items, in the type of the table above; may be NULL if count is 0
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_read(); with BROOD_EOWNERDEAD and all other failures nothing
 *          was written.
 * Blocking: as brood_shared_array_read(). Threads and processes: killed in the middle it leaves
 * some items written, and the next to take the lock is told BROOD_EOWNERDEAD. Platforms: same
 * everywhere. Like: array[first:first + count] = …, Array.raw = … */
BROOD_API apr_status_t brood_shared_array_write(brood_shared_array_t *array, size_t first,
                                                size_t count, const void *items,
                                                apr_interval_time_t timeout);

/* Copies the text in an array of type c, up to the first zero or the array's end.
 *
 * @param array    an open array of type c
 * @param buffer   receives it, terminated; "" on failure
 * @param size     of the buffer, at least 1
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_read(); BROOD_ERANGE: the buffer is too small;
 *          BROOD_ETYPE: the array is of another type.
 * Blocking, threads and processes, platforms: as brood_shared_array_read(). Like: Array.value
 * of type c. */
BROOD_API apr_status_t brood_shared_array_get_string(brood_shared_array_t *array,
                                                     char *buffer, size_t size,
                                                     apr_interval_time_t timeout);

/* Writes a text to the beginning of an array of type c, and a zero after it if there is room;
 * what lies behind that is left as it is.
 *
 * @param array    an open array of type c
 * @param text     terminated; BROOD_ERANGE if it is longer than the array
 * @param timeout  for the lock: microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_array_write(); BROOD_ETYPE: the array is of another type.
 * Blocking, threads and processes, platforms: as brood_shared_array_write(). Like:
 * Array.value = … of type c. */
BROOD_API apr_status_t brood_shared_array_set_string(brood_shared_array_t *array,
                                                     const char *text,
                                                     apr_interval_time_t timeout);

/* The memory of the items.
 *
 * @param array  an open array
 * @returns the address of the first, aligned to 8 bytes, to be read as the type in the table
 *          above; valid until the handle is closed. NULL: it is closed, or array is NULL.
 * Blocking: never. Threads and processes: take the lock around plain accesses. Platforms: same
 * everywhere. Like: Array.get_obj(). */
BROOD_API void *brood_shared_array_data(const brood_shared_array_t *array);

/* The typecode that it was made with.
 *
 * @param array  an open array
 * @returns the typecode; 0: it is closed, or array is NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere. */
BROOD_API char brood_shared_array_typecode(const brood_shared_array_t *array);

/* Takes the lock, for more than one access.
 *
 * @param array    an open array
 * @param timeout  microseconds; negative: for ever; 0: tries once
 * @returns as brood_shared_value_acquire().
 * Blocking, threads and processes, platforms: as brood_shared_value_acquire(). */
BROOD_API apr_status_t brood_shared_array_acquire(brood_shared_array_t *array,
                                                  apr_interval_time_t timeout);

/* Gives the lock back, one level of it.
 *
 * @param array  an array whose lock the caller holds
 * @returns as brood_shared_value_release().
 * Blocking, threads and processes, platforms: as brood_shared_value_release(). */
BROOD_API apr_status_t brood_shared_array_release(brood_shared_array_t *array);

/* Closes this process's handle; the array lives until the last process lets go. A second close
 * is harmless.
 *
 * @param array  an array whose own lock this process does not hold
 * @returns as brood_shared_value_close().
 * Blocking, threads and processes, platforms: as brood_shared_value_close(). */
BROOD_API apr_status_t brood_shared_array_close(brood_shared_array_t *array);

BROOD_END_DECLS

#endif
