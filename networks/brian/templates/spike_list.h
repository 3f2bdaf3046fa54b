// Turning a block of "fired" bytes (0 or 1) into a sorted list of neurons.
#include <cstdint>
#include <cstring>
#ifdef __AVX512BW__
#include <immintrin.h>
#endif

#define SPIKE_BLOCK 1024

// Both versions of `append_group` write `first + k` for every set byte k of 64, and return how many
// there were. All places of a part are written whatever their number: what lies beyond is
// overwritten by the next ones, and no branch depends on who fired. (It stays within the list:
// there is room for a spike of every neuron up to this part.)
#ifdef __AVX512BW__
static inline size_t append_group(const char *fired, int32_t first, int32_t *spikes) {
    const __m512i places = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i bytes = _mm512_loadu_si512(fired);
    const uint64_t bits = _mm512_test_epi8_mask(bytes, bytes);
    if (!bits) return 0;
    size_t found = 0;
    for (int part = 0; part < 64; part += 16) {
        const __mmask16 some = (__mmask16)(bits >> part);
        const __m512i neurons = _mm512_add_epi32(places, _mm512_set1_epi32(first + part));
        _mm512_storeu_si512(spikes + found, _mm512_maskz_compress_epi32(some, neurons));
        found += __builtin_popcount(some);
    }
    return found;
}
#else
// For each pattern of eight bits, the places of its ones in order, and their number.
struct BitPlaces {
    typedef int32_t Eight __attribute__((vector_size(32), aligned(4), may_alias));
    alignas(32) int32_t places[256][8];
    int32_t count[256];

    BitPlaces() : places(), count() {
        for (int bits = 0; bits < 256; bits++)
            for (int place = 0; place < 8; place++)
                if (bits >> place & 1) places[bits][count[bits]++] = place;
    }
};
static const BitPlaces bit_places;

// Eight bytes become eight bits by one multiplication.
static inline size_t append_group(const char *fired, int32_t first, int32_t *spikes) {
    uint64_t bytes[8], any = 0;
    std::memcpy(bytes, fired, 64);
    for (int part = 0; part < 8; part++) any |= bytes[part];
    if (!any) return 0;
    size_t found = 0;
    for (int part = 0; part < 8; part++) {
        const unsigned bits = (bytes[part] * 0x0102040810204080ULL) >> 56;
        *(BitPlaces::Eight *)(spikes + found) =
            *(const BitPlaces::Eight *)bit_places.places[bits] + first + 8 * part;
        found += bit_places.count[bits];
    }
    return found;
}
#endif

// Appends `first + k` for every set byte k, and returns how many there were.
static inline size_t append_spikes(const char *fired, size_t count, size_t first,
                                   int32_t *spikes) {
    size_t found = 0;
    size_t k = 0;
    for (; k + 64 <= count; k += 64)
        found += append_group(fired + k, (int32_t)(first + k), spikes + found);
    for (; k < count; k++) {
        spikes[found] = (int32_t)(first + k);
        found += fired[k];
    }
    return found;
}
