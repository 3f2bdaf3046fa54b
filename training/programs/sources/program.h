// A program that answers requests: a process of its own, and memory that both see.
//
// What lies in that memory is described beside the program, in tape.h and batch_program.h.
#ifndef SPIDE_PROGRAM_H
#define SPIDE_PROGRAM_H

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "files.h"

class Program
{
    const std::string folder_;
    int file_, requests_, answers_;
    pid_t process_;
    char *memory_;
    size_t size_;

    Program(const Program &);
    Program &operator=(const Program &);

    enum { NOT_STARTED = 127 };  // a status, as of a shell

public:
    explicit Program(const std::string &folder) : folder_(folder), memory_(NULL), size_(0)
    {
#ifdef MFD_CLOEXEC
        file_ = memfd_create("spide", MFD_CLOEXEC);
#else
        FILE *const nameless = tmpfile();
        file_ = nameless ? fileno(nameless) : -1;  // open until the end
#endif
        if (file_ < 0)
            fail("cannot make memory for requests");
        start();
    }

    // The memory, with room for so many bytes. It stays where it is until there is too little.
    char *memory(size_t bytes)
    {
        if (bytes <= size_)
            return memory_;
        if (memory_)
            munmap(memory_, size_);
        void *place = MAP_FAILED;
        if (!ftruncate(file_, bytes))
            place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        if (place == MAP_FAILED)
            fail("there is no memory for a request");
        size_ = bytes;
        return memory_ = static_cast<char *>(place);
    }

    // Say that a request is there.
    void ask()
    {
        const int64_t size = size_;
        if (write(requests_, &size, sizeof(size)) != sizeof(size))
            lost();
    }

    // Wait for the answer, which must end there.
    void wait(int64_t end)
    {
        int64_t said = 0;
        char *const to = reinterpret_cast<char *>(&said);
        for (size_t found = 0; found < sizeof(said);)
        {
            const ssize_t more = read(answers_, to + found, sizeof(said) - found);
            if (more < 0 && errno == EINTR)
                continue;
            if (more <= 0)
                lost();
            found += more;
        }
        if (said != end)
            fail(named() + " answers something else: build it anew with build.sh");
    }

    std::string named() const { return "the program '" + folder_ + "/main'"; }

    // Say why it has ended; its requests and answers end no earlier.
    void lost() const
    {
        int status = 0;
        const bool ended = waitpid(process_, &status, 0) == process_;
        if (ended && WIFSIGNALED(status))
            fail(named() + " was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                 strsignal(WTERMSIG(status)) +
                 "): if memory ran out, give fewer threads; './train' goes on where this one was");
        if (ended && WIFEXITED(status) && WEXITSTATUS(status) != NOT_STARTED)
            fail(named() + " has ended with status " + std::to_string(WEXITSTATUS(status)) +
                 ": './train' goes on where this one was");
        fail(named() + " cannot be started: build it with build.sh");
    }

private:
    void start()
    {
        int to[2], from[2];
        if (pipe(to) || pipe(from))
            fail("cannot make pipes");
        process_ = fork();
        if (process_ < 0)
            fail("cannot start another process");
        if (process_ == 0)
        {
            dup2(to[0], 0);
            dup2(from[1], 1);
            for (int end = 0; end < 2; end++)
            {
                close(to[end]);
                close(from[end]);
            }
            char number[16];
            snprintf(number, sizeof(number), "%d", dup(file_));  // which outlives the exec
            setenv("SPIDE_TAPE", number, 1);
            if (!chdir(folder_.c_str()))
                execl("./main", "./main", (char *)NULL);
            _exit(NOT_STARTED);
        }
        close(to[0]);
        close(from[1]);
        requests_ = to[1];
        answers_ = from[0];
        // Or a stage that is started later would keep this one's input open at the end.
        fcntl(requests_, F_SETFD, FD_CLOEXEC);
        fcntl(answers_, F_SETFD, FD_CLOEXEC);
        fcntl(file_, F_SETFD, FD_CLOEXEC);
    }
};

#endif
