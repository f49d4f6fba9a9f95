// The threads of this process: parallel regions of our kernels, and of oneDNN, which finds OpenMP's functions
// here.
//
// libgomp's threads spin for milliseconds at the end of a region. On cores that other programs use too, they
// burn the time slices that their own work needs, and a region takes a scheduler's slice instead of
// microseconds. These threads spin only as long as they get the cores for themselves, and sleep otherwise.
#define _GNU_SOURCE
#include "ckernels.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

// MARK: Waiting

/// A word that threads wait for, and how many of them sleep.
typedef struct {
    // Two lines: processors fetch them in pairs, so that a neighbour's word in the second would be contended
    // too.
    alignas(128) _Atomic uint32_t word;
    _Atomic uint32_t sleepers;
} signal_word;

enum {
    spin_nanoseconds = 2000000,         // how long a waiting thread spins before it sleeps
    watch_nanoseconds = 10000000,       // over what time a worker looks whether its core is its own
    least_rest_nanoseconds = 20000000,  // how long nobody spins when it is not; doubled while that stays so
    longest_rest_nanoseconds = 1000000000,
};

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Until when nobody spins, because other programs want the cores, and how long that was the last time.
static _Atomic uint64_t rest_until, last_rest;

/// What a thread knows of its core since it last slept: when it began to look, and its processor time then.
typedef struct {
    uint64_t since, processor_time;
} core_watch;

/// Looks whether a tenth of the time went to others. For threads that never sleep but in `await_change`: of
/// these all time that is not their own was taken from them.
static void watch_core(core_watch *watch, uint64_t now) {
    if (watch->since != 0 && now - watch->since < watch_nanoseconds) return;
    uint64_t processor_time = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    if (watch->since != 0) {
        uint64_t elapsed = now - watch->since, own = processor_time - watch->processor_time;
        uint64_t rest = atomic_load_explicit(&last_rest, memory_order_relaxed);
        if (own < elapsed - elapsed / 10) {
            rest = rest < least_rest_nanoseconds ? least_rest_nanoseconds : rest * 2;
            if (rest > longest_rest_nanoseconds) rest = longest_rest_nanoseconds;
            atomic_store_explicit(&rest_until, now + rest, memory_order_relaxed);
        } else {
            rest /= 2;
        }
        atomic_store_explicit(&last_rest, rest, memory_order_relaxed);
    }
    watch->since = now;
    watch->processor_time = processor_time;
}

/// Waits until the word is no longer `old`; returns what it is. `watch` is that of a worker, else null.
static uint32_t await_change(signal_word *signal, uint32_t old, core_watch *watch) {
    uint32_t word;
    uint64_t start = 0, now;
    do {
        for (int turn = 0; turn < 64; turn++) {
            word = atomic_load_explicit(&signal->word, memory_order_acquire);
            if (word != old) return word;
            relax();
        }
        now = nanoseconds(CLOCK_MONOTONIC);
        if (start == 0) start = now;
        if (watch != NULL) watch_core(watch, now);
    } while (now - start < spin_nanoseconds &&
             now >= atomic_load_explicit(&rest_until, memory_order_relaxed));
    // Counted before the word is looked at again; `wake` reads the count after the word was changed. So
    // either the change is seen here, or the sleeper there.
    atomic_fetch_add(&signal->sleepers, 1);
    while ((word = atomic_load(&signal->word)) == old) {
#if defined(__linux__)
        syscall(SYS_futex, &signal->word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
#else
        usleep(50);
#endif
    }
    atomic_fetch_sub(&signal->sleepers, 1);
    if (watch != NULL) watch->since = 0;
    return word;
}

/// Tells the threads that wait for the word, after it was changed.
static void wake(signal_word *signal) {
    if (atomic_load(&signal->sleepers) == 0) return;
#if defined(__linux__)
    syscall(SYS_futex, &signal->word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
#endif
}

// MARK: Regions

enum { team_bits = 10, largest_team = (1 << team_bits) - 1 };

/// The threads that work for one thread, and the region that they are in. The word of `start` counts regions
/// in its upper bits and holds the size of the team in its lower ones, so that a thread without a part sees
/// so at once.
typedef struct pool {
    signal_word start, finish, barrier;
    alignas(128) _Atomic uint32_t working;
    _Atomic uint32_t arrived;
    void (*function)(void *);
    void *data;
    uint32_t worker_count;
    pthread_t workers[largest_team];
} pool;

typedef struct {
    pool *pool;
    int index;
    uint32_t start;
} worker_start;

/// The calling thread's place in the region that it is in.
static _Thread_local struct {
    pool *own;         // of a thread that starts regions
    pool *current;     // nil outside of regions with several threads
    int index, team;
    core_watch *watch; // a worker's
} place = {.team = 1};

static _Atomic int thread_count = 1;
/// What the calling thread computes may not depend on the number of threads; and oneDNN runs on it alone.
static _Thread_local int is_reproducible, is_alone;
static _Atomic uint64_t region_count;
static pthread_key_t pool_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run_part(pool *p, int index, int team) {
    place.current = p;
    place.index = index;
    place.team = team;
    p->function(p->data);
    place.current = NULL;
    place.index = 0;
    place.team = 1;
}

static void *work(void *argument) {
    worker_start own = *(worker_start *)argument;
    free(argument);
    pool *p = own.pool;
    uint32_t word = own.start;
    core_watch watch = {0};
    place.watch = &watch;
    while (1) {
        word = await_change(&p->start, word, &watch);
        int team = (int)(word & largest_team);
        if (team == 0) return NULL;
        if (own.index >= team) continue;
        run_part(p, own.index, team);
        if (atomic_fetch_sub(&p->working, 1) == 1) {
            atomic_fetch_add(&p->finish.word, 1);
            wake(&p->finish);
        }
    }
}

/// Publishes a region of `team` threads; 0 ends the workers.
static void publish(pool *p, uint32_t team) {
    uint32_t count = (atomic_load_explicit(&p->start.word, memory_order_relaxed) >> team_bits) + 1;
    atomic_store(&p->start.word, count << team_bits | team);
    wake(&p->start);
}

/// Ends a pool when the thread that owns it ends.
static void end_pool(void *argument) {
    pool *p = argument;
    publish(p, 0);
    for (uint32_t index = 0; index < p->worker_count; index++) pthread_join(p->workers[index], NULL);
    free(p);
}

static void make_key(void) { pthread_key_create(&pool_key, end_pool); }

/// The calling thread's pool with enough workers for `team`; fewer where the system gives no more threads.
static pool *pool_for(int team) {
    if (place.own == NULL) {
        pthread_once(&once, make_key);
        void *memory = NULL;
        if (posix_memalign(&memory, alignof(pool), sizeof(pool)) != 0) return NULL;
        place.own = memory;
        *place.own = (pool){0};
        pthread_setspecific(pool_key, place.own);
    }
    pool *p = place.own;
    while (p->worker_count + 1 < (uint32_t)team) {
        worker_start *start = malloc(sizeof *start);
        if (start == NULL) break;
        *start = (worker_start){p, (int)p->worker_count + 1, atomic_load(&p->start.word)};
        if (pthread_create(&p->workers[p->worker_count], NULL, work, start) != 0) {
            free(start);
            break;
        }
        p->worker_count++;
    }
    return p;
}

/// Calls `function(data)` on the calling thread and on `threads` − 1 others, and returns when all are done.
/// Inside a region it calls it once, on the calling thread, as OpenMP does.
static void run_region(void (*function)(void *), void *data, int threads) {
    if (threads > largest_team) threads = largest_team;
    pool *p = threads > 1 && place.current == NULL ? pool_for(threads) : NULL;
    if (p != NULL && threads > (int)p->worker_count + 1) threads = (int)p->worker_count + 1;
    if (p == NULL || threads == 1) {
        typeof(place) outer = place;
        place.index = 0;
        place.team = 1;
        function(data);
        place.index = outer.index;
        place.team = outer.team;
        return;
    }
    atomic_fetch_add_explicit(&region_count, 1, memory_order_relaxed);
    p->function = function;
    p->data = data;
    atomic_store_explicit(&p->working, (uint32_t)threads - 1, memory_order_relaxed);
    uint32_t finish = atomic_load_explicit(&p->finish.word, memory_order_relaxed);
    publish(p, (uint32_t)threads);
    run_part(p, 0, threads);
    await_change(&p->finish, finish, NULL);
}

// MARK: What kernels use

typedef struct {
    void (*body)(int, int, void *);
    void *context;
    int parts;
} parallel_parts;

static void run_parts(void *data) {
    const parallel_parts *r = data;
    // There may be fewer threads than parts: each then takes several.
    int threads = place.team;
    for (int part = place.index; part < r->parts; part += threads) r->body(part, r->parts, r->context);
}

void ck_parallel(int parts, void (*body)(int, int, void *), void *context) {
    parallel_parts r = {body, context, parts};
    if (parts >= 1) run_region(run_parts, &r, parts);
}

void ck_set_threads(int threads) {
    atomic_store(&thread_count, threads < largest_team ? threads : largest_team);
}

void ck_set_reproducible(int flag) { is_reproducible = flag; }
int ck_is_reproducible(void) { return is_reproducible; }
void ck_set_alone(int flag) { is_alone = flag; }

int ck_threads(void) { return atomic_load_explicit(&thread_count, memory_order_relaxed); }

uint64_t ck_region_count(void) { return atomic_load_explicit(&region_count, memory_order_relaxed); }

int ck_usable_cores(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int ck_machine_cores(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

// MARK: What oneDNN uses

// oneDNN needs these six functions of OpenMP's run-time library and no other. A program's own functions come
// before those of libgomp, if it exports them, so its products run on the threads above.
//
// It has to be told to: oneDNN asks for versions of libgomp's, for which gold and lld export no function
// without one. With versions they would, but then nothing of this could become part of a shared library. The
// Swift driver adds what this section of an object says to the linker's arguments, whatever is linked and
// from whichever package.
#if defined(__ELF__)
#define EXPORT(name)                                                  \
    __asm__(".pushsection .swift1_autolink_entries,\"e\",@progbits\n" \
            ".asciz \"-Wl,--export-dynamic-symbol=" #name "\"\n"      \
            ".popsection");
#else
#define EXPORT(name)
#endif

EXPORT(GOMP_parallel)
EXPORT(GOMP_barrier)
EXPORT(omp_get_thread_num)
EXPORT(omp_get_num_threads)
EXPORT(omp_get_max_threads)
EXPORT(omp_in_parallel)

int omp_get_max_threads(void);

void GOMP_parallel(void (*function)(void *), void *data, unsigned threads, unsigned flags) {
    (void)flags;
    run_region(function, data, threads == 0 ? omp_get_max_threads() : (int)threads);
}

void GOMP_barrier(void) {
    pool *p = place.current;
    if (p == NULL || place.team == 1) return;
    uint32_t generation = atomic_load(&p->barrier.word);
    if (atomic_fetch_add(&p->arrived, 1) + 1 == (uint32_t)place.team) {
        // Before the word changes: whom that lets go may come to the next barrier at once.
        atomic_store(&p->arrived, 0);
        atomic_fetch_add(&p->barrier.word, 1);
        wake(&p->barrier);
    } else {
        await_change(&p->barrier, generation, place.watch);
    }
}

int omp_get_thread_num(void) { return place.index; }
int omp_get_num_threads(void) { return place.team; }
// oneDNN asks this when it chooses the code of a product, and how it sums depends on the answer.
int omp_get_max_threads(void) { return is_alone ? 1 : ck_threads(); }
int omp_in_parallel(void) { return is_alone || place.current != NULL; }

int ck_serves_openmp(void) { return dlsym(RTLD_DEFAULT, "GOMP_parallel") == (void *)GOMP_parallel; }
