// What signal handlers and other threads may read and write of this process: where it is in its work,
// requests to stop, and the sentence of a process that traps. Nothing here allocates or locks.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdint.h>

/// Where the thread that trains is: an activity in the lowest byte, its detail above.
extern uint64_t cprocess_activity;
/// The step that is under way, from 1, and the last one on the disk; -1 for none.
extern int64_t cprocess_step;
extern int64_t cprocess_saved_step;

static inline void cprocess_enter(uint64_t activity) {
    __atomic_store_n(&cprocess_activity, activity, __ATOMIC_RELAXED);
}
static inline uint64_t cprocess_now(void) { return __atomic_load_n(&cprocess_activity, __ATOMIC_RELAXED); }
static inline void cprocess_set_step(int64_t step) {
    __atomic_store_n(&cprocess_step, step, __ATOMIC_RELAXED);
}
static inline int64_t cprocess_get_step(void) { return __atomic_load_n(&cprocess_step, __ATOMIC_RELAXED); }
static inline void cprocess_set_saved_step(int64_t step) {
    __atomic_store_n(&cprocess_saved_step, step, __ATOMIC_RELAXED);
}
static inline int64_t cprocess_get_saved_step(void) {
    return __atomic_load_n(&cprocess_saved_step, __ATOMIC_RELAXED);
}

/// Says a sentence on standard error when a signal of a trap or a bad access ends this process, which then
/// ends by the signal. `rank` is -1 without a launcher.
void cprocess_report_traps(int rank);

/// Counts this signal from here on instead of ending by it. With `once` the next one of its kind ends the
/// process.
void cprocess_count_signal(int number, int once);
/// How often the signal came.
int cprocess_signal_count(int number);
/// Gives a counted signal back to whoever had it before.
void cprocess_restore_signal(int number);
/// Has writes beyond `ulimit -f` fail with an error instead of a signal.
void cprocess_ignore_file_size_signal(void);

enum { CPROCESS_ADDRESS_SPACE, CPROCESS_DATA };
/// A limit of ulimit in bytes; -1 without one.
int64_t cprocess_limit(int kind);

/// Ends the process at once with this code.
_Noreturn void cprocess_exit(int code);

#endif
