// MPI as plain C functions over opaque values: no <mpi.h> here, because its macros and handles do not import
// into Swift. Every function that returns int returns an MPI error code, 0 for success.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// An MPI_Comm of any implementation: a pointer in Open MPI, an int in MPICH.
typedef struct {
    uint64_t bits;
} cmpi_communicator;

enum { CMPI_FLOAT32 = 0, CMPI_FLOAT64 = 1, CMPI_INT64 = 2, CMPI_BYTE = 3, CMPI_BITS16 = 4 };
enum { CMPI_SUM = 0, CMPI_MAXIMUM = 1, CMPI_MINIMUM = 2 };
enum { CMPI_TEXT_CAPACITY = 8192 };

/// Initialises MPI for calls from several threads at once; `*has_threads` says whether the library gave that.
/// Errors come back as codes from then on.
int cmpi_initialize(int *has_threads);
int cmpi_finalize(void);
int cmpi_is_initialized(int *flag);

cmpi_communicator cmpi_world(void);
int cmpi_rank(cmpi_communicator communicator, int *rank);
int cmpi_size(cmpi_communicator communicator, int *size);
int cmpi_duplicate(cmpi_communicator communicator, cmpi_communicator *result);
/// Ranks with the same color form a communicator, ordered by key; a negative color gives `*is_member` 0.
int cmpi_split(
    cmpi_communicator communicator, int color, int key, cmpi_communicator *result, int *is_member);
/// The ranks that share memory with this one.
int cmpi_split_shared(cmpi_communicator communicator, cmpi_communicator *result);
int cmpi_free(cmpi_communicator communicator);
/// Ends all ranks without a text of the library's own, which would stand below the caller's sentence.
int cmpi_abort(cmpi_communicator communicator, int code);

int cmpi_barrier(cmpi_communicator communicator);
int cmpi_allreduce(void *values, int count, int type, int operation, cmpi_communicator communicator);
/// In place at the root; other ranks only give.
int cmpi_reduce(
    void *values, int count, int type, int operation, int root, cmpi_communicator communicator);
/// `values` holds size × count elements; afterwards the first `count` hold the reduction of this rank's
/// block.
int cmpi_reduce_scatter_block(
    void *values, int count, int type, int operation, cmpi_communicator communicator);
/// `values` holds size × count elements; every rank has filled the block of its rank.
int cmpi_allgather(void *values, int count, int type, cmpi_communicator communicator);
/// Rank p gets counts[p] elements of `values` from displacements[p] on; `received` gets size × counts[own
/// rank], one block a rank. Counts and displacements are the same on all ranks.
int cmpi_alltoall(
    const void *values, const int *counts, const int *displacements, void *received, int type,
    cmpi_communicator communicator);
/// In place: rank p has filled counts[p] elements of `values` from displacements[p] on.
int cmpi_allgather_parts(
    void *values, const int *counts, const int *displacements, int type, cmpi_communicator communicator);
/// The same two by messages between all pairs, for ranks on different hosts: the caller sleeps while bytes
/// travel, so that a thread that computes keeps the core.
int cmpi_alltoall_asleep(
    const void *values, const int *counts, const int *displacements, void *received, int type,
    cmpi_communicator communicator);
int cmpi_allgather_parts_asleep(
    void *values, const int *counts, const int *displacements, int type, cmpi_communicator communicator);
int cmpi_broadcast(void *values, int count, int type, int root, cmpi_communicator communicator);
/// Whether a message with this tag waits to be received, from which rank, and of how many bytes.
int cmpi_probe(int tag, cmpi_communicator communicator, int *is_there, int *source, int *count);
int cmpi_send(const void *bytes, int count, int to, int tag, cmpi_communicator communicator);
/// `*received` is the number of bytes that came, at most `capacity`.
int cmpi_receive(
    void *bytes, int capacity, int from, int tag, cmpi_communicator communicator, int *received);

/// These write a zero-terminated text of at most CMPI_TEXT_CAPACITY bytes.
void cmpi_error_text(int code, char *text);
void cmpi_library_version(char *text);
int cmpi_processor_name(char *text);
