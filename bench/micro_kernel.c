// What the innermost loop of a matrix product can reach on an AVX-512 processor, and what its output costs: the loop of Kernel512.cs
// (14 x 32 tile, 256 steps of k) from packed panels, in four settings. Prints GFLOP/s, medians of nine passes.
//   cc -O3 -march=native -o micro_kernel bench/micro_kernel.c && ./micro_kernel
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { Rows = 14, Columns = 32, K = 256, LeftPanels = 147, RightPanels = 8, OutputRun = 16, Passes = 9 };

#define STEP                                                                             \
    {                                                                                    \
        __m512 low = _mm512_loadu_ps(b), high = _mm512_loadu_ps(b + 16);                 \
        _Pragma("GCC unroll 14") for (int i = 0; i < Rows; i++) {                        \
            __m512 t = _mm512_set1_ps(a[i]);                                             \
            lows[i] = _mm512_fmadd_ps(t, low, lows[i]);                                  \
            highs[i] = _mm512_fmadd_ps(t, high, highs[i]);                               \
        }                                                                                \
        a += Rows;                                                                       \
        b += Columns;                                                                    \
    }

static void fetch(float *row) {
    _mm_prefetch((char *)row, _MM_HINT_T0);
    _mm_prefetch((char *)(row + 16), _MM_HINT_T0);
}

// c += a·b. `first` steps of k, then `run` steps after each row of c that is asked for; run 0 asks for all of them after `first` steps.
static inline __attribute__((always_inline)) void product(float *a, float *b, float *c, long stride, int first, int run) {
    __m512 lows[Rows], highs[Rows];
    for (int i = 0; i < Rows; i++) lows[i] = highs[i] = _mm512_setzero_ps();
    for (int k = 0; k < first; k++) STEP
    for (int row = 0; row < Rows; row++) {
        fetch(c + row * stride);
        for (int k = 0; k < run; k++) STEP
    }
    for (int k = first + Rows * run; k < K; k++) STEP
    for (int i = 0; i < Rows; i++) {
        float *row = c + i * stride;
        _mm512_storeu_ps(row, _mm512_add_ps(lows[i], _mm512_loadu_ps(row)));
        _mm512_storeu_ps(row + 16, _mm512_add_ps(highs[i], _mm512_loadu_ps(row + 16)));
    }
}

__attribute__((noinline)) static void at_once(float *a, float *b, float *c, long stride) { product(a, b, c, stride, K - 64, 0); }
__attribute__((noinline)) static void by_rows(float *a, float *b, float *c, long stride) { product(a, b, c, stride, K - Rows * OutputRun, OutputRun); }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static float *huge(size_t floats) {
    float *p = aligned_alloc(2 << 20, (floats * sizeof(float) + (2 << 20) - 1) >> 21 << 21);
    madvise(p, floats * sizeof(float), MADV_HUGEPAGE);
    for (size_t i = 0; i < floats; i++) p[i] = 1e-3f * (i % 17);
    return p;
}

static int ascending(const void *x, const void *y) { return (*(double *)x > *(double *)y) - (*(double *)x < *(double *)y); }

// All left panels times all right ones, for `groups` groups of columns of c; strides of 0 stay at one panel or tile.
static void measure(const char *what, void (*multiply)(float *, float *, float *, long), float *a, float *b, float *c,
    long leftStride, long rightStride, long stride, int groups) {
    double rates[Passes];
    for (int pass = 0; pass < Passes; pass++) {
        double start = now();
        for (int group = 0; group < groups; group++)
            for (int i = 0; i < LeftPanels; i++)
                for (int j = 0; j < RightPanels; j++)
                    multiply(a + i * leftStride, b + j * rightStride, stride == Columns ? c : c + i * Rows * stride + (group * RightPanels + j) * Columns, stride);
        rates[pass] = 2e-9 * groups * LeftPanels * RightPanels * K * Rows * Columns / (now() - start);
    }
    qsort(rates, Passes, sizeof(double), ascending);
    printf("%-58s %6.1f\n", what, rates[Passes / 2]);
}

int main(void) {
    int groups = 16;
    long stride = groups * RightPanels * Columns + 16;
    float *a = huge((size_t)LeftPanels * Rows * K), *b = huge(RightPanels * Columns * K), *c = huge((size_t)LeftPanels * Rows * stride);
    for (int round = 0; round < 2; round++) {
        measure("everything in the first-level cache", by_rows, a, b, c, 0, 0, Columns, groups);
        measure("panels from the second level, c in the first", by_rows, a, b, c, Rows * K, Columns * K, Columns, groups);
        measure("c in memory, its rows asked for at once", at_once, a, b, c, Rows * K, Columns * K, stride, groups);
        measure("c in memory, its rows asked for one by one", by_rows, a, b, c, Rows * K, Columns * K, stride, groups);
    }
    return 0;
}
