{# Brian2's reset without the interpreter's lock, so that networks run side by side. #}
{% extends 'stepwise_group.pyx' %}

{% block template_support_code %}
{% from 'step.pyx' import define with context %}
{% set _eventspace = get_array_name(eventspace_variable) %}
{% call define() %}
    # scalar code
    _vectorisation_idx = 1
    {{scalar_code|autoindent}}

    cdef size_t _num_events = {{_eventspace}}[_num{{_eventspace}} - 1]
    cdef size_t _index_events
    for _index_events in range(_num_events):
        # vector code
        _idx = {{_eventspace}}[_index_events]
        _vectorisation_idx = _idx
        {{ vector_code | autoindent }}
{% endcall %}
{% endblock %}
