// A stage of the network: a program of Brian2's C++ standalone device that answers requests.
//
// What a request carries, in order, are the fields of the stage: first what all samples share, which
// stays in the memory of requests until the next weights, then what each sample has for itself.
// What is at rest is sent as one value if it holds one; only what is written here is sent whole. The
// answer is what the program has changed, and what its spikes taught.
#ifndef SPIDE_STAGE_H
#define SPIDE_STAGE_H

#include <map>
#include <set>

#include "configuration.h"
#include "program.h"

class Stage
{
    struct Values
    {
        std::vector<char> initial;    // of one sample
        bool uniform;                 // whether it holds one value
        std::vector<int32_t> places;  // which parameter each number is, -1 for none
        char *sent, *answered;        // in the memory of requests
    };
    const std::vector<Field> &fields_;
    std::vector<Values> values_;
    std::map<std::string, size_t> number_;
    Program program_;
    const int64_t steps_;
    char *memory_, *place_;
    int64_t asked_;
    const char *answer_;

    static size_t padded(size_t bytes) { return (bytes + 63) / 64 * 64; }

    // The next piece of a request or its answer.
    char *next(size_t bytes)
    {
        char *const piece = place_;
        place_ += padded(bytes);
        return piece;
    }

    // The fields that begin a request, and the room for its head.
    void begin(size_t bytes)
    {
        memory_ = place_ = program_.memory(bytes);
        next(4 * sizeof(int64_t));
        next(sent_fields());
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].kind == SHARED)
                values_[f].sent = next(values_[f].initial.size());
    }

    size_t sent_fields() const
    {
        size_t sent = 0;
        for (size_t f = 0; f < fields_.size(); f++)
            sent += fields_[f].kind != TAUGHT;
        return sent;
    }

    // Room for a request with all fields whole, and for its answer.
    size_t most(int64_t samples) const
    {
        size_t bytes = 4 * 64 + padded(sent_fields());
        for (size_t f = 0; f < fields_.size(); f++)
            bytes += 2 * padded(values_[f].initial.size() * (fields_[f].kind == EACH ? samples : 1));
        return bytes;
    }

public:
    // `steps`: of every run.
    Stage(const std::string &folder, const std::vector<Field> &fields, int64_t steps)
        : fields_(fields), values_(fields.size()), program_(folder), steps_(steps), asked_(0)
    {
        for (size_t f = 0; f < fields.size(); f++)
        {
            const std::string stem = "data/" + folder + "/" + fields[f].name;
            Values &values = values_[f];
            values.initial = read_array<char>(stem + ".initial", fields[f].count * fields[f].bytes);
            if (fields[f].learned)
                values.places = read_array<int32_t>(stem + ".places", fields[f].count);
            const size_t after = values.initial.size() - fields[f].bytes;
            values.uniform = !memcmp(values.initial.data(), &values.initial[fields[f].bytes], after);
            number_[fields[f].name] = f;
        }
        begin(most(1));
        for (size_t f = 0; f < fields.size(); f++)
            if (fields[f].kind == SHARED)
                memcpy(values_[f].sent, values_[f].initial.data(), values_[f].initial.size());
    }

    // Write all weights into the synapses.
    void set_weights(const std::vector<Scalar> &parameters)
    {
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].learned && fields_[f].kind == SHARED)
            {
                Scalar *to = reinterpret_cast<Scalar *>(values_[f].sent);
                for (size_t k = 0; k < values_[f].places.size(); k++)
                    if (values_[f].places[k] >= 0)
                        to[k] = parameters[values_[f].places[k]];
            }
    }

    // Take the weights of the same stage in another network.
    void copy_weights(const Stage &other)
    {
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].learned && fields_[f].kind == SHARED)
                memcpy(values_[f].sent, other.values_[f].sent, values_[f].initial.size());
    }

    // Put all neurons of so many samples to rest, but for some fields, which are to be written.
    void rest(int64_t samples, const std::set<std::string> &written)
    {
        begin(most(samples));
        const int64_t header[4] = {++asked_, samples, steps_, 0};
        memcpy(memory_, header, sizeof(header));
        char *flag = memory_ + padded(sizeof(header));
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].kind == SHARED)
                *flag++ = 0;
        for (size_t f = 0; f < fields_.size(); f++)
        {
            if (fields_[f].kind != EACH)
                continue;
            const std::vector<char> &one = values_[f].initial;
            const bool ours = written.count(fields_[f].name), one_value = !ours && values_[f].uniform;
            *flag++ = one_value;
            values_[f].sent = next(one_value ? fields_[f].bytes : samples * one.size());
            if (one_value)
                memcpy(values_[f].sent, one.data(), fields_[f].bytes);
            else if (!ours)
                for (int64_t sample = 0; sample < samples; sample++)
                    memcpy(values_[f].sent + sample * one.size(), one.data(), one.size());
        }
        answer_ = next(sizeof(asked_));
        next(3 * sizeof(double));  // seconds of its parts
        for (int kind = EACH; kind <= TAUGHT; kind++)
            for (size_t f = 0; f < fields_.size(); f++)
                if (fields_[f].kind == kind && fields_[f].answered)
                    values_[f].answered =
                        next(values_[f].initial.size() * (kind == EACH ? samples : 1));
    }

    bool has(const std::string &field) const { return number_.count(field); }

    // Where a field is written that `rest` was told of, the numbers of the first sample first.
    Scalar *operator[](const std::string &field)
    {
        return reinterpret_cast<Scalar *>(values_[number_.at(field)].sent);
    }

    // What the last answer says of a field.
    const Scalar *answer(const std::string &field) const
    {
        return reinterpret_cast<const Scalar *>(values_[number_.at(field)].answered);
    }

    void ask() { program_.ask(); }

    void wait()
    {
        program_.wait(place_ - memory_);
        if (memcmp(answer_, &asked_, sizeof(asked_)))
            program_.lost();
    }

    // Add what the spikes of the last run have taught.
    void add_gradients(std::vector<Scalar> &gradients) const
    {
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].kind == TAUGHT)
            {
                const Scalar *taught = reinterpret_cast<const Scalar *>(values_[f].answered);
                for (size_t k = 0; k < values_[f].places.size(); k++)
                    if (values_[f].places[k] >= 0)
                        gradients[values_[f].places[k]] += taught[k];
            }
    }
};

#endif
