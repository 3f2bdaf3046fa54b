// Stochastic gradient descent, and the restriction of the feedback's norm, once per batch.
#ifndef SPIDE_DESCENT_H
#define SPIDE_DESCENT_H

#include <math.h>

#include "configuration.h"
#include "files.h"
#include "random.h"

// What learns: all parameters, one after the other, and their momentum.
struct Learned
{
    std::vector<Scalar> parameters, momentum;
};

// M <- momentum M + (gradient + decay theta); theta <- theta - rate M. The rate is that of the
// scaled loss: divided by s_l.
inline void descend(Learned &learned, const std::vector<Scalar> &gradients, double rate)
{
    for (size_t k = 0; k < gradients.size(); k++)
    {
        Scalar step = gradients[k] + (Scalar)WEIGHT_DECAY * learned.parameters[k];
        if (MOMENTUM != 0)
            step = learned.momentum[k] = (Scalar)MOMENTUM * learned.momentum[k] + step;
        learned.parameters[k] -= (Scalar)rate * step;
    }
    for (size_t k = 0; k < gradients.size(); k++)
        if (!isfinite(learned.parameters[k]))
            fail("the training diverged: a parameter is NaN or infinite; try a lower learning rate");
}

// W <- min(c, ||W||) W / ||W|| (Algorithm 2, line 25), with the norm that Gaussian probes of W's
// first axis give; returns that norm.
inline double restrict_feedback(Learned &learned, Stream probes, const Ziggurat &normal)
{
    const int64_t rows = FEEDBACK_ROWS, columns = FEEDBACK_COUNT / FEEDBACK_ROWS;
    Scalar *const kernel = learned.parameters.data() + FEEDBACK;
    std::vector<double> probe(rows), seen(columns);
    double total = 0;
    for (int p = 0; p < PROBES; p++)
    {
        for (int64_t row = 0; row < rows; row++)
            probe[row] = normal.draw(probes);
        seen.assign(columns, 0);
        for (int64_t row = 0; row < rows; row++)
            for (int64_t column = 0; column < columns; column++)
                seen[column] += probe[row] * kernel[row * columns + column];
        for (int64_t column = 0; column < columns; column++)
            total += seen[column] * seen[column];
    }
    const double norm = sqrt(total / PROBES);
    if (norm > FEEDBACK_NORM)
        for (int64_t k = 0; k < FEEDBACK_COUNT; k++)
            kernel[k] *= (Scalar)(FEEDBACK_NORM / norm);
    return norm;
}

#endif
