// A stage of the network: a program of Brian2's C++ standalone device that answers requests.
//
// The program is a process of its own, which batch_program.h beside it describes. What a request
// carries, in order, are the fields of the stage, all of them whole: first what all samples share,
// then what each sample has for itself; the answer is what the program has changed, and what its
// spikes taught.
#ifndef SPIDE_STAGE_H
#define SPIDE_STAGE_H

#include <fcntl.h>
#include <signal.h>

#include <map>

#include "configuration.h"
#include "files.h"

class Stage
{
    struct Values
    {
        std::vector<char> initial, now;
        std::vector<int32_t> places;  // which parameter each number is, -1 for none
    };
    const std::vector<Field> &fields_;
    std::vector<Values> values_;
    std::map<std::string, size_t> number_;
    const int64_t steps_;
    const std::string folder_;
    FILE *requests_, *answers_;
    int64_t samples_, asked_;

public:
    // `steps`: of every run.
    Stage(const std::string &folder, const std::vector<Field> &fields, int64_t steps)
        : fields_(fields), values_(fields.size()), steps_(steps), folder_(folder), samples_(0),
          asked_(0)
    {
        const std::string data = "data/" + folder + "/";
        for (size_t f = 0; f < fields.size(); f++)
        {
            number_[fields[f].name] = f;
            const std::string stem = data + fields[f].name;
            values_[f].initial = read_array<char>(stem + ".initial", fields[f].count * fields[f].bytes);
            if (fields[f].learned)
                values_[f].places = read_array<int32_t>(stem + ".places", fields[f].count);
            if (fields[f].kind != EACH)
                values_[f].now = values_[f].initial;
        }
        start();
    }

    // Write all weights into the synapses.
    void set_weights(const std::vector<Scalar> &parameters)
    {
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].learned && fields_[f].kind == SHARED)
            {
                Scalar *to = reinterpret_cast<Scalar *>(values_[f].now.data());
                for (size_t k = 0; k < values_[f].places.size(); k++)
                    if (values_[f].places[k] >= 0)
                        to[k] = parameters[values_[f].places[k]];
            }
    }

    // Put all neurons of so many samples to rest.
    void rest(int64_t samples)
    {
        samples_ = samples;
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].kind == EACH)
            {
                const std::vector<char> &one = values_[f].initial;
                values_[f].now.resize(samples * one.size());
                for (int64_t sample = 0; sample < samples; sample++)
                    memcpy(values_[f].now.data() + sample * one.size(), one.data(), one.size());
            }
    }

    bool has(const std::string &field) const { return number_.count(field); }

    // The numbers of a field, those of the first sample first.
    Scalar *operator[](const std::string &field)
    {
        return reinterpret_cast<Scalar *>(values_[number_.at(field)].now.data());
    }

    void ask()
    {
        asked_++;
        const int64_t header[4] = {asked_, samples_, steps_, 0};
        put(header, sizeof(header));
        size_t sent = 0;
        for (size_t f = 0; f < fields_.size(); f++)
            sent += fields_[f].kind == SHARED || fields_[f].kind == EACH;
        const std::vector<char> whole(sent, 0);  // none of them comes as one value
        put(whole.data(), whole.size());
        for (int kind = SHARED; kind <= EACH; kind++)
            for (size_t f = 0; f < fields_.size(); f++)
                if (fields_[f].kind == kind)
                    put(values_[f].now.data(), values_[f].now.size());
        if (fflush(requests_))
            lost();
    }

    void wait()
    {
        int64_t number = 0;
        double seconds[3];  // of its parts
        get(&number, sizeof(number));
        get(seconds, sizeof(seconds));
        if (number != asked_)
            lost();
        for (int kind = EACH; kind <= TAUGHT; kind++)
            for (size_t f = 0; f < fields_.size(); f++)
                if (fields_[f].kind == kind && fields_[f].answered)
                    get(values_[f].now.data(), values_[f].now.size());
    }

    // Add what the spikes of the last run have taught.
    void add_gradients(std::vector<Scalar> &gradients) const
    {
        for (size_t f = 0; f < fields_.size(); f++)
            if (fields_[f].kind == TAUGHT)
            {
                const Scalar *taught = reinterpret_cast<const Scalar *>(values_[f].now.data());
                for (size_t k = 0; k < values_[f].places.size(); k++)
                    if (values_[f].places[k] >= 0)
                        gradients[values_[f].places[k]] += taught[k];
            }
    }

private:
    void start()
    {
        int to[2], from[2];
        if (pipe(to) || pipe(from))
            fail("cannot make pipes");
        const pid_t child = fork();
        if (child < 0)
            fail("cannot start another process");
        if (child == 0)
        {
            dup2(to[0], 0);
            dup2(from[1], 1);
            for (int end = 0; end < 2; end++)
            {
                close(to[end]);
                close(from[end]);
            }
            if (!chdir(folder_.c_str()))
                execl("./main", "./main", (char *)NULL);
            _exit(127);
        }
        close(to[0]);
        close(from[1]);
        // Or a stage that is started later would keep this one's input open at the end.
        fcntl(to[1], F_SETFD, FD_CLOEXEC);
        fcntl(from[0], F_SETFD, FD_CLOEXEC);
        requests_ = fdopen(to[1], "wb");
        answers_ = fdopen(from[0], "rb");
    }

    void put(const void *place, size_t bytes)
    {
        if (bytes && fwrite(place, 1, bytes, requests_) != bytes)
            lost();
    }

    void get(void *place, size_t bytes)
    {
        if (bytes && fread(place, 1, bytes, answers_) != bytes)
            lost();
    }

    void lost() const { fail("the program '" + folder_ + "/main' has ended: build it with build.sh"); }
};

#endif
