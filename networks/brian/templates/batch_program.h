// How a compiled network runs batch after batch (networks/devices/programs/program.py is the other
// side).
//
// A request is four integers (number, samples, steps, whether there are frames), a byte for each
// array that main() announced, which is 1 if only the one value that it holds everywhere is sent,
// and these arrays, shared ones first; then the frames. The answer is the number of the request,
// three times in seconds (to move arrays to a device, the steps, to move arrays back) and the output
// arrays. What spikes teach is not sent: it begins at zero, and ends the answer. The samples of a
// batch are simulated one after the other in the same network; all that is theirs is read from the
// tape and written to it when it is their turn.
#ifndef SPIDE_BATCH_PROGRAM_H
#define SPIDE_BATCH_PROGRAM_H

#include <time.h>

#include <algorithm>
#include <vector>

#include "tape.h"

namespace spide {

struct Request
{
    int64_t number, samples, steps, frames;
};

// Write one value everywhere: what is there already is written behind itself.
inline void spread(char *place, const char *value, size_t item, size_t bytes)
{
    memcpy(place, value, std::min(item, bytes));
    for (size_t done = item; done < bytes; done *= 2)
        memcpy(place + done, place, std::min(done, bytes - done));
}

// Which of the announced arrays come as one value.
class Flags
{
    std::vector<unsigned char> flags_;
    size_t next_;

public:
    explicit Flags(size_t arrays) : flags_(arrays), next_(0) { read_exactly(flags_.data(), arrays); }
    bool next() { return flags_[next_++]; }
};

// The three times of an answer.
class Watch
{
    double times_[3], last_;

    static double now()
    {
        timespec time;
        clock_gettime(CLOCK_MONOTONIC, &time);
        return time.tv_sec + 1e-9 * time.tv_nsec;
    }

public:
    enum Part { TO_DEVICE, STEPS, FROM_DEVICE };
    enum { SIZE = 3 * sizeof(double) };

    void start()
    {
        times_[TO_DEVICE] = times_[STEPS] = times_[FROM_DEVICE] = 0;
        last_ = now();
    }
    void ended(Part part)
    {
        const double time = now();
        times_[part] += time - last_;
        last_ = time;
    }
    void write(void *place) const { memcpy(place, times_, SIZE); }
};

class Batch
{
    struct Array
    {
        char *place;
        size_t item;
        size_t bytes;  // of one sample
        bool output;
        // On the tape: what begins the samples, one after the other or the same for all of them,
        // and where an output goes.
        const char *from;
        bool one_value;
        char *to;
    };
    std::vector<Array> shared_, taught_, each_;
    std::vector<std::pair<int32_t *, size_t> > spikes_;
    Array driven_;
    Request request_;
    Watch watch_;
    char *number_, *times_;

    template <class T> static Array array_of(T *place, size_t count, bool output)
    {
        Array array = {reinterpret_cast<char *>(place), sizeof(T), count * sizeof(T), output};
        return array;
    }

    // What one sample of an array begins with.
    static void begin(const Array &array, size_t sample)
    {
        if (array.one_value)
            spread(array.place, array.from, array.item, array.bytes);
        else
            memcpy(array.place, array.from + sample * array.bytes, array.bytes);
    }

    static void find(Array &array, bool one_value, size_t samples)
    {
        array.one_value = one_value;
        array.from = tape().next(one_value ? array.item : samples * array.bytes);
    }

public:
    Batch() : driven_(array_of<char>(NULL, 0, false)) {}

    // An array that all samples share.
    template <class T> void shared(T *place, size_t count, size_t expected)
    {
        if (count != expected)
            fail("an array has another size than when the program was generated");
        shared_.push_back(array_of(place, count, false));
    }

    // An array that all samples share and add to: a request begins at zero, and it is sent back.
    template <class T> void taught(T *place, size_t count, size_t expected)
    {
        shared(place, count, expected);
        taught_.push_back(shared_.back());
        shared_.pop_back();
    }

    // An array with values of its own for each sample; an output is sent back.
    template <class T> void each(T *place, size_t count, bool output)
    {
        each_.push_back(array_of(place, count, output));
    }

    // The array that frames are written into.
    template <class T> void driven(T *place, size_t count)
    {
        driven_ = array_of(place, count, false);
    }

    // A spike space, which must be empty when a sample begins.
    void spikes(int32_t *place, size_t neurons) { spikes_.push_back(std::make_pair(place, neurons)); }

    size_t samples() const { return request_.samples; }
    size_t steps() const { return request_.steps; }
    bool frames() const { return request_.frames; }

    // The next request; false if there is none any more.
    bool receive()
    {
        if (!tape().receive())
            return false;
        read_exactly(&request_, sizeof(request_));
        Flags one_value(shared_.size() + each_.size());
        for (size_t a = 0; a < shared_.size(); a++)
        {
            find(shared_[a], one_value.next(), 1);
            begin(shared_[a], 0);
        }
        for (size_t a = 0; a < taught_.size(); a++)
            memset(taught_[a].place, 0, taught_[a].bytes);
        for (size_t a = 0; a < each_.size(); a++)
            find(each_[a], one_value.next(), samples());
        if (frames())
            driven_.from = tape().next(steps() * samples() * driven_.bytes);
        number_ = tape().next(sizeof(request_.number));
        times_ = tape().next(Watch::SIZE);
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                each_[a].to = tape().next(samples() * each_[a].bytes);
        watch_.start();
        return true;
    }

    void begin(size_t sample)
    {
        for (size_t a = 0; a < each_.size(); a++)
            begin(each_[a], sample);
        for (size_t a = 0; a < spikes_.size(); a++)
            spikes_[a].first[spikes_[a].second] = 0;
    }

    void present(size_t sample, size_t step)
    {
        const size_t frame = step * samples() + sample;
        memcpy(driven_.place, driven_.from + frame * driven_.bytes, driven_.bytes);
    }

    void end(size_t sample)
    {
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                memcpy(each_[a].to + sample * each_[a].bytes, each_[a].place, each_[a].bytes);
    }

    void steps_done() { watch_.ended(Watch::STEPS); }

    void answer()
    {
        memcpy(number_, &request_.number, sizeof(request_.number));
        watch_.write(times_);
        for (size_t a = 0; a < taught_.size(); a++)
            write_exactly(taught_[a].place, taught_[a].bytes);
        tape().answered();
    }
};

}  // namespace spide

#endif
