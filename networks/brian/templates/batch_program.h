// How a compiled network runs batch after batch (networks/devices/program.py is the other side).
//
// The program reads requests from standard input and answers on what was standard output when it
// began; what Brian2 prints goes to standard error. A request is four integers (number, samples,
// steps, whether there are frames), a byte for each array that main() announced, which is 1 if only
// the one value that it holds everywhere is sent, and these arrays, shared ones first; then the
// frames. The answer is the number of the request, three times in seconds (to move arrays to a
// device, the steps, to move arrays back) and the output arrays. What spikes teach is not sent: it
// begins at zero, and ends the answer. The samples of a batch are simulated
// one after the other in the same network.
#ifndef SPIDE_BATCH_PROGRAM_H
#define SPIDE_BATCH_PROGRAM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace spide {

inline void fail(const std::string &message)
{
    fprintf(stderr, "%s\n", message.c_str());
    _Exit(3);
}

// Keep standard output for the answers.
inline FILE *answers()
{
    static FILE *file = NULL;
    if (!file)
    {
        file = fdopen(dup(1), "wb");
        if (!file || dup2(2, 1) < 0)
            fail("cannot open the channel for answers");
    }
    return file;
}

inline void read_exactly(void *place, size_t bytes)
{
    if (bytes && fread(place, 1, bytes, stdin) != bytes)
        fail("a request ended early");
}

inline void write_exactly(const void *place, size_t bytes)
{
    if (bytes && fwrite(place, 1, bytes, answers()) != bytes)
        fail("an answer could not be written");
}

struct Request
{
    int64_t number, samples, steps, frames;
};

// Write one value everywhere.
inline void spread(char *place, const char *value, size_t item, size_t bytes)
{
    for (size_t b = 0; b < bytes; b += item)
        memcpy(place + b, value, item);
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
    void write() const { write_exactly(times_, sizeof(times_)); }
};

class Batch
{
    struct Array
    {
        char *place;
        size_t item;
        size_t bytes;  // of one sample
        bool output;
        std::vector<char> values;
    };
    std::vector<Array> shared_, taught_, each_;
    std::vector<std::pair<int32_t *, size_t> > spikes_;
    Array driven_;
    Request request_;
    Watch watch_;

    static void read_array(char *place, size_t item, size_t bytes, bool one_value)
    {
        read_exactly(place, one_value ? item : bytes);
        if (one_value)
            spread(place, std::string(place, item).data(), item, bytes);
    }

public:
    Batch() { driven_.place = NULL; driven_.bytes = 0; }

    // An array that all samples share.
    template <class T> void shared(T *place, size_t count, size_t expected)
    {
        if (count != expected)
            fail("an array has another size than when the program was generated");
        Array array = {
            reinterpret_cast<char *>(place), sizeof(T), count * sizeof(T), false, std::vector<char>()};
        shared_.push_back(array);
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
        Array array = {
            reinterpret_cast<char *>(place), sizeof(T), count * sizeof(T), output, std::vector<char>()};
        each_.push_back(array);
    }

    // The array that frames are written into.
    template <class T> void driven(T *place, size_t count)
    {
        driven_.place = reinterpret_cast<char *>(place);
        driven_.bytes = count * sizeof(T);
    }

    // A spike space, which must be empty when a sample begins.
    void spikes(int32_t *place, size_t neurons) { spikes_.push_back(std::make_pair(place, neurons)); }

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
        Flags one_value(shared_.size() + each_.size());
        for (size_t a = 0; a < shared_.size(); a++)
            read_array(shared_[a].place, shared_[a].item, shared_[a].bytes, one_value.next());
        for (size_t a = 0; a < taught_.size(); a++)
            memset(taught_[a].place, 0, taught_[a].bytes);
        for (size_t a = 0; a < each_.size(); a++)
        {
            each_[a].values.resize(samples() * each_[a].bytes);
            read_array(
                each_[a].values.data(), each_[a].item, each_[a].values.size(), one_value.next());
        }
        if (frames())
        {
            driven_.values.resize(steps() * samples() * driven_.bytes);
            read_exactly(driven_.values.data(), driven_.values.size());
        }
        watch_.start();
        return true;
    }

    void begin(size_t sample)
    {
        for (size_t a = 0; a < each_.size(); a++)
            memcpy(each_[a].place, each_[a].values.data() + sample * each_[a].bytes, each_[a].bytes);
        for (size_t a = 0; a < spikes_.size(); a++)
            spikes_[a].first[spikes_[a].second] = 0;
    }

    void present(size_t sample, size_t step)
    {
        const size_t frame = step * samples() + sample;
        memcpy(driven_.place, driven_.values.data() + frame * driven_.bytes, driven_.bytes);
    }

    void end(size_t sample)
    {
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                memcpy(each_[a].values.data() + sample * each_[a].bytes, each_[a].place, each_[a].bytes);
    }

    void steps_done() { watch_.ended(Watch::STEPS); }

    void answer()
    {
        write_exactly(&request_.number, sizeof(request_.number));
        watch_.write();
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                write_exactly(each_[a].values.data(), each_[a].values.size());
        for (size_t a = 0; a < taught_.size(); a++)
            write_exactly(taught_[a].place, taught_[a].bytes);
        if (fflush(answers()))
            fail("an answer could not be written");
    }
};

}  // namespace spide

#endif
