// Signal handlers in the functions that POSIX allows them (signal-safety(7)): a buffer of fixed size and
// write(2).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t cprocess_activity = 0;
int64_t cprocess_step = 0;
int64_t cprocess_saved_step = -1;

// In the order of Machine's RankActivity.
static const char *const activities[] = {
    "starting", "joining the job", "loading model and data", "reading rows", "forward", "backward",
    "waiting for other ranks", "updating the weights", "evaluating", "saving", "writing the final model",
};
enum { FORWARD = 4, BACKWARD = 5 };
// The code of Machine's MemoryShortage.
enum { OUT_OF_MEMORY = 71 };

static const int traps[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
static struct sigaction before[sizeof traps / sizeof *traps];
static int own_rank = -1;
static char host[256];
static int has_reported = 0;

typedef struct {
    char bytes[1024];
    size_t count;
} line;

static void add(line *text, const char *words) {
    size_t length = strlen(words), left = sizeof text->bytes - text->count;
    if (length > left) length = left;
    memcpy(text->bytes + text->count, words, length);
    text->count += length;
}

static void add_number(line *text, int64_t number) {
    char digits[24];
    size_t place = sizeof digits;
    digits[--place] = 0;
    if (number < 0) number = 0;
    do {
        digits[--place] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(text, digits + place);
}

/// Bytes of address space that this process has; -1 where the system does not tell.
static int64_t address_space(void) {
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    char text[64];
    ssize_t count = read(file, text, sizeof text);
    close(file);
    int64_t pages = 0;
    if (count <= 0) return -1;
    for (ssize_t i = 0; i < count && text[i] >= '0' && text[i] <= '9'; i++) {
        pages = pages * 10 + text[i] - '0';
    }
    return pages * sysconf(_SC_PAGESIZE);
}

/// Whether memory by `ulimit -v` is all but used up: the C library takes it in pieces of 64 MiB and more.
static int is_near_limit(int64_t limit, int64_t used) {
    return limit > 0 && used > 0 && limit - used < ((int64_t)160 << 20);
}

/// Returns whether memory is the likely reason.
static int add_reason(line *text, int number) {
    int64_t limit = cprocess_limit(CPROCESS_ADDRESS_SPACE), used = address_space();
    if (is_near_limit(limit, used)) {
        add(text, ": most likely out of memory, for this process has ");
        add_number(text, used >> 20);
        add(text, " MiB of the ");
        add_number(text, limit >> 20);
        add(text, " MiB that ulimit -v allows; raise that limit, or lower per_device_train_batch_size or "
                  "max_seq_length, or set gradient_checkpointing: true or bf16: true");
        return 1;
    } else if (number == SIGBUS) {
        add(text, ": a file or shared memory that was mapped is shorter now; is the disk or /dev/shm full?");
    } else {
        add(text, ": a check inside the program failed, which should not happen; please report it with "
                  "these lines");
    }
    return 0;
}

static void report_trap(int number) {
    size_t place = 0;
    while (place + 1 < sizeof traps / sizeof *traps && traps[place] != number) place++;
    if (!__atomic_exchange_n(&has_reported, 1, __ATOMIC_RELAXED)) {
        line text = {.count = 0};
        if (own_rank >= 0) {
            add(&text, "[rank ");
            add_number(&text, own_rank);
            add(&text, " on ");
            add(&text, host);
            add(&text, "] ");
        }
        add(&text, "error: ended by signal ");
        add_number(&text, number);
        add(&text, " in ");
        int64_t step = cprocess_get_step();
        if (step > 0) {
            add(&text, "step ");
            add_number(&text, step);
            add(&text, ", ");
        }
        uint64_t now = cprocess_now();
        uint64_t activity = now & 0xFF;
        if (activity < sizeof activities / sizeof *activities) add(&text, activities[activity]);
        if (activity == FORWARD || activity == BACKWARD) {
            add(&text, ", layer ");
            add_number(&text, (int64_t)(now >> 8) + 1);
        }
        int is_memory = add_reason(&text, number);
        add(&text, "\n");
        ssize_t written = write(STDERR_FILENO, text.bytes, text.count);
        (void)written;
        if (is_memory) _exit(OUT_OF_MEMORY);
    }
    sigaction(number, &before[place], NULL);
    raise(number);
}

void cprocess_report_traps(int rank) {
    own_rank = rank;
    if (gethostname(host, sizeof host - 1) != 0) strcpy(host, "this host");
    struct sigaction action = {0};
    action.sa_handler = report_trap;
    for (size_t place = 0; place < sizeof traps / sizeof *traps; place++) {
        sigaction(traps[place], &action, &before[place]);
    }
}

static int counts[NSIG];
static struct sigaction earlier[NSIG];

static void count_signal(int number) { __atomic_fetch_add(&counts[number], 1, __ATOMIC_RELAXED); }

void cprocess_count_signal(int number, int once) {
    struct sigaction action = {0};
    action.sa_handler = count_signal;
    action.sa_flags = SA_RESTART | (once ? (int)SA_RESETHAND : 0);
    struct sigaction old;
    if (sigaction(number, &action, &old) == 0 && old.sa_handler != count_signal) earlier[number] = old;
}

int cprocess_signal_count(int number) {
    return number > 0 && number < NSIG ? __atomic_load_n(&counts[number], __ATOMIC_RELAXED) : 0;
}

void cprocess_restore_signal(int number) { sigaction(number, &earlier[number], NULL); }

void cprocess_ignore_file_size_signal(void) { signal(SIGXFSZ, SIG_IGN); }

int64_t cprocess_limit(int kind) {
    struct rlimit limit;
    int resource = kind == CPROCESS_DATA ? RLIMIT_DATA : RLIMIT_AS;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
    return limit.rlim_cur > (rlim_t)INT64_MAX ? -1 : (int64_t)limit.rlim_cur;
}

_Noreturn void cprocess_exit(int code) { _exit(code); }
