// libgomp's thread pool without OpenMP pragmas: oneDNN uses the same threads.
#define _GNU_SOURCE
#include "ckernels.h"

#include <sched.h>
#include <unistd.h>

extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int threads);
extern void omp_set_dynamic(int dynamic);

typedef struct {
    void (*body)(int, int, void *);
    void *context;
    int parts;
} region;

static void run_region(void *data) {
    const region *r = data;
    // The runtime may grant fewer threads than parts: each then takes several.
    int threads = omp_get_num_threads();
    for (int part = omp_get_thread_num(); part < r->parts; part += threads) {
        r->body(part, r->parts, r->context);
    }
}

void ck_parallel(int parts, void (*body)(int, int, void *), void *context) {
    region r = {body, context, parts};
    if (parts <= 1) {
        if (parts == 1) body(0, 1, context);
        return;
    }
    GOMP_parallel(run_region, &r, (unsigned)parts, 0);
}

void ck_set_threads(int threads) {
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
}

int ck_usable_cores(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int ck_machine_cores(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }

int ck_threads(void) { return omp_get_max_threads(); }
