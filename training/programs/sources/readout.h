// The readout: from the rates of the last layer to the logits, and back.
//
// Its weights are kept as the neurons of the last layer lie in memory, the classes of a neuron side
// by side: once per update they are written in that order, and nothing is looked up per image.
#ifndef SPIDE_READOUT_H
#define SPIDE_READOUT_H

#include <algorithm>

#include "configuration.h"

class Readout
{
    const Layer &last_;
    std::vector<int64_t> places_;          // the parameter of each weight
    std::vector<Scalar> weights_, taught_;  // of each neuron to all classes; after them the biases

public:
    Readout() : last_(LAYERS.back())
    {
        for (int64_t u = 0; u < last_.units(); u++)
            for (int64_t c = 0; c < CLASSES; c++)
                places_.push_back(READOUT_WEIGHT + c * last_.units() + last_.unit(u));
        for (int64_t c = 0; c < CLASSES; c++)
            places_.push_back(READOUT_BIAS + c);
        weights_.resize(places_.size());
        taught_.assign(places_.size(), 0);
    }

    int64_t units() const { return last_.units(); }

    void set_weights(const std::vector<Scalar> &parameters)
    {
        for (size_t k = 0; k < places_.size(); k++)
            weights_[k] = parameters[places_[k]];
    }

    // Of one sample.
    void logits(const Scalar *alpha, Scalar *found) const
    {
        double sums[CLASSES];
        std::copy_n(&weights_[units() * CLASSES], CLASSES, sums);
        for (int64_t u = 0; u < units(); u++)
            for (int64_t c = 0; c < CLASSES; c++)
                sums[c] += (double)weights_[u * CLASSES + c] * alpha[u];
        std::copy_n(sums, CLASSES, found);
    }

    // g of one sample, from the gradients of its logits.
    void output_gradient(const Scalar *errors, Scalar *g) const
    {
        for (int64_t u = 0; u < units(); u++)
        {
            double sum = 0;
            for (int64_t c = 0; c < CLASSES; c++)
                sum += (double)errors[c] * weights_[u * CLASSES + c];
            g[u] = sum;
        }
    }

    // Add what one sample teaches.
    void learn(const Scalar *alpha, const Scalar *errors)
    {
        for (int64_t u = 0; u < units(); u++)
            for (int64_t c = 0; c < CLASSES; c++)
                taught_[u * CLASSES + c] += errors[c] * alpha[u];
        for (int64_t c = 0; c < CLASSES; c++)
            taught_[units() * CLASSES + c] += errors[c];
    }

    // Hand over what all samples have taught, and begin anew.
    void hand_over(std::vector<Scalar> &gradients)
    {
        for (size_t k = 0; k < places_.size(); k++)
            gradients[places_[k]] += taught_[k];
        std::fill(taught_.begin(), taught_.end(), 0);
    }
};

#endif
