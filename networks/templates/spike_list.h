// Turning a block of "fired" bytes (0 or 1) into a sorted list of neurons.
#include <cstdint>
#include <cstring>

#define SPIKE_BLOCK 1024

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

// Appends `first + k` for every set byte k, and returns how many there were. 64 neurons of which
// none fired are passed over at once. Otherwise eight bytes become eight bits by one
// multiplication, and all eight places are written whatever their number: what lies beyond is
// overwritten by the next ones, and no branch depends on who fired. (It stays within the list:
// there is room for a spike of every neuron up to these eight.)
static inline size_t append_spikes(const char *fired, size_t count, size_t first,
                                   int32_t *spikes) {
    size_t found = 0;
    size_t k = 0;
    for (; k + 64 <= count; k += 64) {
        uint64_t bytes[8], any = 0;
        std::memcpy(bytes, fired + k, 64);
        for (int part = 0; part < 8; part++) any |= bytes[part];
        if (!any) continue;
        for (int part = 0; part < 8; part++) {
            const unsigned bits = (bytes[part] * 0x0102040810204080ULL) >> 56;
            *(BitPlaces::Eight *)(spikes + found) =
                *(const BitPlaces::Eight *)bit_places.places[bits] +
                (int32_t)(first + k + 8 * part);
            found += bit_places.count[bits];
        }
    }
    for (; k < count; k++) {
        spikes[found] = (int32_t)(first + k);
        found += fired[k];
    }
    return found;
}
