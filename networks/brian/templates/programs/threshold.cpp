{# Brian2's thresholder without a branch per neuron, see `threshold.pyx`. #}
{# USES_VARIABLES { N } #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
{% include 'spike_list.h' %}
{% endblock %}

{% block maincode %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    // scalar code
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}

    char _fired[SPIKE_BLOCK];
    const size_t _neurons = N;
    size_t _found = 0;
    for (size_t _start = 0; _start < _neurons; _start += SPIKE_BLOCK)
    {
        const size_t _stop = _start + SPIKE_BLOCK < _neurons ? _start + SPIKE_BLOCK : _neurons;
        for (size_t _idx = _start; _idx < _stop; _idx++)
        {
            // vector code
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
            _fired[_idx - _start] = _cond;
        }
        _found += append_spikes(_fired, _stop - _start, _start, {{_eventspace}} + _found);
    }
    {{_eventspace}}[_neurons] = _found;
{% endblock %}

{% block after_code %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    {{_eventspace}}[N] = 0;
{% endblock %}
