// The random numbers of the training, those that NumPy would draw from the same streams.
//
// A stream is a generator PCG64 (O'Neill 2014), whose state is a file's: each iteration has streams
// of its own, so a training that is continued draws what an uninterrupted one would have drawn.
// Normal numbers come from a ziggurat of 256 layers (Marsaglia and Tsang 2000).
#ifndef SPIDE_RANDOM_H
#define SPIDE_RANDOM_H

#include <math.h>
#include <stdint.h>

#include <vector>

#include "files.h"

// What a stream begins with: state and increment, the upper half first.
struct StreamState
{
    uint64_t state[2], increment[2];
};

class Stream
{
    unsigned __int128 state_, increment_;

    static unsigned __int128 joined(const uint64_t *halves)
    {
        return (unsigned __int128)halves[0] << 64 | halves[1];
    }

public:
    explicit Stream(const StreamState &start)
        : state_(joined(start.state)), increment_(joined(start.increment))
    {
    }

    uint64_t word()
    {
        const uint64_t factor[2] = {0x2360ed051fc65da4ULL, 0x4385df649fccf645ULL};
        state_ = state_ * joined(factor) + increment_;
        const uint64_t mixed = (uint64_t)(state_ >> 64) ^ (uint64_t)state_;
        const unsigned turn = (unsigned)(state_ >> 122);
        return mixed >> turn | mixed << (-turn & 63);
    }

    double uniform() { return (word() >> 11) * (1.0 / 9007199254740992.0); }
};

class Ziggurat
{
    const double right_, inverse_;
    const std::vector<uint64_t> inside_;
    const std::vector<double> width_, height_;

public:
    // `right`: where the tail begins; the files have one number per layer.
    Ziggurat(double right, const std::string &folder)
        : right_(right), inverse_(1 / right),
          inside_(read_array<uint64_t>(folder + "ziggurat_inside.bin", 256)),
          width_(read_array<double>(folder + "ziggurat_width.bin", 256)),
          height_(read_array<double>(folder + "ziggurat_height.bin", 256))
    {
    }

    double draw(Stream &stream) const
    {
        for (;;)
        {
            uint64_t word = stream.word();
            const int layer = word & 0xff;
            const bool negative = word >> 8 & 1;
            const uint64_t place = word >> 9 & 0x000fffffffffffffULL;
            const double x = negative ? -(place * width_[layer]) : place * width_[layer];
            if (place < inside_[layer])
                return x;
            if (layer == 0)
                return tail(stream, place >> 8 & 1);
            const double height = (height_[layer - 1] - height_[layer]) * stream.uniform();
            if (height + height_[layer] < exp(-0.5 * x * x))
                return x;
        }
    }

private:
    double tail(Stream &stream, bool negative) const
    {
        for (;;)
        {
            const double x = -inverse_ * log1p(-stream.uniform()), y = -log1p(-stream.uniform());
            if (y + y > x * x)
                return negative ? -(right_ + x) : right_ + x;
        }
    }
};

#endif
