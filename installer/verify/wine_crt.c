/* Functions of C99's <complex.h> that Windows' C runtime has and Wine's lacks (numpy and scipy need them). Each works
 * in this runtime's own types; a DLL that passes everything else on to Wine's is made of it by wine_crt.sh. */
#include <complex.h>

#define EXPORT __declspec(dllexport)

EXPORT float shim_crealf(float complex z) { return ((float *)&z)[0]; }
EXPORT float shim_cimagf(float complex z) { return ((float *)&z)[1]; }
EXPORT double shim_creal(double complex z) { return ((double *)&z)[0]; }
EXPORT double shim_cimag(double complex z) { return ((double *)&z)[1]; }
EXPORT float shim_cabsf(float complex z) { return cabsf(z); }
EXPORT double shim_cabs(double complex z) { return cabs(z); }
EXPORT float shim_cargf(float complex z) { return cargf(z); }
EXPORT double shim_carg(double complex z) { return carg(z); }
EXPORT float complex shim_csqrtf(float complex z) { return csqrtf(z); }
EXPORT double complex shim_csqrt(double complex z) { return csqrt(z); }
EXPORT float complex shim_cexpf(float complex z) { return cexpf(z); }
EXPORT double complex shim_cexp(double complex z) { return cexp(z); }
EXPORT float complex shim_clogf(float complex z) { return clogf(z); }
EXPORT double complex shim_clog(double complex z) { return clog(z); }
EXPORT float complex shim_cpowf(float complex z, float complex w) { return cpowf(z, w); }
EXPORT double complex shim_cpow(double complex z, double complex w) { return cpow(z, w); }
