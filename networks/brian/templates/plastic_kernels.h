// What the spikes of one step add to the gradient of a kernel shared by samples and positions.
//
// The gradient lies in memory by the channel of the neuron that fires, then by tap: all that one
// spike changes is one stretch, which processors fetch ahead. A spike adds `pre` times the `post`
// values of a patch of neurons to it.

// The spikes that teach, of one sample: no branch depends on who is masked.
template <class Scalar> struct Lessons {
    std::unique_ptr<int32_t[]> unit;
    std::unique_ptr<Scalar[]> factor;
    size_t units;

    Lessons() : units(0) {}

    void reserve(size_t needed) {
        if (needed <= units) return;
        units = needed;
        unit.reset(new int32_t[units]);
        factor.reset(new Scalar[units]);
    }

    template <class OnPre>
    int collect(const int32_t *from, const int32_t *to, int32_t start, const OnPre &on_pre) {
        int found = 0;
        for (const int32_t *spike = from; spike < to; spike++) {
            const Scalar value = on_pre.pre(*spike);
            unit[found] = *spike - start;
            factor[found] = value;
            found += value != 0;
        }
        return found;
    }
};

template <class Scalar, class OnPre>
static void teach(const int32_t *spikespace, long count, long samples, const int32_t *sizes,
                  const int32_t *position_rows, const int32_t *position_tap,
                  const int32_t *position_target, Scalar *gradient, size_t gradient_size,
                  const OnPre &on_pre) {
    if (count == 0) return;
    Shape shape;
    std::memcpy(&shape, sizes, sizeof(shape));
    const int32_t channels = shape.source_channels, width = shape.target_channels;
    const int32_t source_units = shape.source_positions * channels;
    const size_t target_units = (size_t)shape.target_positions * width;
    const size_t per_channel = gradient_size / channels;  // all taps
    const double reciprocal = 1.0 / channels;
    static thread_local Lessons<Scalar> lessons;
    lessons.reserve(source_units + 1);
    const int32_t *from = spikespace, *end = spikespace + count;
    for (long sample = 0; sample < samples && from != end; sample++) {
        const int32_t start = (int32_t)sample * source_units;
        const int32_t *to = std::lower_bound(from, end, start + source_units);
        const int found = lessons.collect(from, to, start, on_pre);
        const size_t base = sample * target_units;
        for (int k = 0; k < found; k++) {
            const int32_t unit = lessons.unit[k], p = (int32_t)((unit + 0.5) * reciprocal);
            const int32_t channel = unit - p * channels;
            const Scalar factor = lessons.factor[k];
            const int last = position_rows[p + 1];
            for (int row = position_rows[p]; row < last; row++) {
                const size_t j = base + (size_t)position_target[row] * width;
                const size_t tap = position_tap[row];
                if (shape.channelwise) {
                    gradient[tap * channels + channel] += factor * on_pre.post(j + channel);
                    continue;
                }
                Scalar *const learned = gradient + channel * per_channel + tap * width;
                #pragma GCC ivdep
                for (int c = 0; c < width; c++) learned[c] += factor * on_pre.post(j + c);
            }
        }
        from = to;
    }
}
