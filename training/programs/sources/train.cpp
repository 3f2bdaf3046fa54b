// The training: Algorithms 1 and 2 batch after batch, without Python.
//
//   ./train [THREADS]
//
// Each thread of the machine gets a pair of the programs forward/main and backward/main and takes
// its part of every batch. An epoch ends with an evaluation and a checkpoint, and a training that
// was stopped goes on from its newest one; with as many threads, with the numbers of one that was
// not.
#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>
#include <thread>

#include "checkpoint.h"
#include "descent.h"
#include "images.h"
#include "lock.h"
#include "network.h"

static double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Training
{
    std::vector<std::unique_ptr<Network> > networks_;
    const Images training_, tested_;
    const std::vector<StreamState> dropout_, probes_;
    const std::vector<double> rates_;
    const Ziggurat normal_;
    Learned learned_;
    Readout readout_;
    std::ostringstream records_;

public:
    explicit Training(int threads)
        : training_("training", TRAINING_IMAGES), tested_("tested", TESTED_IMAGES),
          dropout_(read_array<StreamState>("data/dropout.streams", EPOCHS * PER_EPOCH)),
          probes_(read_array<StreamState>("data/probes.streams", EPOCHS * PER_EPOCH)),
          rates_(read_array<double>("data/learning_rates.bin", EPOCHS * PER_EPOCH)),
          normal_(ZIGGURAT_RIGHT, "data/")
    {
        learned_.parameters = read_array<Scalar>("data/parameters.bin", ALL_PARAMETERS);
        learned_.momentum.assign(ALL_PARAMETERS, 0);
        for (int t = 0; t < threads; t++)
            networks_.emplace_back(new Network);
    }

    void run()
    {
        make_folder("checkpoints");
        make_folder("records");
        int64_t iteration = load_newest(learned_);
        if (iteration < 0)
            save(learned_, iteration = 0);
        else
            printf("after iteration %lld, which checkpoints/ holds\n", (long long)iteration);
        write_weights();
        for (int64_t epoch = iteration / PER_EPOCH; epoch < EPOCHS; epoch++)
        {
            const double began = seconds();
            records_.str("");
            train(epoch);
            const double lasted = seconds() - began, accuracy = evaluate((epoch + 1) * PER_EPOCH);
            char name[32];
            snprintf(name, sizeof(name), "records/epoch-%06lld.jsonl", (long long)epoch + 1);
            write_whole(name, records_.str());
            save(learned_, (epoch + 1) * PER_EPOCH);
            printf("epoch %lld/%lld: %s accuracy %.2f %%, %.0f images/s\n", (long long)epoch + 1,
                   (long long)EPOCHS, EVALUATED, 100 * accuracy, TRAINING_IMAGES / lasted);
            fflush(stdout);
        }
    }

private:
    void train(int64_t epoch)
    {
        char name[64];
        snprintf(name, sizeof(name), "data/order-%06lld.bin", (long long)epoch);
        const std::vector<int32_t> order = read_array<int32_t>(name, TRAINING_IMAGES);
        for (int64_t b = 0; b < PER_EPOCH; b++)
        {
            const double began = seconds();
            const int64_t first = b * BATCH_SIZE, number = epoch * PER_EPOCH + b;
            Batch batch = training_.batch(first, std::min(first + BATCH_SIZE, TRAINING_IMAGES), order.data());
            if (DROPOUT > 0)
                drop_out(batch, Stream(dropout_[number]));
            std::vector<Scalar> gradients(ALL_PARAMETERS, 0);
            Sums sums;
            first_stage(batch);
            for (size_t n = 0; n < networks_.size(); n++)
            {
                networks_[n]->read_out(batch, readout_, sums, true);
                networks_[n]->ask_backward(batch, readout_);
            }
            for (size_t n = 0; n < networks_.size(); n++)
                networks_[n]->learn(sums, gradients);
            readout_.hand_over(gradients);
            descend(learned_, gradients, rates_[number]);
            double norm = -1;
            if (FEEDBACK_COUNT)
                norm = restrict_feedback(learned_, Stream(probes_[number]), normal_);
            write_weights();
            record(number, batch.samples, sums, norm, seconds() - began);
        }
    }

    double evaluate(int64_t iteration)
    {
        Sums sums;
        for (int64_t first = 0; first < TESTED_IMAGES; first += BATCH_SIZE)
        {
            const Batch batch = tested_.batch(first, std::min(first + BATCH_SIZE, TESTED_IMAGES));
            first_stage(batch);
            for (size_t n = 0; n < networks_.size(); n++)
                networks_[n]->read_out(batch, readout_, sums, false);
        }
        records_.precision(17);
        records_ << "{\"kind\": \"" << EVALUATED << "\", \"iteration\": " << iteration
                 << ", \"epoch\": " << iteration / PER_EPOCH << ".0, \"loss\": "
                 << sums.loss / TESTED_IMAGES << ", \"accuracy\": "
                 << (double)sums.right / TESTED_IMAGES << "}\n";
        return (double)sums.right / TESTED_IMAGES;
    }

    // Stage 1 of a batch, in equal parts.
    void first_stage(const Batch &batch)
    {
        const int64_t count = networks_.size();
        for (int64_t n = 0; n < count; n++)
            networks_[n]->ask_forward(batch, n * batch.samples / count,
                                      (n + 1) * batch.samples / count, learned_.parameters);
    }

    void write_weights()
    {
        readout_.set_weights(learned_.parameters);
        networks_[0]->set_weights(learned_.parameters);
        for (size_t n = 1; n < networks_.size(); n++)
            networks_[n]->copy_weights(*networks_[0]);
    }

    void record(int64_t number, int64_t samples, const Sums &sums, double norm, double lasted)
    {
        records_.precision(17);
        records_ << "{\"kind\": \"training\", \"iteration\": " << number + 1 << ", \"epoch\": "
                 << (number + 1) / (double)PER_EPOCH << ", \"loss\": " << sums.loss / samples
                 << ", \"accuracy\": " << (double)sums.right / samples << ", \"images_per_second\": "
                 << samples / lasted << ", \"learning_rate\": " << rates_[number] * LOSS_SCALE
                 << ", \"feedback_norm\": ";
        if (norm < 0)
            records_ << "null";
        else
            records_ << norm;
        fired("forward", sums.fired_forward, FORWARD_COUNTED, samples);
        fired("backward", sums.fired_backward, BACKWARD_COUNTED, samples);
        records_ << "}\n";
    }

    void fired(const char *stage, const std::vector<double> &spikes, int64_t steps, int64_t samples)
    {
        records_ << ", \"firing_rates_" << stage << "\": {";
        for (size_t l = 0; l < LAYERS.size(); l++)
            records_ << (l ? ", " : "") << "\"" << LAYERS[l].name
                     << "\": " << spikes[l] / ((double)steps * samples * LAYERS[l].units());
        records_ << "}";
    }
};

int threads_of(const std::string &text)
{
    char *end = NULL;
    const long threads = strtol(text.c_str(), &end, 10);
    if (text.empty() || *end || threads < 1 || threads > BATCH_SIZE)
        fail("threads is '" + text + "': give a whole number from 1 to " +
             std::to_string(BATCH_SIZE) + ", the images of a batch, or leave it out");
    return (int)threads;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc > 2)
        fail("call it as './train [THREADS]'");
    const int cores = std::max(1, (int)std::thread::hardware_concurrency());
    const int threads = argc > 1 ? threads_of(argv[1]) : (int)std::min<int64_t>(cores, BATCH_SIZE);
    if (access("data/parameters.bin", R_OK))
        fail("there is no training to go on with here: run in the program's folder");
    only_writer();
    Training(threads).run();
    return 0;
}
