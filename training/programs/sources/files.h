// Arrays as files of plain numbers, and files that are there whole or not at all.
#ifndef SPIDE_FILES_H
#define SPIDE_FILES_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

inline void fail(const std::string &message)
{
    fprintf(stderr, "train: %s\n", message.c_str());
    exit(1);
}

// All numbers of a file, which must be `count`.
template <class T> std::vector<T> read_array(const std::string &path, int64_t count)
{
    std::vector<T> values(count);
    FILE *file = fopen(path.c_str(), "rb");
    if (!file)
        fail("cannot read '" + path + "' (" + strerror(errno) + "): run in the program's folder");
    const size_t found = fread(values.data(), sizeof(T), count, file);
    if (found != (size_t)count || getc(file) != EOF)
        fail("'" + path + "' is not what the program was compiled with: compile it anew");
    fclose(file);
    return values;
}

inline std::string read_text(const std::string &path)
{
    std::string text;
    if (FILE *file = fopen(path.c_str(), "rb"))
    {
        char part[4096];
        while (const size_t found = fread(part, 1, sizeof(part), file))
            text.append(part, found);
        fclose(file);
    }
    return text;
}

// Under another name first: a program that is killed leaves the old file or the new one.
inline void write_whole(const std::string &path, const std::string &content)
{
    const std::string temporary = path + ".part";
    FILE *file = fopen(temporary.c_str(), "wb");
    const bool written = file && fwrite(content.data(), 1, content.size(), file) == content.size() &&
                         !fflush(file) && !fsync(fileno(file));
    if (!written || fclose(file) || rename(temporary.c_str(), path.c_str()))
        fail("cannot write '" + path + "' (" + strerror(errno) + ")");
}

inline void make_folder(const std::string &path)
{
    if (mkdir(path.c_str(), 0777) && errno != EEXIST)
        fail("cannot make the folder '" + path + "' (" + strerror(errno) + ")");
}

#endif
