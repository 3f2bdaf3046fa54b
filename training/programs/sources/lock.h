// One writer per folder: the operating system's lock on a file, which ends with the process that
// holds it, however that ends. What the file says is for the message only.
#ifndef SPIDE_LOCK_H
#define SPIDE_LOCK_H

#include <fcntl.h>
#include <sys/file.h>

#include "files.h"

// The programs of the stages do not inherit it: they may end a moment later than a killed training.
inline void only_writer()
{
    const char *const path = "writer.lock";
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        fail(std::string("cannot open '") + path + "' (" + strerror(errno) + ")");
    if (flock(file, LOCK_EX | LOCK_NB))
    {
        if (errno != EWOULDBLOCK)
            fail(std::string("cannot lock '") + path + "' (" + strerror(errno) +
                 "): copy the folder to a file system that has locks");
        std::string owner = read_text(path);
        owner.erase(owner.find_last_not_of('\n') + 1);
        fail("this folder is being written by " + (owner.empty() ? "another process" : owner) +
             ": wait until that process ends, or stop it");
    }
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    const std::string owner = "process " + std::to_string(getpid()) + " on " + host + "\n";
    if (ftruncate(file, 0) || write(file, owner.data(), owner.size()) != (ssize_t)owner.size())
        fail(std::string("cannot write '") + path + "' (" + strerror(errno) + ")");
}

#endif
