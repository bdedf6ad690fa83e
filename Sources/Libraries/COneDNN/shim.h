#pragma once

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR != 2
#error "framesweep needs oneDNN 2, as in Debian's libdnnl-dev; oneDNN 3 has another C interface"
#endif

// oneDNN has no setting for the number of threads. Built with OpenMP, as usual, it asks OpenMP, whose
// number belongs to the calling thread. OpenMP's header comes with a compiler, so its function is
// looked up by name; where there is none, oneDNN was built without OpenMP.
static inline int COneDNN_use_one_thread(void) {
  // Looked up once, since that takes longer than many a computation; threads find the same.
  static void *known;
  static char missing;
  void *set = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
  if (!set) {
    set = dlsym((void *)0, "omp_set_num_threads");
    if (!set) set = &missing;
    __atomic_store_n(&known, set, __ATOMIC_RELEASE);
  }
  if (set == &missing) return 0;
  ((void (*)(int))set)(1);
  return 1;
}
