// How a compiled network runs whole batches whose samples are simulated side by side.
//
// Requests and answers are those of batch_program.h. Here every array of a sample lies in an array
// of the whole batch, one sample after the other, which is what is moved to the device and back.
// Samples that a request does not use stay at zero: they receive nothing and nobody receives from
// them.
#ifndef SPIDE_SIDE_BY_SIDE_H
#define SPIDE_SIDE_BY_SIDE_H

#include "batch_program.h"

namespace spide {

class SideBySide
{
    struct Array
    {
        char *place;
        size_t item;
        size_t bytes;  // of one sample; of all there is, if it is shared
        bool output;
        // Of an array of each sample, the one value that the device holds in all that are used; empty
        // if they differ, and before the first request.
        std::string value;
        bool known;  // whether the device holds a shared array, which is then what `place` holds
        bool changed;
    };
    const size_t batch_size_;
    std::vector<Array> shared_, each_;
    Array driven_;
    std::vector<char> frames_;
    Request request_;
    Watch watch_;
    size_t samples_before_;

    template <class T> static Array array_of(T *place, size_t count, bool output)
    {
        Array array = {
            reinterpret_cast<char *>(place), sizeof(T), count * sizeof(T), output, "", false, true};
        return array;
    }

    void read_each(Array &array, bool one_value)
    {
        const size_t used = samples() * array.bytes, all = batch_size_ * array.bytes;
        std::string value;
        if (one_value)
        {
            value.resize(array.item);
            read_exactly(&value[0], array.item);
        }
        array.changed =
            array.output || !one_value || value != array.value || samples() != samples_before_;
        array.value = value;
        if (!array.changed)
            return;
        if (one_value)
            spread(array.place, value.data(), array.item, used);
        else
            read_exactly(array.place, used);
        memset(array.place + used, 0, all - used);
    }

    void read_shared(Array &array, bool one_value)
    {
        const char *const from = tape().next(one_value ? array.item : array.bytes);
        // One value is compared value by value: with itself shifted by one, if it begins with it.
        const bool same = !memcmp(array.place, from, one_value ? array.item : array.bytes) &&
                          (!one_value || !memcmp(array.place, array.place + array.item,
                                                 array.bytes - array.item));
        array.changed = !array.known || !same;
        array.known = true;
        if (array.changed && one_value)
            spread(array.place, from, array.item, array.bytes);
        else if (array.changed)
            memcpy(array.place, from, array.bytes);
    }

public:
    explicit SideBySide(size_t batch_size)
        : batch_size_(batch_size), driven_(array_of<char>(NULL, 0, false)), samples_before_(0)
    {
    }

    // An array that all samples share.
    template <class T> void shared(T *place, size_t count)
    {
        shared_.push_back(array_of(place, count, false));
    }

    // An array with `count` values of its own for each sample; an output is sent back.
    template <class T> void each(T *place, size_t count, bool output)
    {
        each_.push_back(array_of(place, count, output));
    }

    // The array that frames are written into.
    template <class T> void driven(T *place, size_t count)
    {
        driven_ = array_of(place, count, false);
    }

    // Whether the device does not have an array yet, by its number in order of announcement.
    bool shared_changed(size_t number) const { return shared_[number].changed; }
    bool each_changed(size_t number) const { return each_[number].changed; }

    size_t samples() const { return request_.samples; }
    size_t steps() const { return request_.steps; }
    bool frames() const { return request_.frames; }

    // The next request; false if there is none any more.
    bool receive()
    {
        if (!tape().receive())
            return false;
        read_exactly(&request_, sizeof(request_));
        if (samples() > batch_size_)
            fail("a request has more samples than the program was generated for");
        Flags one_value(shared_.size() + each_.size());
        for (size_t a = 0; a < shared_.size(); a++)
            read_shared(shared_[a], one_value.next());
        for (size_t a = 0; a < each_.size(); a++)
            read_each(each_[a], one_value.next());
        samples_before_ = samples();
        if (frames())
        {
            frames_.resize(steps() * samples() * driven_.bytes);
            read_exactly(frames_.data(), frames_.size());
            for (size_t a = 0; a < each_.size(); a++)
                if (each_[a].place == driven_.place)
                    each_[a].value.clear();  // frames will be written over it
        }
        watch_.start();
        return true;
    }

    void present(size_t step)
    {
        const size_t bytes = samples() * driven_.bytes;
        memcpy(driven_.place, frames_.data() + step * bytes, bytes);
    }

    void moved_to_device() { watch_.ended(Watch::TO_DEVICE); }
    void steps_done() { watch_.ended(Watch::STEPS); }
    void moved_from_device() { watch_.ended(Watch::FROM_DEVICE); }

    void answer()
    {
        write_exactly(&request_.number, sizeof(request_.number));
        watch_.write(tape().next(Watch::SIZE));
        for (size_t a = 0; a < each_.size(); a++)
            if (each_[a].output)
                write_exactly(each_[a].place, samples() * each_[a].bytes);
        tape().answered();
    }
};

}  // namespace spide

#endif
