#pragma once

// Handles cross as integers and constants as functions: MPI_Comm and its kind are pointers in
// Open MPI and integers in MPICH, and most constants are macros that Swift cannot import. Behind
// this file nothing tells the two libraries apart.

#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct { intptr_t bits; } CMPI_Comm;
typedef struct { intptr_t bits; } CMPI_Request;
typedef struct { intptr_t bits; } CMPI_Message;

// MPI_Status has other fields in another order in each library.
typedef struct { int source; int tag; int count; } CMPI_Envelope;

#define CMPI_WRAP(type, handle) ((CMPI_##type){(intptr_t)(handle)})
#define CMPI_UNWRAP(type, handle) ((MPI_##type)(handle).bits)

// In the order of MPI.ElementType.
static inline MPI_Datatype CMPI_datatype(int element) {
  switch (element) {
  case 0: return MPI_UINT8_T;
  case 1: return MPI_INT32_T;
  case 2: return MPI_INT64_T;
  case 3: return MPI_FLOAT;
  case 4: return MPI_DOUBLE;
  default: return MPI_DATATYPE_NULL;
  }
}

// In the order of MPI.Reduction.
static inline MPI_Op CMPI_op(int reduction) {
  switch (reduction) {
  case 0: return MPI_MIN;
  case 1: return MPI_MAX;
  case 2: return MPI_SUM;
  default: return MPI_OP_NULL;
  }
}

static inline int CMPI_success(void) { return MPI_SUCCESS; }
static inline int CMPI_any_source(void) { return MPI_ANY_SOURCE; }
static inline int CMPI_any_tag(void) { return MPI_ANY_TAG; }
static inline int CMPI_max_error_string(void) { return MPI_MAX_ERROR_STRING; }
static inline int CMPI_max_library_version_string(void) { return MPI_MAX_LIBRARY_VERSION_STRING; }
static inline int CMPI_max_processor_name(void) { return MPI_MAX_PROCESSOR_NAME; }
static inline CMPI_Comm CMPI_comm_world(void) { return CMPI_WRAP(Comm, MPI_COMM_WORLD); }
static inline CMPI_Comm CMPI_comm_self(void) { return CMPI_WRAP(Comm, MPI_COMM_SELF); }

// Environment.

static inline int CMPI_init_funneled(int *provided_enough) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  *provided_enough = provided >= MPI_THREAD_FUNNELED;
  return code;
}

static inline int CMPI_return_errors(CMPI_Comm comm) {
  return MPI_Comm_set_errhandler(CMPI_UNWRAP(Comm, comm), MPI_ERRORS_RETURN);
}

// MPI_Abort may come back, for instance when the launcher is gone already.
__attribute__((noreturn)) static inline void CMPI_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  _exit(code);
}

// Communicators.

static inline int CMPI_comm_rank(CMPI_Comm comm, int *rank) {
  return MPI_Comm_rank(CMPI_UNWRAP(Comm, comm), rank);
}

static inline int CMPI_comm_size(CMPI_Comm comm, int *size) {
  return MPI_Comm_size(CMPI_UNWRAP(Comm, comm), size);
}

static inline int CMPI_comm_dup(CMPI_Comm comm, CMPI_Comm *copy) {
  MPI_Comm result = MPI_COMM_NULL;
  int code = MPI_Comm_dup(CMPI_UNWRAP(Comm, comm), &result);
  *copy = CMPI_WRAP(Comm, result);
  return code;
}

static inline int CMPI_comm_split(CMPI_Comm comm, int color, int key, CMPI_Comm *part) {
  MPI_Comm result = MPI_COMM_NULL;
  int code = MPI_Comm_split(CMPI_UNWRAP(Comm, comm), color, key, &result);
  *part = CMPI_WRAP(Comm, result);
  return code;
}

static inline int CMPI_comm_split_shared(CMPI_Comm comm, int key, CMPI_Comm *part) {
  MPI_Comm result = MPI_COMM_NULL;
  int code = MPI_Comm_split_type(
      CMPI_UNWRAP(Comm, comm), MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &result);
  *part = CMPI_WRAP(Comm, result);
  return code;
}

static inline int CMPI_comm_free(CMPI_Comm comm) {
  MPI_Comm handle = CMPI_UNWRAP(Comm, comm);
  return MPI_Comm_free(&handle);
}

// Point to point.

static inline int CMPI_send(
    const void *buffer, int count, int element, int rank, int tag, CMPI_Comm comm) {
  return MPI_Send(buffer, count, CMPI_datatype(element), rank, tag, CMPI_UNWRAP(Comm, comm));
}

static inline int CMPI_recv(
    void *buffer, int count, int element, int source, int tag, CMPI_Comm comm,
    CMPI_Envelope *envelope) {
  MPI_Status status;
  int code = MPI_Recv(
      buffer, count, CMPI_datatype(element), source, tag, CMPI_UNWRAP(Comm, comm), &status);
  if (code != MPI_SUCCESS) return code;
  *envelope = (CMPI_Envelope){status.MPI_SOURCE, status.MPI_TAG, 0};
  return MPI_Get_count(&status, CMPI_datatype(element), &envelope->count);
}

static inline int CMPI_isend(
    const void *buffer, int count, int element, int rank, int tag, CMPI_Comm comm,
    CMPI_Request *request) {
  MPI_Request result = MPI_REQUEST_NULL;
  int code = MPI_Isend(
      buffer, count, CMPI_datatype(element), rank, tag, CMPI_UNWRAP(Comm, comm), &result);
  *request = CMPI_WRAP(Request, result);
  return code;
}

static inline int CMPI_test(CMPI_Request *request, int *completed) {
  MPI_Request handle = CMPI_UNWRAP(Request, *request);
  int code = MPI_Test(&handle, completed, MPI_STATUS_IGNORE);
  *request = CMPI_WRAP(Request, handle);
  return code;
}

static inline int CMPI_wait(CMPI_Request *request) {
  MPI_Request handle = CMPI_UNWRAP(Request, *request);
  int code = MPI_Wait(&handle, MPI_STATUS_IGNORE);
  *request = CMPI_WRAP(Request, handle);
  return code;
}

static inline int CMPI_improbe(
    int source, int tag, CMPI_Comm comm, int *found, CMPI_Message *message,
    CMPI_Envelope *envelope) {
  MPI_Message result = MPI_MESSAGE_NULL;
  MPI_Status status;
  int code = MPI_Improbe(source, tag, CMPI_UNWRAP(Comm, comm), found, &result, &status);
  if (code != MPI_SUCCESS || !*found) return code;
  *message = CMPI_WRAP(Message, result);
  *envelope = (CMPI_Envelope){status.MPI_SOURCE, status.MPI_TAG, 0};
  return MPI_Get_count(&status, MPI_UINT8_T, &envelope->count);
}

static inline int CMPI_mrecv(void *buffer, int count, CMPI_Message message) {
  MPI_Message handle = CMPI_UNWRAP(Message, message);
  return MPI_Mrecv(buffer, count, MPI_UINT8_T, &handle, MPI_STATUS_IGNORE);
}

// Collective.

static inline int CMPI_barrier(CMPI_Comm comm) { return MPI_Barrier(CMPI_UNWRAP(Comm, comm)); }

static inline int CMPI_bcast(void *buffer, int count, int element, int root, CMPI_Comm comm) {
  return MPI_Bcast(buffer, count, CMPI_datatype(element), root, CMPI_UNWRAP(Comm, comm));
}

static inline int CMPI_allgather_int64(const int64_t *value, int64_t *values, CMPI_Comm comm) {
  return MPI_Allgather(value, 1, MPI_INT64_T, values, 1, MPI_INT64_T, CMPI_UNWRAP(Comm, comm));
}

static inline int CMPI_gather_bytes(
    const void *bytes, int count, void *all, const int *counts, const int *offsets, int root,
    CMPI_Comm comm) {
  return MPI_Gatherv(
      bytes, count, MPI_UINT8_T, all, counts, offsets, MPI_UINT8_T, root,
      CMPI_UNWRAP(Comm, comm));
}

static inline int CMPI_allreduce(
    const void *input, void *output, int count, int element, int reduction, CMPI_Comm comm) {
  return MPI_Allreduce(
      input, output, count, CMPI_datatype(element), CMPI_op(reduction), CMPI_UNWRAP(Comm, comm));
}
