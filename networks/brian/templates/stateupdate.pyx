{# Brian2's state update without the interpreter's lock, so that networks run side by side. #}
{# ITERATE_ALL { _idx } #}
{# USES_VARIABLES { N } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'stepwise_group.pyx' %}

{% block template_support_code %}
{% from 'step.pyx' import define with context %}
{% call define() %}
    # scalar code
    _vectorisation_idx = 1
    {{scalar_code|autoindent}}

    cdef size_t _count = N
    for _idx in range(_count):
        # vector code
        _vectorisation_idx = _idx
        {{vector_code|autoindent}}
{% endcall %}
{% endblock %}
