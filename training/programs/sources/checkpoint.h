// Checkpoints in the format safetensors: a header, which is the same for all of them, and numbers.
//
// Beside each lies a file with a checksum, which is written last: without it the checkpoint is
// nothing. `spide collect` reads both and makes a run folder of them.
#ifndef SPIDE_CHECKPOINT_H
#define SPIDE_CHECKPOINT_H

#include <dirent.h>
#include <inttypes.h>

#include <algorithm>

#include "configuration.h"
#include "descent.h"
#include "files.h"

// CRC-32, as zlib has it.
inline std::string checksum(const std::string &content)
{
    uint32_t table[256], sum = ~0u;
    for (uint32_t byte = 0; byte < 256; byte++)
    {
        table[byte] = byte;
        for (int bit = 0; bit < 8; bit++)
            table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xedb88320u : 0);
    }
    for (size_t k = 0; k < content.size(); k++)
        sum = sum >> 8 ^ table[(sum ^ (unsigned char)content[k]) & 0xff];
    char text[9];
    snprintf(text, sizeof(text), "%08" PRIx32, ~sum);
    return text;
}

inline std::string checkpoint_path(int64_t iteration)
{
    char text[64];
    snprintf(text, sizeof(text), "checkpoints/iteration-%08" PRId64, iteration);
    return text;
}

inline void save(const Learned &learned, int64_t iteration)
{
    std::string content = read_text("data/checkpoint.header");
    const size_t begin = content.size();
    content.resize(begin + 2 * learned.parameters.size() * sizeof(Scalar));
    for (size_t p = 0; p < PARAMETERS.size(); p++)
    {
        const Parameter &each = PARAMETERS[p];
        const size_t bytes = each.count * sizeof(Scalar);
        memcpy(&content[begin + each.saved], learned.parameters.data() + each.begin, bytes);
        memcpy(&content[begin + each.momentum_saved], learned.momentum.data() + each.begin, bytes);
    }
    write_whole(checkpoint_path(iteration) + ".safetensors", content);
    write_whole(checkpoint_path(iteration) + ".checksum", checksum(content) + "\n");
}

// The newest whole checkpoint, or -1: its iteration, and what it holds.
inline int64_t load_newest(Learned &learned)
{
    std::vector<int64_t> found;
    if (DIR *folder = opendir("checkpoints"))
    {
        while (const dirent *file = readdir(folder))
        {
            int64_t iteration;
            char rest[32] = "";
            if (sscanf(file->d_name, "iteration-%" SCNd64 "%31s", &iteration, rest) == 2 &&
                std::string(rest) == ".checksum")
                found.push_back(iteration);
        }
        closedir(folder);
    }
    std::sort(found.rbegin(), found.rend());
    const size_t begin = read_text("data/checkpoint.header").size();
    for (size_t k = 0; k < found.size(); k++)
    {
        const std::string path = checkpoint_path(found[k]);
        const std::string content = read_text(path + ".safetensors");
        if (content.size() != begin + 2 * learned.parameters.size() * sizeof(Scalar) ||
            checksum(content) + "\n" != read_text(path + ".checksum"))
            continue;
        for (size_t p = 0; p < PARAMETERS.size(); p++)
        {
            const Parameter &each = PARAMETERS[p];
            const size_t bytes = each.count * sizeof(Scalar);
            memcpy(learned.parameters.data() + each.begin, &content[begin + each.saved], bytes);
            memcpy(learned.momentum.data() + each.begin, &content[begin + each.momentum_saved], bytes);
        }
        return found[k];
    }
    return -1;
}

#endif
