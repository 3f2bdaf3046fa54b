// What the spikes of one step add to their targets, for kernels shared by samples and positions.
//
// A kernel is one (source channels x target channels) matrix per tap. For each sample one of two
// loop orders is taken:
//
//   accumulate  tap -> pair of positions -> spikes at the source position: one tap's matrix and
//               the sample's targets stay in the cache, the sum over spikes in vector registers.
//               Two taps that share their source positions go together: a list of spikes ends
//               where no processor foresees it, so each is gone through half as often.
//   scatter     spike -> its taps -> channels: touches nothing but what a spike reaches, so it
//               wins when most positions have no spike.
//
// Where a channel reaches only itself (pooling) there is nothing to sum: position -> its taps ->
// spikes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#define CACHE_LINE 64

// Vectors of sums that are held at a time: of the 16 registers of AVX2, the fewest of today's
// processors, a few must be left for factors and weights.
#define MOST_SUMS 12
#if MOST_SUMS > 12
#error "accumulate_run has blocks of up to 12 vectors"
#endif

struct Shape {
    int runs, source_positions, target_positions;
    int source_channels, target_channels;
    int row_length;   // target channels, padded to whole vectors; 1 row of the kernel
    int channelwise;  // a channel reaches only itself: the kernel is (taps x channels)

    // From a source channel to the next within one tap of the kernel.
    int channel_step() const { return channelwise ? 1 : row_length; }
};

// As wide as the processor's; kernel rows are padded to whole vectors of either width.
#ifdef __AVX512F__
#define VECTOR_BYTES 64
#else
#define VECTOR_BYTES 32
#endif
template <class Scalar> struct Vector {
    typedef Scalar type
        __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(Scalar)), may_alias));
    enum { lanes = VECTOR_BYTES / sizeof(Scalar) };
};

// The first whole cache line of a buffer: a vector that straddles two lines costs two loads.
template <class Scalar> static inline Scalar *aligned(Scalar *buffer) {
    return (Scalar *)(((uintptr_t)buffer + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
}

// The spikes of one sample that reach anything: presynaptic factor, position and kernel row of
// each (of a channelwise kernel its column, the channel), and where the spikes of each position
// begin. Spikes whose factor is zero are left out.
template <class Scalar> struct SampleSpikes {
    // Not filled with zeros, as vectors are: that would take longer than many a sample's spikes.
    std::unique_ptr<int32_t[]> position, row, first;
    std::unique_ptr<Scalar[]> factor;
    size_t places;
    int count;

    SampleSpikes() : places(0), count(0) {}

    // Make room for every neuron of a sample.
    void reserve(const Shape &shape) {
        const size_t needed = (size_t)shape.source_positions * shape.source_channels + 1;
        if (needed <= places) return;
        places = needed;
        position.reset(new int32_t[places]);
        row.reset(new int32_t[places]);
        factor.reset(new Scalar[places]);
        first.reset(new int32_t[places]);
    }

    // No branch depends on where the spikes are, and the division, exact in double precision, is
    // done for many spikes at once.
    template <class OnPre>
    void collect(const int32_t *spike, const int32_t *end, int32_t base, const Shape &shape,
                 const OnPre &on_pre) {
        const int32_t channels = shape.source_channels, step = shape.channel_step();
        const double reciprocal = 1.0 / channels;
        int32_t *const positions = position.get(), *const rows = row.get();
        Scalar *const factors = factor.get();
        const int fired = (int)(end - spike);
        #pragma GCC ivdep
        for (int k = 0; k < fired; k++) {
            const int32_t unit = spike[k] - base, p = (int32_t)((unit + 0.5) * reciprocal);
            positions[k] = p;
            rows[k] = (unit - p * channels) * step;
        }
        int found = 0;
        for (int k = 0; k < fired; k++) {
            const Scalar value = on_pre.pre(spike[k]);
            positions[found] = positions[k];
            rows[found] = rows[k];
            factors[found] = value;
            found += value != 0;
        }
        std::fill_n(first.get(), shape.source_positions + 1, 0);
        for (int k = 0; k < found; k++) first[positions[k] + 1] = k + 1;
        for (int p = 0; p < shape.source_positions; p++)
            first[p + 1] = std::max(first[p], first[p + 1]);
        count = found;
    }
};

// Pairs of positions that are joined by one tap, or by two taps that share the source position:
// rows `begin` to `end` of a table.
struct Run {
    int32_t tap[2], begin, end;  // tap[1] is -1 if there is one
};
struct RowTable {
    const int32_t *source, *target[2];
};

// The pairs of positions of a run and one block of VECTORS vectors of target channels, added to
// `total`. UNIT: all presynaptic factors are 1.
template <int TAPS, int VECTORS, bool UNIT, class Scalar>
static void accumulate_block(const SampleSpikes<Scalar> &spikes, const Run &run,
                             const RowTable &table, int width, const Scalar *const *matrix,
                             Scalar *total) {
    typedef typename Vector<Scalar>::type Lanes;
    const int lanes = Vector<Scalar>::lanes;
    const int32_t *const offset = spikes.row.get(), *const first = spikes.first.get();
    const Scalar *const factor = spikes.factor.get();
    for (int row = run.begin; row < run.end; row++) {
        int k = first[table.source[row]];
        const int end = first[table.source[row] + 1];
        if (k == end) continue;
        Lanes *here[TAPS];
        Lanes sum[TAPS][VECTORS];
        for (int t = 0; t < TAPS; t++) {
            here[t] = (Lanes *)(total + (size_t)table.target[t][row] * width);
            for (int v = 0; v < VECTORS; v++) sum[t][v] = here[t][v];
        }
        for (; k < end; k++)
            for (int t = 0; t < TAPS; t++) {
                const Scalar *weights = matrix[t] + offset[k];
                for (int v = 0; v < VECTORS; v++)
                    sum[t][v] += UNIT ? *(const Lanes *)(weights + v * lanes)
                                      : factor[k] * *(const Lanes *)(weights + v * lanes);
            }
        for (int t = 0; t < TAPS; t++)
            for (int v = 0; v < VECTORS; v++) here[t][v] = sum[t][v];
    }
}

// The blocks of a run, as few and as equal as registers allow: the list of spikes of every pair is
// gone through once for each. `width` is that of a row of `total`, in whole vectors.
template <int TAPS, bool UNIT, class Scalar>
static void accumulate_run(const SampleSpikes<Scalar> &spikes, const Run &run,
                           const RowTable &table, const Shape &shape, int width,
                           const Scalar *kernel, Scalar *total) {
    const int lanes = Vector<Scalar>::lanes, most = MOST_SUMS / TAPS;
    const Scalar *matrix[TAPS];
    for (int t = 0; t < TAPS; t++)
        matrix[t] = kernel + (size_t)run.tap[t] * shape.source_channels * shape.row_length;
    int left = width / lanes;
    for (int blocks = (left + most - 1) / most; blocks > 0; blocks--) {
        const int vectors = (left + blocks - 1) / blocks;
        switch (vectors) {
#define BLOCK(N)                                                                                  \
    case N:                                                                                       \
        accumulate_block<TAPS, (N <= most ? N : 1), UNIT>(spikes, run, table, width, matrix,      \
                                                          total);                                 \
        break;
            BLOCK(1) BLOCK(2) BLOCK(3) BLOCK(4) BLOCK(5) BLOCK(6)
            BLOCK(7) BLOCK(8) BLOCK(9) BLOCK(10) BLOCK(11) BLOCK(12)
#undef BLOCK
        }
        left -= vectors;
        for (int t = 0; t < TAPS; t++) matrix[t] += vectors * lanes;
        total += vectors * lanes;
    }
}

// Sums of one sample go to `totals`, whose rows are whole vectors, and from there to the target:
// the postsynaptic factor is applied once per target. Without such a factor, and where rows need
// no padding, they go straight to the target.
template <class Scalar, class OnPre>
static void accumulate(const SampleSpikes<Scalar> &spikes, const Shape &shape, const Run *runs,
                       const RowTable &table, const Scalar *kernel, Scalar *target,
                       std::vector<Scalar> &totals, size_t base, const OnPre &on_pre) {
    const int lanes = Vector<Scalar>::lanes;
    const int width = (shape.target_channels + lanes - 1) / lanes * lanes;
    const bool direct = OnPre::unit_post && width == shape.target_channels;
    if (!direct)
        totals.assign((size_t)shape.target_positions * width + CACHE_LINE / sizeof(Scalar), 0);
    Scalar *const sums = direct ? target + base : aligned(totals.data());
    for (const Run *run = runs; run < runs + shape.runs; run++)
        if (run->tap[1] < 0)
            accumulate_run<1, OnPre::unit_pre>(spikes, *run, table, shape, width, kernel, sums);
        else
            accumulate_run<2, OnPre::unit_pre>(spikes, *run, table, shape, width, kernel, sums);
    if (direct) return;
    for (int q = 0; q < shape.target_positions; q++) {
        const Scalar *total = sums + (size_t)q * width;
        const size_t j = base + (size_t)q * shape.target_channels;
        #pragma GCC ivdep
        for (int c = 0; c < shape.target_channels; c++)
            target[j + c] += on_pre.post(j + c) * total[c];
    }
}

template <class Scalar, class OnPre>
static void scatter(const SampleSpikes<Scalar> &spikes, const Shape &shape,
                    const int32_t *position_rows, const int32_t *position_tap,
                    const int32_t *position_target, const Scalar *kernel, Scalar *target,
                    size_t base, const OnPre &on_pre) {
    const int width = shape.target_channels;
    for (int k = 0; k < spikes.count; k++) {
        const Scalar factor = spikes.factor[k];
        const int end = position_rows[spikes.position[k] + 1];
        for (int row = position_rows[spikes.position[k]]; row < end; row++) {
            const size_t j = base + (size_t)position_target[row] * width;
            const size_t tap = position_tap[row];
            const Scalar *weights =
                kernel + tap * shape.source_channels * shape.row_length + spikes.row[k];
            #pragma GCC ivdep
            for (int c = 0; c < width; c++)
                target[j + c] += on_pre.post(j + c) * (factor * weights[c]);
        }
    }
}

template <class Scalar, class OnPre>
static void pool(const SampleSpikes<Scalar> &spikes, const Shape &shape,
                 const int32_t *position_rows, const int32_t *position_tap,
                 const int32_t *position_target, const Scalar *kernel, Scalar *target,
                 size_t base, const OnPre &on_pre) {
    const int width = shape.target_channels;
    const int32_t *const first = spikes.first.get(), *const channel = spikes.row.get();
    const Scalar *const factor = spikes.factor.get();
    for (int p = 0; p < shape.source_positions; p++)
        for (int row = position_rows[p]; row < position_rows[p + 1]; row++) {
            const size_t j = base + (size_t)position_target[row] * width;
            const Scalar *weights = kernel + (size_t)position_tap[row] * width;
            for (int k = first[p]; k < first[p + 1]; k++) {
                const int c = channel[k];
                target[j + c] += on_pre.post(j + c) * (factor[k] * weights[c]);
            }
        }
}

template <class Scalar, class OnPre>
static void deliver(const int32_t *spikespace, long count, long samples, const int32_t *sizes,
                    const int32_t *runs, const int32_t *row_source, const int32_t *row_target,
                    const int32_t *row_other, const int32_t *position_rows,
                    const int32_t *position_tap, const int32_t *position_target,
                    const Scalar *kernel, Scalar *target, const OnPre &on_pre) {
    if (count == 0) return;
    Shape shape;
    std::memcpy(&shape, sizes, sizeof(shape));
    const int32_t source_units = shape.source_positions * shape.source_channels;
    const size_t target_units = (size_t)shape.target_positions * shape.target_channels;
    const RowTable table = {row_source, {row_target, row_other}};
    // Kept from call to call: a step of one sample is so short that asking for memory is seen.
    static thread_local SampleSpikes<Scalar> spikes;
    static thread_local std::vector<Scalar> totals;
    spikes.reserve(shape);
    const int32_t *from = spikespace, *end = spikespace + count;
    for (long sample = 0; sample < samples && from != end; sample++) {
        const int32_t start = (int32_t)sample * source_units;
        const int32_t *to = std::lower_bound(from, end, start + source_units);
        if (from == to) continue;
        spikes.collect(from, to, start, shape, on_pre);
        const size_t base = sample * target_units;
        if (shape.channelwise)
            pool(spikes, shape, position_rows, position_tap, position_target, kernel, target, base,
                 on_pre);
        else if (2 * spikes.count < shape.source_positions)
            scatter(spikes, shape, position_rows, position_tap, position_target, kernel, target,
                    base, on_pre);
        else
            accumulate(spikes, shape, (const Run *)runs, table, kernel, target, totals, base,
                       on_pre);
        from = to;
    }
}
