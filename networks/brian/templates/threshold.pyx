{# Brian2's thresholder without a branch per neuron and without the interpreter's lock.

The condition is first written to a block of bytes, which compilers vectorise; the spikes are then
picked out of the block's bits. #}
{# USES_VARIABLES { N, spike_total } #}
{% extends 'stepwise_group.pyx' %}

{% block template_support_code %}
cdef extern from *:
    """
    {% include 'spike_list.h' %}
    """
    enum: SPIKE_BLOCK
    size_t append_spikes(const char *fired, size_t count, size_t first, int32_t *spikes) nogil

{% from 'step.pyx' import define with context %}
{% set _eventspace = get_array_name(eventspace_variable) %}
{% call define() %}
    # scalar code
    _vectorisation_idx = 1
    {{ scalar_code | autoindent }}

    cdef char _fired[SPIKE_BLOCK]
    cdef size_t _count = N
    cdef size_t _start = 0
    cdef size_t _stop
    cdef size_t _found = 0
    while _start < _count:
        _stop = min(_start + SPIKE_BLOCK, _count)
        for _idx in range(_start, _stop):
            # vector code
            _vectorisation_idx = _idx
            {{ vector_code | autoindent }}
            _fired[_idx - _start] = _cond
        _found += append_spikes(_fired, _stop - _start, _start, {{_eventspace}} + _found)
        _start = _stop
    {{_eventspace}}[_count] = _found
    {{spike_total}} += _found
{% endcall %}
{% endblock %}

{% block after_code %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    {{_eventspace}}[N] = 0
{% endblock %}
