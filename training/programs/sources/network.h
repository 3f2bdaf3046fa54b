// Both stages for a part of a batch, and what lies between them: input, readout and loss.
//
// Neurons are laid out as in the stages, (sample, position, channel); the readout counts units as
// (channel, position).
#ifndef SPIDE_NETWORK_H
#define SPIDE_NETWORK_H

#include <math.h>

#include <algorithm>

#include "configuration.h"
#include "readout.h"
#include "stage.h"

// Images that are simulated together, and their dropout: of each layer and, last, of the feedback,
// a factor per neuron, or nothing.
struct Batch
{
    int64_t samples;
    std::vector<Scalar> pixels;
    std::vector<int32_t> labels;
    std::vector<std::vector<Scalar> > dropout;
};

// Sums over samples.
struct Sums
{
    double loss;
    int64_t right;
    std::vector<double> fired_forward, fired_backward;  // spikes of each layer
    Sums() : loss(0), right(0), fired_forward(LAYERS.size()), fired_backward(LAYERS.size()) {}
};

class Network
{
    Stage forward_, backward_;
    const std::vector<int32_t> taps_, kernel_;
    int64_t begin_, samples_;
    std::vector<Scalar> last_, errors_;  // rates of the last layer, gradients of the logits

public:
    Network()
        : forward_("forward", FORWARD_FIELDS, FORWARD_STEPS),
          backward_("backward", BACKWARD_FIELDS, BACKWARD_STEPS),
          taps_(read_array<int32_t>("data/first_taps.bin", 3 * FIRST_ROWS)),
          kernel_(read_array<int32_t>("data/first_kernel.bin", FIRST_KERNEL)), begin_(0), samples_(0)
    {
    }

    void set_weights(const std::vector<Scalar> &parameters)
    {
        forward_.set_weights(parameters);
        backward_.set_weights(parameters);
    }

    void copy_weights(const Network &other)
    {
        forward_.copy_weights(other.forward_);
        backward_.copy_weights(other.backward_);
    }

    // Stage 1 of samples `begin` to `end - 1` (Algorithm 1).
    void ask_forward(const Batch &batch, int64_t begin, int64_t end, const std::vector<Scalar> &w)
    {
        begin_ = begin;
        samples_ = end - begin;
        if (!samples_)
            return;
        std::set<std::string> written = dropped_out(batch);
        for (size_t l = 0; l < LAYERS.size(); l++)
            written.insert(LAYERS[l].name + ".I");
        forward_.rest(samples_, written);
        write_dropout(forward_, batch);
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            const Layer &layer = LAYERS[l];
            Scalar *current = forward_[layer.name + ".I"];
            std::fill_n(current, samples_ * layer.units(), 0);
            if (l == 0)
                add_input(batch, w, current);
            if (layer.bias >= 0)
                for (int64_t k = 0; k < samples_ * layer.units(); k++)
                    current[k] += w[layer.bias + k % layer.channels];
            const std::vector<Scalar> &mask = batch.dropout[l];
            if (!mask.empty())
                for (int64_t k = 0; k < samples_ * layer.units(); k++)
                    current[k] *= mask[begin_ * layer.units() + k];
        }
        forward_.ask();
    }

    // Loss and gradients of the readout, of which those of the whole batch are the sum.
    void read_out(const Batch &batch, Readout &readout, Sums &sums, bool learns)
    {
        errors_.assign(samples_ * CLASSES, 0);
        if (!samples_)
            return;
        forward_.wait();
        const int64_t units = readout.units();
        const Scalar *count = forward_.answer(LAYERS.back().name + ".spike_count");
        last_.resize(samples_ * units);
        for (int64_t k = 0; k < samples_ * units; k++)
            last_[k] = alpha(count[k]);
        std::vector<Scalar> logits(CLASSES);
        for (int64_t sample = 0; sample < samples_; sample++)
        {
            readout.logits(&last_[sample * units], logits.data());
            judge(logits, batch, sample, sums);
            if (learns)
                readout.learn(&last_[sample * units], &errors_[sample * CLASSES]);
        }
        for (size_t l = 0; l < LAYERS.size(); l++)
            sums.fired_forward[l] += fired(forward_, LAYERS[l]);
    }

    // Stage 2 (Algorithm 2), with the output gradient and the masks of stage 1.
    void ask_backward(const Batch &batch, const Readout &readout)
    {
        if (!samples_)
            return;
        std::set<std::string> written = dropped_out(batch);
        const std::string g = LAYERS.back().name + ".I";
        written.insert("input.alpha");
        written.insert(g);
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            written.insert(LAYERS[l].name + ".alpha");
            written.insert(LAYERS[l].name + ".mask");
        }
        backward_.rest(samples_, written);
        write_dropout(backward_, batch);
        const int64_t pixels = INPUT_UNITS;
        std::copy_n(batch.pixels.data() + begin_ * pixels, samples_ * pixels, backward_["input.alpha"]);
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            const Layer &layer = LAYERS[l];
            const Scalar *count = forward_.answer(layer.name + ".spike_count");
            Scalar *kept = backward_[layer.name + ".alpha"], *mask = backward_[layer.name + ".mask"];
            for (int64_t k = 0; k < samples_ * layer.units(); k++)
            {
                kept[k] = alpha(count[k]);
                mask[k] = kept[k] > 0 && kept[k] < 1;
            }
        }
        for (int64_t sample = 0; sample < samples_; sample++)
            readout.output_gradient(&errors_[sample * CLASSES], backward_[g] + sample * readout.units());
        backward_.ask();
    }

    // What the spikes of stage 2 have taught.
    void learn(Sums &sums, std::vector<Scalar> &gradients)
    {
        if (!samples_)
            return;
        backward_.wait();
        backward_.add_gradients(gradients);
        for (size_t l = 0; l < LAYERS.size(); l++)
            sums.fired_backward[l] += fired(backward_, LAYERS[l]);
    }

private:
    static Scalar alpha(Scalar count) { return count / FORWARD_WEIGHT; }

    // F^1 x, from the taps of the first connection.
    void add_input(const Batch &batch, const std::vector<Scalar> &w, Scalar *current) const
    {
        const int64_t from = INPUT_CHANNELS, to = LAYERS[0].channels;
        std::vector<Scalar> kernel(FIRST_KERNEL);
        for (int64_t k = 0; k < FIRST_KERNEL; k++)
            kernel[k] = w[kernel_[k]];
        for (int64_t sample = 0; sample < samples_; sample++)
            for (int64_t row = 0; row < FIRST_ROWS; row++)
            {
                const int32_t *tap = &taps_[3 * row];
                const Scalar *x = &batch.pixels[(begin_ + sample) * INPUT_UNITS + tap[1] * from];
                Scalar *here = current + sample * LAYERS[0].units() + tap[2] * to;
                for (int64_t i = 0; i < from; i++)
                    for (int64_t o = 0; o < to; o++)
                        here[o] += x[i] * kernel[(tap[0] * from + i) * to + o];
            }
    }

    // The fields of a stage that a batch's dropout is written into. Layer 1 receives the feedback,
    // the others what their own connection sends.
    static const std::vector<Scalar> &received(const Batch &batch, size_t layer)
    {
        return batch.dropout[layer ? layer : LAYERS.size()];
    }

    static std::set<std::string> dropped_out(const Batch &batch)
    {
        std::set<std::string> names;
        for (size_t l = 0; l < LAYERS.size(); l++)
            if (!received(batch, l).empty())
                names.insert(LAYERS[l].name + ".dropout");
        return names;
    }

    void write_dropout(Stage &stage, const Batch &batch) const
    {
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            const std::vector<Scalar> &mask = received(batch, l);
            const int64_t units = LAYERS[l].units();
            if (!mask.empty())
                std::copy_n(
                    mask.data() + begin_ * units, samples_ * units, stage[LAYERS[l].name + ".dropout"]);
        }
    }

    // Cross-entropy, and the gradient of s_l / B times it.
    void judge(const std::vector<Scalar> &logits, const Batch &batch, int64_t sample, Sums &sums)
    {
        const int64_t label = batch.labels[begin_ + sample];
        const int64_t best = std::max_element(logits.begin(), logits.end()) - logits.begin();
        double total = 0;
        for (int64_t c = 0; c < CLASSES; c++)
            total += exp((double)logits[c] - logits[best]);
        for (int64_t c = 0; c < CLASSES; c++)
        {
            const double share = exp((double)logits[c] - logits[best]) / total - (c == label);
            errors_[sample * CLASSES + c] = LOSS_SCALE / batch.samples * share;
        }
        sums.loss += log(total) - ((double)logits[label] - logits[best]);
        sums.right += best == label;
    }

    // Spikes of a layer: whole numbers, so they may be added up in any order.
    double fired(const Stage &stage, const Layer &layer) const
    {
        const bool aged = stage.has(layer.name + ".activity");
        const Scalar *count = stage.answer(layer.name + (aged ? ".activity" : ".spike_count"));
        const int64_t side_by_side = 16, all = samples_ * layer.units();
        double sums[side_by_side] = {0}, sum = 0;
        for (int64_t k = 0; k + side_by_side <= all; k += side_by_side)
            for (int64_t s = 0; s < side_by_side; s++)
                sums[s] += count[k + s];
        for (int64_t k = all - all % side_by_side; k < all; k++)
            sum += count[k];
        for (int64_t s = 0; s < side_by_side; s++)
            sum += sums[s];
        return sum;
    }
};

#endif
