// What the hardware gives on one core: prints bytes per second of reading and of copying.
//
//   read   vectors of a buffer are loaded and added to eight sums in registers: the inner loop of
//          networks/brian/templates/event_kernels.h without anything around it.
//   copy   memcpy from one half of the buffer to the other; counts what is read plus what is
//          written.
//
// Arguments: sizes of the buffer in bytes. Output: one line "size read copy" per argument, the best
// of some repetitions.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

template <int BYTES> static double read_rate(const float *data, size_t bytes) {
    typedef float Lanes __attribute__((vector_size(BYTES)));
    const Lanes *vectors = (const Lanes *)data;
    const size_t count = bytes / BYTES / 8 * 8;
    const size_t passes = std::max<size_t>(1, (64u << 20) / bytes);
    double best = 0;
    for (int repetition = 0; repetition < 7; repetition++) {
        Lanes sum[8] = {};
        const double began = now();
        for (size_t pass = 0; pass < passes; pass++) {
            for (size_t k = 0; k < count; k += 8)
                for (int v = 0; v < 8; v++) sum[v] += vectors[k + v];
            asm volatile("" ::: "memory");  // the next pass must load again
        }
        const double seconds = now() - began;
        for (int v = 0; v < 8; v++) asm volatile("" ::"m"(sum[v]));
        best = std::max(best, (double)passes * count * BYTES / seconds);
    }
    return best;
}

static double copy_rate(float *data, size_t bytes) {
    const size_t half = bytes / 2, passes = std::max<size_t>(1, (64u << 20) / bytes);
    double best = 0;
    for (int repetition = 0; repetition < 7; repetition++) {
        const double began = now();
        for (size_t pass = 0; pass < passes; pass++) {
            memcpy((char *)data + half, data, half);
            asm volatile("" ::: "memory");
        }
        best = std::max(best, 2.0 * half * passes / (now() - began));
    }
    return best;
}

int main(int count, char **arguments) {
    for (int k = 1; k < count; k++) {
        const size_t bytes = strtoull(arguments[k], nullptr, 10);
        float *data = (float *)aligned_alloc(64, (bytes + 63) / 64 * 64);
        memset(data, 0, bytes);
        const double read = std::max(read_rate<32>(data, bytes), read_rate<64>(data, bytes));
        printf("%zu %g %g\n", bytes, read, copy_rate(data, bytes));
        free(data);
    }
}
