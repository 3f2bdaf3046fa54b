// Turning a block of "fired" bytes (0 or 1) into a sorted list of neurons.
#include <cstdint>
#include <cstring>

#define SPIKE_BLOCK 1024

// Appends `first + k` for every set byte k, and returns how many there were. 64 neurons of which
// none fired are passed over at once; otherwise eight bytes become eight bits by one multiplication
// and the bits are picked one by one.
static inline size_t append_spikes(const char *fired, size_t count, size_t first,
                                   int32_t *spikes) {
    size_t found = 0;
    size_t k = 0;
    for (; k + 64 <= count; k += 64) {
        uint64_t bytes[8], any = 0, bits = 0;
        std::memcpy(bytes, fired + k, 64);
        for (int part = 0; part < 8; part++) any |= bytes[part];
        if (!any) continue;
        for (int part = 0; part < 8; part++)
            bits |= ((bytes[part] * 0x0102040810204080ULL) >> 56) << (8 * part);
        for (; bits; bits &= bits - 1)
            spikes[found++] = (int32_t)(first + k + __builtin_ctzll(bits));
    }
    for (; k < count; k++) {
        spikes[found] = (int32_t)(first + k);
        found += fired[k];
    }
    return found;
}
