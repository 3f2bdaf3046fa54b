// How a compiled network runs whole batches whose samples are simulated side by side.
//
// Requests and answers are those of batch_program.h. Here every array of a sample lies in an array
// of the whole batch, one sample after the other, which is what is moved to the device and back:
// requests are read straight into it and answers written straight from it. Samples that a request
// does not use stay at zero: they receive nothing and nobody receives from them.
#ifndef SPIDE_SIDE_BY_SIDE_H
#define SPIDE_SIDE_BY_SIDE_H

#include "batch_program.h"

namespace spide {

class SideBySide
{
    struct Array
    {
        char *place;
        size_t bytes;  // of one sample; of all there is, if it is shared
        bool output;
    };
    const size_t batch_size_;
    std::vector<Array> shared_, each_;
    Array driven_;
    std::vector<char> frames_;
    struct { int64_t number, samples, steps, frames; } request_;

public:
    explicit SideBySide(size_t batch_size) : batch_size_(batch_size)
    {
        driven_.place = NULL;
        driven_.bytes = 0;
    }

    // An array that all samples share.
    template <class T> void shared(T *place, size_t count)
    {
        Array array = {reinterpret_cast<char *>(place), count * sizeof(T), false};
        shared_.push_back(array);
    }

    // An array with `count` values of its own for each sample; an output is sent back.
    template <class T> void each(T *place, size_t count, bool output)
    {
        Array array = {reinterpret_cast<char *>(place), count * sizeof(T), output};
        each_.push_back(array);
    }

    // The array that frames are written into.
    template <class T> void driven(T *place, size_t count)
    {
        driven_.place = reinterpret_cast<char *>(place);
        driven_.bytes = count * sizeof(T);
    }

    size_t samples() const { return request_.samples; }
    size_t steps() const { return request_.steps; }
    bool frames() const { return request_.frames; }

    // The next request; false if there is none any more.
    bool receive()
    {
        const int first = getc(stdin);
        if (first == EOF)
            return false;
        ungetc(first, stdin);
        read_exactly(&request_, sizeof(request_));
        if (samples() > batch_size_)
            fail("a request has more samples than the program was generated for");
        for (size_t a = 0; a < shared_.size(); a++)
            read_exactly(shared_[a].place, shared_[a].bytes);
        for (size_t a = 0; a < each_.size(); a++)
        {
            const size_t used = samples() * each_[a].bytes;
            read_exactly(each_[a].place, used);
            memset(each_[a].place + used, 0, batch_size_ * each_[a].bytes - used);
        }
        if (frames())
        {
            frames_.resize(steps() * samples() * driven_.bytes);
            read_exactly(frames_.data(), frames_.size());
        }
        return true;
    }

    void present(size_t step)
    {
        const size_t bytes = samples() * driven_.bytes;
        memcpy(driven_.place, frames_.data() + step * bytes, bytes);
    }

    void answer()
    {
        write_exactly(&request_.number, sizeof(request_.number));
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                write_exactly(each_[a].place, samples() * each_[a].bytes);
        if (fflush(answers()))
            fail("an answer could not be written");
    }
};

}  // namespace spide

#endif
