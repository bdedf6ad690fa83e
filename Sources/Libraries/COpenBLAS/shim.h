#pragma once

#include <cblas.h>
#include <stddef.h>

// LAPACK's Fortran entry points, which no header of the package declares without LAPACKE. Each
// character argument has a hidden length behind the last argument.

#define COPENBLAS_LAPACK(prefix, real)                                                           \
  void prefix##syevd_(                                                                           \
      const char *jobz, const char *uplo, const blasint *n, real *a, const blasint *lda,         \
      real *w, real *work, const blasint *lwork, blasint *iwork, const blasint *liwork,          \
      blasint *info, size_t jobz_length, size_t uplo_length);                                    \
  void prefix##syevr_(                                                                           \
      const char *jobz, const char *range, const char *uplo, const blasint *n, real *a,          \
      const blasint *lda, const real *vl, const real *vu, const blasint *il, const blasint *iu,  \
      const real *abstol, blasint *m, real *w, real *z, const blasint *ldz, blasint *isuppz,     \
      real *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info,    \
      size_t jobz_length, size_t range_length, size_t uplo_length);                              \
  void prefix##sterf_(const blasint *n, real *d, real *e, blasint *info);                        \
  void prefix##gesdd_(                                                                           \
      const char *jobz, const blasint *m, const blasint *n, real *a, const blasint *lda,         \
      real *s, real *u, const blasint *ldu, real *vt, const blasint *ldvt, real *work,           \
      const blasint *lwork, blasint *iwork, blasint *info, size_t jobz_length);                  \
  void prefix##geqrf_(                                                                           \
      const blasint *m, const blasint *n, real *a, const blasint *lda, real *tau, real *work,    \
      const blasint *lwork, blasint *info);                                                      \
  void prefix##potrf_(                                                                           \
      const char *uplo, const blasint *n, real *a, const blasint *lda, blasint *info,            \
      size_t uplo_length);                                                                       \
  void prefix##orgqr_(                                                                           \
      const blasint *m, const blasint *n, const blasint *k, real *a, const blasint *lda,         \
      const real *tau, real *work, const blasint *lwork, blasint *info);

COPENBLAS_LAPACK(s, float)
COPENBLAS_LAPACK(d, double)

#undef COPENBLAS_LAPACK
