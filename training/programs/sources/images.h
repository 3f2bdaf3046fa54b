// The images, in the order of each epoch, and the dropout of each batch.
#ifndef SPIDE_IMAGES_H
#define SPIDE_IMAGES_H

#include <math.h>

#include "network.h"
#include "random.h"

class Images
{
    const std::vector<float> pixels_;
    const std::vector<int32_t> labels_;

public:
    Images(const std::string &name, int64_t count)
        : pixels_(read_array<float>("data/" + name + "_pixels.bin", count * INPUT_UNITS)),
          labels_(read_array<int32_t>("data/" + name + "_labels.bin", count))
    {
    }

    // Images `begin` to `end - 1` of an order, or of their own without one; without dropout.
    Batch batch(int64_t begin, int64_t end, const int32_t *order = NULL) const
    {
        Batch batch;
        batch.samples = end - begin;
        batch.dropout.resize(LAYERS.size() + 1);
        for (int64_t k = begin; k < end; k++)
        {
            const int64_t image = order ? order[k] : k;
            const float *from = pixels_.data() + image * INPUT_UNITS;
            batch.pixels.insert(batch.pixels.end(), from, from + INPUT_UNITS);
            batch.labels.push_back(labels_[image]);
        }
        return batch;
    }
};

// Masks of one batch (appendix D.1): a factor per sample and neuron, or per sample and channel.
inline void drop_out(Batch &batch, Stream stream)
{
    const Scalar kept = 1 / (1 - DROPOUT);
    for (size_t d = 0; d < DROPPED.size(); d++)
    {
        const Layer &layer = LAYERS[DROPPED[d] == (int64_t)LAYERS.size() ? 0 : DROPPED[d]];
        std::vector<Scalar> &mask = batch.dropout[DROPPED[d]];
        const int64_t count = batch.samples * layer.units();
        mask.resize(count);
        if (DROPOUT_PER_CHANNEL)
        {
            for (int64_t sample = 0; sample < batch.samples; sample++)
                for (int64_t c = 0; c < layer.channels; c++)
                {
                    const Scalar value = stream.uniform() >= DROPOUT ? kept : 0;
                    for (int64_t p = 0; p < layer.positions; p++)
                        mask[sample * layer.units() + p * layer.channels + c] = value;
                }
            continue;
        }
        // 16 bits decide where they can; neurons on the verge get a number of their own.
        const double verge = floor(DROPOUT * 65536);
        std::vector<int64_t> undecided;
        uint64_t word = 0;
        for (int64_t k = 0; k < count; k++, word >>= 16)
        {
            if (k % 4 == 0)
                word = stream.word();
            const double bits = word & 0xffff;
            mask[k] = bits > verge ? kept : 0;
            if (bits == verge)
                undecided.push_back(k);
        }
        for (size_t k = 0; k < undecided.size(); k++)
            if (stream.uniform() >= DROPOUT * 65536 - verge)
                mask[undecided[k]] = kept;
    }
}

#endif
