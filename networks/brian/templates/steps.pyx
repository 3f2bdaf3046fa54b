#cython: language_level=3
# Many steps of many objects without the interpreter: each object's step is a C function and its
# argument, as `bind` of step.pyx hands them out.
from libc.stdint cimport int64_t
from libcpp.vector cimport vector

cdef extern from *:
    """
    #include <chrono>
    static inline double clock_seconds() {
        return std::chrono::duration<double>(
            std::chrono::steady_clock::now().time_since_epoch()).count();
    }
    """
    double clock_seconds() nogil

ctypedef void (*Step)(const void *) noexcept nogil


def run(list bound, size_t timestep_address, size_t time_address, double dt, int64_t steps,
        double limit, size_t seconds_address):
    cdef vector[Step] functions
    cdef vector[const void *] arguments
    for function, argument in bound:
        functions.push_back(<Step> <size_t> function)
        arguments.push_back(<const void *> <const char *> argument)
    cdef int64_t *timestep = <int64_t *> timestep_address
    cdef double *time = <double *> time_address
    cdef double *seconds = <double *> seconds_address
    cdef size_t k, count = functions.size()
    cdef double before, now, end
    with nogil:
        before = clock_seconds()
        end = before + limit
        while timestep[0] < steps and clock_seconds() < end:
            for k in range(count):
                functions[k](arguments[k])
                if seconds:  # the end of one is the beginning of the next
                    now = clock_seconds()
                    seconds[k] += now - before
                    before = now
            timestep[0] += 1
            time[0] = timestep[0] * dt
