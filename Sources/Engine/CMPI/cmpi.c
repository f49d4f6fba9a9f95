// The functions of cmpi.h over <mpi.h>: conversions of handles, types and operations, nothing else.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cmpi.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#if __has_include(<mpi.h>)
#include <mpi.h>
#else
#include <mpi/mpi.h>
#endif

_Static_assert(sizeof(MPI_Comm) <= sizeof(cmpi_communicator), "a communicator handle must fit");
_Static_assert(MPI_MAX_ERROR_STRING <= CMPI_TEXT_CAPACITY, "an error text must fit");
_Static_assert(MPI_MAX_LIBRARY_VERSION_STRING <= CMPI_TEXT_CAPACITY, "a library version must fit");
_Static_assert(MPI_MAX_PROCESSOR_NAME <= CMPI_TEXT_CAPACITY, "a processor name must fit");
_Static_assert(MPI_SUCCESS == 0, "zero means success");

static MPI_Comm unwrap(cmpi_communicator communicator) {
    MPI_Comm handle;
    memcpy(&handle, &communicator.bits, sizeof handle);
    return handle;
}

static cmpi_communicator wrap(MPI_Comm handle) {
    cmpi_communicator communicator = {0};
    memcpy(&communicator.bits, &handle, sizeof handle);
    return communicator;
}

static MPI_Datatype datatype(int type) {
    switch (type) {
    case CMPI_FLOAT32: return MPI_FLOAT;
    case CMPI_FLOAT64: return MPI_DOUBLE;
    case CMPI_INT64: return MPI_INT64_T;
    case CMPI_BYTE: return MPI_BYTE;
    case CMPI_BITS16: return MPI_UINT16_T;
    default: return MPI_DATATYPE_NULL;
    }
}

static MPI_Op reduction(int operation) {
    switch (operation) {
    case CMPI_SUM: return MPI_SUM;
    case CMPI_MAXIMUM: return MPI_MAX;
    case CMPI_MINIMUM: return MPI_MIN;
    default: return MPI_OP_NULL;
    }
}

int cmpi_initialize(int *has_threads) {
    int provided = MPI_THREAD_SINGLE;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided);
    *has_threads = provided == MPI_THREAD_MULTIPLE;
    if (code != MPI_SUCCESS) return code;
    code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return code != MPI_SUCCESS ? code : MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
}

int cmpi_finalize(void) { return MPI_Finalize(); }

int cmpi_is_initialized(int *flag) { return MPI_Initialized(flag); }

cmpi_communicator cmpi_world(void) { return wrap(MPI_COMM_WORLD); }

int cmpi_rank(cmpi_communicator communicator, int *rank) { return MPI_Comm_rank(unwrap(communicator), rank); }

int cmpi_size(cmpi_communicator communicator, int *size) { return MPI_Comm_size(unwrap(communicator), size); }

int cmpi_duplicate(cmpi_communicator communicator, cmpi_communicator *result) {
    MPI_Comm handle = MPI_COMM_NULL;
    int code = MPI_Comm_dup(unwrap(communicator), &handle);
    *result = wrap(handle);
    return code;
}

int cmpi_split(
    cmpi_communicator communicator, int color, int key, cmpi_communicator *result, int *is_member) {
    MPI_Comm handle = MPI_COMM_NULL;
    int code = MPI_Comm_split(unwrap(communicator), color < 0 ? MPI_UNDEFINED : color, key, &handle);
    *result = wrap(handle);
    *is_member = handle != MPI_COMM_NULL;
    return code;
}

int cmpi_split_shared(cmpi_communicator communicator, cmpi_communicator *result) {
    MPI_Comm handle = MPI_COMM_NULL;
    int rank = 0;
    int code = MPI_Comm_rank(unwrap(communicator), &rank);
    if (code == MPI_SUCCESS) {
        code = MPI_Comm_split_type(
            unwrap(communicator), MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &handle);
    }
    *result = wrap(handle);
    return code;
}

int cmpi_free(cmpi_communicator communicator) {
    MPI_Comm handle = unwrap(communicator);
    return MPI_Comm_free(&handle);
}

typedef int (*help_printer)(const char *file, const char *topic, bool has_border, ...);

static int print_nothing(const char *file, const char *topic, bool has_border, ...) {
    (void)file, (void)topic, (void)has_border;
    return 0;
}

/// Open MPI 4 prints its help texts through this variable. Its box about MPI_Abort tells what the caller has
/// just told better; mpirun's own texts, such as which rank was killed, come from another process and stay.
static void silence_help(void) {
    char version[CMPI_TEXT_CAPACITY];
    cmpi_library_version(version);
    if (strncmp(version, "Open MPI v4.", 12) != 0) return;
    help_printer *printer = (help_printer *)dlsym(RTLD_DEFAULT, "opal_show_help");
    if (printer) *printer = print_nothing;
}

int cmpi_abort(cmpi_communicator communicator, int code) {
    silence_help();
    return MPI_Abort(unwrap(communicator), code);
}

int cmpi_barrier(cmpi_communicator communicator) { return MPI_Barrier(unwrap(communicator)); }

int cmpi_allreduce(void *values, int count, int type, int operation, cmpi_communicator communicator) {
    return MPI_Allreduce(
        MPI_IN_PLACE, values, count, datatype(type), reduction(operation), unwrap(communicator));
}

int cmpi_reduce(
    void *values, int count, int type, int operation, int root, cmpi_communicator communicator) {
    int rank = 0;
    int code = MPI_Comm_rank(unwrap(communicator), &rank);
    if (code != MPI_SUCCESS) return code;
    const void *given = rank == root ? MPI_IN_PLACE : values;
    return MPI_Reduce(
        given, values, count, datatype(type), reduction(operation), root, unwrap(communicator));
}

// MPI_Reduce_scatter with equal counts: Open MPI 4.1 runs it three times as fast as MPI_Reduce_scatter_block.
int cmpi_reduce_scatter_block(
    void *values, int count, int type, int operation, cmpi_communicator communicator) {
    int size = 0;
    int code = MPI_Comm_size(unwrap(communicator), &size);
    if (code != MPI_SUCCESS) return code;
    int *counts = malloc((size_t)size * sizeof *counts);
    if (counts == NULL) return MPI_ERR_NO_MEM;
    for (int rank = 0; rank < size; rank++) counts[rank] = count;
    code = MPI_Reduce_scatter(
        MPI_IN_PLACE, values, counts, datatype(type), reduction(operation), unwrap(communicator));
    free(counts);
    return code;
}

int cmpi_allgather(void *values, int count, int type, cmpi_communicator communicator) {
    return MPI_Allgather(
        MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, count, datatype(type), unwrap(communicator));
}

int cmpi_alltoall(
    const void *values, const int *counts, const int *displacements, void *received, int type,
    cmpi_communicator communicator) {
    int size = 0, rank = 0;
    int code = MPI_Comm_size(unwrap(communicator), &size);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(unwrap(communicator), &rank);
    if (code != MPI_SUCCESS) return code;
    int *blocks = malloc(2 * (size_t)size * sizeof *blocks);
    if (blocks == NULL) return MPI_ERR_NO_MEM;
    for (int source = 0; source < size; source++) {
        blocks[source] = counts[rank];
        blocks[size + source] = source * counts[rank];
    }
    code = MPI_Alltoallv(
        values, counts, displacements, datatype(type), received, blocks, blocks + size, datatype(type),
        unwrap(communicator));
    free(blocks);
    return code;
}

int cmpi_allgather_parts(
    void *values, const int *counts, const int *displacements, int type, cmpi_communicator communicator) {
    return MPI_Allgatherv(
        MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, displacements, datatype(type),
        unwrap(communicator));
}

// MPI's blocking calls poll; even with mpi_yield_when_idle that takes a part of the core from the thread that
// computes.
static int wait_asleep(int count, MPI_Request *requests) {
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 100000};
    for (int turn = 0;; turn++) {
        int is_done = 0;
        int code = MPI_Testall(count, requests, &is_done, MPI_STATUSES_IGNORE);
        if (code != MPI_SUCCESS || is_done) return code;
        if (turn >= 20) nanosleep(&pause, NULL);
    }
}

enum { PAIR_TAG = 77 };

// Sends send_counts[p] elements from send_starts[p] of `sent` to each other rank p and receives into
// `received`.
static int exchange_asleep(
    const char *sent, const int *send_counts, const int *send_starts, char *received,
    const int *receive_counts, const int *receive_starts, int type, MPI_Comm communicator) {
    int size = 0, rank = 0, width = 0;
    int code = MPI_Comm_size(communicator, &size);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(communicator, &rank);
    if (code == MPI_SUCCESS) code = MPI_Type_size(datatype(type), &width);
    if (code != MPI_SUCCESS) return code;
    MPI_Request *requests = malloc(2 * (size_t)size * sizeof *requests);
    if (requests == NULL) return MPI_ERR_NO_MEM;
    int count = 0;
    for (int step = 1; step < size && code == MPI_SUCCESS; step++) {
        int source = (rank + size - step) % size;
        code = MPI_Irecv(
            received + (size_t)receive_starts[source] * (size_t)width, receive_counts[source], datatype(type),
            source, PAIR_TAG, communicator, &requests[count++]);
    }
    for (int step = 1; step < size && code == MPI_SUCCESS; step++) {
        int target = (rank + step) % size;
        code = MPI_Isend(
            sent + (size_t)send_starts[target] * (size_t)width, send_counts[target], datatype(type), target,
            PAIR_TAG, communicator, &requests[count++]);
    }
    if (code == MPI_SUCCESS) code = wait_asleep(count, requests);
    free(requests);
    return code;
}

int cmpi_alltoall_asleep(
    const void *values, const int *counts, const int *displacements, void *received, int type,
    cmpi_communicator communicator) {
    int size = 0, rank = 0, width = 0;
    int code = MPI_Comm_size(unwrap(communicator), &size);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(unwrap(communicator), &rank);
    if (code == MPI_SUCCESS) code = MPI_Type_size(datatype(type), &width);
    if (code != MPI_SUCCESS) return code;
    int *blocks = malloc(2 * (size_t)size * sizeof *blocks);
    if (blocks == NULL) return MPI_ERR_NO_MEM;
    for (int source = 0; source < size; source++) {
        blocks[source] = counts[rank];
        blocks[size + source] = source * counts[rank];
    }
    memcpy(
        (char *)received + (size_t)blocks[size + rank] * (size_t)width,
        (const char *)values + (size_t)displacements[rank] * (size_t)width,
        (size_t)counts[rank] * (size_t)width);
    code = exchange_asleep(
        values, counts, displacements, received, blocks, blocks + size, type, unwrap(communicator));
    free(blocks);
    return code;
}

int cmpi_allgather_parts_asleep(
    void *values, const int *counts, const int *displacements, int type, cmpi_communicator communicator) {
    int size = 0, rank = 0;
    int code = MPI_Comm_size(unwrap(communicator), &size);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(unwrap(communicator), &rank);
    if (code != MPI_SUCCESS) return code;
    int *own = malloc(2 * (size_t)size * sizeof *own);
    if (own == NULL) return MPI_ERR_NO_MEM;
    for (int target = 0; target < size; target++) {
        own[target] = counts[rank];
        own[size + target] = displacements[rank];
    }
    code = exchange_asleep(
        values, own, own + size, values, counts, displacements, type, unwrap(communicator));
    free(own);
    return code;
}

int cmpi_broadcast(void *values, int count, int type, int root, cmpi_communicator communicator) {
    return MPI_Bcast(values, count, datatype(type), root, unwrap(communicator));
}

int cmpi_probe(int tag, cmpi_communicator communicator, int *is_there, int *source, int *count) {
    MPI_Status status;
    int code = MPI_Iprobe(MPI_ANY_SOURCE, tag, unwrap(communicator), is_there, &status);
    *source = 0;
    *count = 0;
    if (code != MPI_SUCCESS || !*is_there) return code;
    *source = status.MPI_SOURCE;
    return MPI_Get_count(&status, MPI_BYTE, count);
}

int cmpi_send(const void *bytes, int count, int to, int tag, cmpi_communicator communicator) {
    return MPI_Send(bytes, count, MPI_BYTE, to, tag, unwrap(communicator));
}

int cmpi_receive(
    void *bytes, int capacity, int from, int tag, cmpi_communicator communicator, int *received) {
    MPI_Status status;
    int code = MPI_Recv(bytes, capacity, MPI_BYTE, from, tag, unwrap(communicator), &status);
    *received = 0;
    return code != MPI_SUCCESS ? code : MPI_Get_count(&status, MPI_BYTE, received);
}

void cmpi_error_text(int code, char *text) {
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) strcpy(text, "unknown MPI error");
}

void cmpi_library_version(char *text) {
    int length = 0;
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) strcpy(text, "unknown MPI library");
}

int cmpi_processor_name(char *text) {
    int length = 0;
    return MPI_Get_processor_name(text, &length);
}
