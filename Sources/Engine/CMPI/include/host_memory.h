// Memory that the processes of one host share, and a barrier in it: plain Linux, no MPI.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Makes `bytes` of zeroed memory that has no name, takes all of its pages now and maps them at `*address`.
/// Returns 0 or an errno; on success `*descriptor` is the way for other processes to open it, to be closed by
/// the caller.
int cmpi_memory_create(size_t bytes, int *descriptor, void **address);
/// Maps the memory that process `process` of this user has under `descriptor`. Returns 0 or an errno.
int cmpi_memory_open(int64_t process, int descriptor, size_t bytes, void **address);
void cmpi_memory_close(int descriptor);
void cmpi_memory_unmap(void *address, size_t bytes);

/// Waits until `participants` processes have come to the barrier at `address`, 8 bytes of shared memory that
/// were zero. Waits awake for a few microseconds, then asleep, so that a thread that computes gets the core.
/// What a process wrote before the barrier is seen by the others after it.
void cmpi_barrier_wait(void *address, uint32_t participants);
