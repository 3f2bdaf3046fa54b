// Both stages for a part of a batch, and what lies between them: input, readout and loss.
//
// Neurons are laid out as in the stages, (sample, position, channel); the readout counts units as
// (channel, position).
#ifndef SPIDE_NETWORK_H
#define SPIDE_NETWORK_H

#include <math.h>

#include <algorithm>

#include "configuration.h"
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
    std::vector<Scalar> errors_;  // gradients of the logits

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

    // Stage 1 of samples `begin` to `end - 1` (Algorithm 1).
    void ask_forward(const Batch &batch, int64_t begin, int64_t end, const std::vector<Scalar> &w)
    {
        begin_ = begin;
        samples_ = end - begin;
        if (!samples_)
            return;
        forward_.rest(samples_);
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            const Layer &layer = LAYERS[l];
            // Layer 1 receives the feedback, the others what their own connection sends.
            write(forward_, layer, "dropout", batch.dropout[l ? l : LAYERS.size()]);
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
    void read_out(const Batch &batch, const std::vector<Scalar> &w, Sums &sums, Scalar *gradients)
    {
        errors_.assign(samples_ * CLASSES, 0);
        if (!samples_)
            return;
        forward_.wait();
        const Layer &last = LAYERS.back();
        const Scalar *counted = forward_[last.name + ".spike_count"];
        std::vector<Scalar> logits(CLASSES);
        for (int64_t sample = 0; sample < samples_; sample++)
        {
            const Scalar *count = counted + sample * last.units();
            for (int64_t c = 0; c < CLASSES; c++)
            {
                double sum = w[READOUT_BIAS + c];
                for (int64_t u = 0; u < last.units(); u++)
                    sum += (double)w[READOUT_WEIGHT + c * last.units() + last.unit(u)] * alpha(count[u]);
                logits[c] = sum;
            }
            judge(logits, batch, sample, sums);
            if (!gradients)
                continue;
            for (int64_t c = 0; c < CLASSES; c++)
            {
                const Scalar error = errors_[sample * CLASSES + c];
                gradients[READOUT_BIAS + c] += error;
                for (int64_t u = 0; u < last.units(); u++)
                    gradients[READOUT_WEIGHT + c * last.units() + last.unit(u)] += error * alpha(count[u]);
            }
        }
        for (size_t l = 0; l < LAYERS.size(); l++)
            sums.fired_forward[l] += fired(forward_, LAYERS[l]);
    }

    // Stage 2 (Algorithm 2), with the output gradient and the masks of stage 1.
    void ask_backward(const Batch &batch, const std::vector<Scalar> &w)
    {
        if (!samples_)
            return;
        backward_.rest(samples_);
        const int64_t pixels = INPUT_UNITS;
        std::copy_n(batch.pixels.data() + begin_ * pixels, samples_ * pixels, backward_["input.alpha"]);
        for (size_t l = 0; l < LAYERS.size(); l++)
        {
            const Layer &layer = LAYERS[l];
            const Scalar *count = forward_[layer.name + ".spike_count"];
            Scalar *kept = backward_[layer.name + ".alpha"], *mask = backward_[layer.name + ".mask"];
            for (int64_t k = 0; k < samples_ * layer.units(); k++)
            {
                kept[k] = alpha(count[k]);
                mask[k] = kept[k] > 0 && kept[k] < 1;
            }
            write(backward_, layer, "dropout", batch.dropout[l ? l : LAYERS.size()]);
        }
        const Layer &last = LAYERS.back();
        Scalar *g = backward_[last.name + ".I"];
        for (int64_t sample = 0; sample < samples_; sample++)
            for (int64_t u = 0; u < last.units(); u++)
            {
                double sum = 0;
                for (int64_t c = 0; c < CLASSES; c++)
                    sum += (double)errors_[sample * CLASSES + c] *
                           w[READOUT_WEIGHT + c * last.units() + last.unit(u)];
                g[sample * last.units() + u] = sum;
            }
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

    void write(Stage &stage, const Layer &layer, const char *field, const std::vector<Scalar> &mask)
    {
        Scalar *to = stage[layer.name + "." + field];
        const int64_t count = samples_ * layer.units();
        if (mask.empty())
            std::fill_n(to, count, 1);
        else
            std::copy_n(mask.data() + begin_ * layer.units(), count, to);
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

    double fired(Stage &stage, const Layer &layer) const
    {
        const bool aged = stage.has(layer.name + ".activity");
        const Scalar *count = stage[layer.name + (aged ? ".activity" : ".spike_count")];
        double sum = 0;
        for (int64_t k = 0; k < samples_ * layer.units(); k++)
            sum += count[k];
        return sum;
    }
};

#endif
