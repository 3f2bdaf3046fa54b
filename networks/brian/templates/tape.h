// Memory that a program and who asks it both see (networks/devices/programs/tape.py is the other
// side).
//
// Standard input brings the size of that memory whenever a request lies in it; which file it is
// says SPIDE_TAPE. A request and its answer are pieces one after the other, each of which begins on
// a cache line. Where the answer ends goes back through what was standard output when the program
// began; what Brian2 prints goes to standard error.
#ifndef SPIDE_TAPE_H
#define SPIDE_TAPE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace spide {

inline void fail(const std::string &message)
{
    fprintf(stderr, "%s\n", message.c_str());
    _Exit(3);
}

// Keep standard output for the answers; the first call must come before anything is printed.
inline int answers()
{
    static int file = -1;
    if (file < 0)
    {
        file = dup(1);
        if (file < 0 || dup2(2, 1) < 0)
            fail("cannot open the channel for answers");
    }
    return file;
}

class Tape
{
    char *begin_;
    size_t size_, place_;

    void map(size_t size)
    {
        const char *file = getenv("SPIDE_TAPE");
        if (!file)
            fail("SPIDE_TAPE does not say where requests are");
        if (begin_)
            munmap(begin_, size_);
        void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(file), 0);
        if (place == MAP_FAILED)
            fail("the memory of requests cannot be read");
        begin_ = static_cast<char *>(place);
        size_ = size;
    }

public:
    Tape() : begin_(NULL), size_(0), place_(0) {}

    // Wait for a request; false if there is none any more.
    bool receive()
    {
        int64_t size;
        char *const to = reinterpret_cast<char *>(&size);
        for (size_t found = 0; found < sizeof(size);)
        {
            const ssize_t more = read(0, to + found, sizeof(size) - found);
            if (more < 0 && errno == EINTR)
                continue;
            if (more <= 0)
                return false;
            found += more;
        }
        if ((size_t)size != size_)
            map(size);
        place_ = 0;
        return true;
    }

    // The next piece.
    char *next(size_t bytes)
    {
        char *const piece = begin_ + place_;
        place_ += (bytes + 63) / 64 * 64;
        if (place_ > size_)
            fail("a request ended early");
        return piece;
    }

    // Say that the answer is there, up to here.
    void answered()
    {
        const int64_t end = place_;
        if (write(answers(), &end, sizeof(end)) != sizeof(end))
            fail("an answer could not be written");
    }
};

inline Tape &tape()
{
    static Tape one;
    return one;
}

inline void read_exactly(void *place, size_t bytes)
{
    memcpy(place, tape().next(bytes), bytes);
}

inline void write_exactly(const void *place, size_t bytes)
{
    memcpy(tape().next(bytes), place, bytes);
}

}  // namespace spide

#endif
