#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdatomic.h>
#include <stdlib.h>

// Swift imports neither macros that expand to expressions nor the globals behind them: each function
// below gives one of them a name. The library's own start-up is part of those macros.

static inline hid_t CHDF5_DEFAULT(void) { return H5P_DEFAULT; }
static inline hid_t CHDF5_E_DEFAULT(void) { return H5E_DEFAULT; }
static inline size_t CHDF5_T_VARIABLE(void) { return H5T_VARIABLE; }

static inline unsigned CHDF5_F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned CHDF5_F_ACC_EXCL(void) { return H5F_ACC_EXCL; }

static inline hid_t CHDF5_P_FILE_CREATE(void) { return H5P_FILE_CREATE; }
static inline hid_t CHDF5_P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hid_t CHDF5_P_GROUP_CREATE(void) { return H5P_GROUP_CREATE; }
static inline hid_t CHDF5_P_LINK_CREATE(void) { return H5P_LINK_CREATE; }
static inline hid_t CHDF5_P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }

static inline unsigned CHDF5_ORDER_TRACKED(void) { return H5P_CRT_ORDER_TRACKED; }
static inline unsigned CHDF5_ORDER_TRACKED_AND_INDEXED(void) {
  return H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
}

static inline hid_t CHDF5_T_C_S1(void) { return H5T_C_S1; }
static inline hid_t CHDF5_T_NATIVE_INT8(void) { return H5T_NATIVE_INT8; }
static inline hid_t CHDF5_T_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t CHDF5_T_NATIVE_INT32(void) { return H5T_NATIVE_INT32; }
static inline hid_t CHDF5_T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
static inline hid_t CHDF5_T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t CHDF5_T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }

static inline hid_t CHDF5_T_STD_I8LE(void) { return H5T_STD_I8LE; }
static inline hid_t CHDF5_T_STD_U8LE(void) { return H5T_STD_U8LE; }
static inline hid_t CHDF5_T_STD_I32LE(void) { return H5T_STD_I32LE; }
static inline hid_t CHDF5_T_STD_I64LE(void) { return H5T_STD_I64LE; }
static inline hid_t CHDF5_T_IEEE_F32LE(void) { return H5T_IEEE_F32LE; }
static inline hid_t CHDF5_T_IEEE_F64LE(void) { return H5T_IEEE_F64LE; }

// File bounds that every reader since HDF5 1.8 opens.
static inline herr_t CHDF5_set_oldest_bounds(hid_t access) {
  return H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
}

// Network file systems without locks refuse to open a file otherwise. Older libraries take the
// environment variable HDF5_USE_FILE_LOCKING only.
static inline herr_t CHDF5_do_not_lock(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}

// Calls a function with the name of each member of a group, in one pass; one that it answers with 1 is
// the last. The library's own interface has changed with its versions.
typedef int (*CHDF5_visit)(const char *name, void *context);

struct CHDF5_visitor {
  CHDF5_visit visit;
  void *context;
};

static inline herr_t CHDF5_forward(
    hid_t group, const char *name, const H5L_info_t *info, void *visitor) {
  (void)group;
  (void)info;
  struct CHDF5_visitor *to = (struct CHDF5_visitor *)visitor;
  return to->visit(name, to->context);
}

static inline herr_t CHDF5_iterate(
    hid_t group, H5_index_t order, CHDF5_visit visit, void *context) {
  struct CHDF5_visitor visitor = {visit, context};
  return H5Literate(group, order, H5_ITER_INC, NULL, CHDF5_forward, &visitor);
}

// What kind of link a name is, and how long the text behind a soft or an external one is. The library's
// own interface has changed with its versions.
static inline herr_t CHDF5_link(hid_t group, const char *name, H5L_type_t *type, size_t *length) {
  H5L_info_t info;
  herr_t result = H5Lget_info(group, name, &info, H5P_DEFAULT);
  if (result < 0) return result;
  *type = info.type;
  *length = info.type == H5L_TYPE_HARD ? 0 : info.u.val_size;
  return result;
}

// A file that holds a part of a dataset's bytes, and where in it they begin. The type of that place
// differs between systems and versions.
static inline herr_t CHDF5_external(
    hid_t creation, unsigned index, char *name, size_t length, long long *offset, hsize_t *size) {
  off_t start = 0;
  herr_t result = H5Pget_external(creation, index, length, name, &start, size);
  *offset = (long long)start;
  return result;
}

// A thread-safe library keeps one error stack, and one printer of it, per thread.
//
// The library's own end at exit crashes where a file could not be written, on a full disk for
// example; files are closed explicitly, so it is left out. This must come before the library starts.
//
// The library itself opens the sources of virtual datasets, and locks them whatever the dataset's file
// was opened with. A source that is open already without a lock then counts as missing, and fill values
// are read in its place: so no file is locked, unless the user says otherwise.
static inline void CHDF5_prepare(void) {
  static _Thread_local int prepared = 0;
  static _Atomic int without_locks = 0;
  if (!prepared) {
    if (!atomic_exchange(&without_locks, 1)) setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    prepared = 1;
  }
}

#endif
