// Shared memory by memfd_create: it has no name that could stay behind, and no limit from the size of
// /dev/shm.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "host_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

static int map(int descriptor, size_t bytes, void **address) {
    int flags = MAP_SHARED;
#if defined(__linux__)
    flags |= MAP_POPULATE;
#endif
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
    if (mapped == MAP_FAILED) return errno;
#if defined(__linux__)
    madvise(mapped, bytes, MADV_HUGEPAGE);
#endif
    *address = mapped;
    return 0;
}

int cmpi_memory_create(size_t bytes, int *descriptor, void **address) {
#if defined(__linux__)
    int file = memfd_create("lockstep-arena", MFD_CLOEXEC);
    if (file < 0) return errno;
    int code = ftruncate(file, (off_t)bytes) != 0 ? errno : 0;
    // Pages that are missing later would end the process with SIGBUS.
    if (code == 0) code = posix_fallocate(file, 0, (off_t)bytes);
    if (code == 0) code = map(file, bytes, address);
    if (code != 0) {
        close(file);
        return code;
    }
    *descriptor = file;
    return 0;
#else
    (void)bytes, (void)descriptor, (void)address, (void)map;
    return ENOSYS;
#endif
}

int cmpi_memory_open(int64_t process, int descriptor, size_t bytes, void **address) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/fd/%d", (long long)process, descriptor);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return errno;
    off_t length = lseek(file, 0, SEEK_END);
    int code = length == (off_t)bytes ? map(file, bytes, address) : EINVAL;
    close(file);
    return code;
}

void cmpi_memory_close(int descriptor) { close(descriptor); }

void cmpi_memory_unmap(void *address, size_t bytes) { munmap(address, bytes); }

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void cmpi_barrier_wait(void *address, uint32_t participants) {
    _Atomic uint32_t *arrived = address;
    _Atomic uint32_t *generation = arrived + 1;
    uint32_t own = atomic_load_explicit(generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(arrived, 1, memory_order_acq_rel) + 1 == participants) {
        atomic_store_explicit(arrived, 0, memory_order_relaxed);
        atomic_fetch_add_explicit(generation, 1, memory_order_acq_rel);
#if defined(__linux__)
        syscall(SYS_futex, generation, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
#endif
        return;
    }
    for (int turn = 0; atomic_load_explicit(generation, memory_order_acquire) == own; turn++) {
        if (turn < 200) {
            relax();
        } else {
#if defined(__linux__)
            syscall(SYS_futex, generation, FUTEX_WAIT, own, NULL, NULL, 0);
#else
            usleep(50);
#endif
        }
    }
}
