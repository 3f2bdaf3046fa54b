{# What spikes teach a kernel that all samples and positions share.

The factors of the statement become the two functions of `OnPre`; `plastic_kernels.h` goes through
the spikes. #}
{# USES_VARIABLES { _spikespace, dw, _samples, _shape, _position_rows, _position_tap,
                    _position_target } #}
{% extends 'stepwise_group.pyx' %}

{% block template_support_code %}
cdef extern from *:
    """
    {% include 'event_kernels.h' %}
    {% include 'plastic_kernels.h' %}
    struct OnPre {
        enum { unit_pre = {{on_pre.unit_pre|int}}, unit_post = {{on_pre.unit_post|int}} };
        {% for argument in on_pre.arguments %}
        const {{argument.ctype}} *{{argument.name}};
        {% endfor %}
        {{on_pre.scalar}} pre(size_t i) const { return ({{on_pre.scalar}})({{on_pre.pre}}); }
        {{on_pre.scalar}} post(size_t j) const { return ({{on_pre.scalar}})({{on_pre.post}}); }
    };
    """
    cdef cppclass OnPre:
        {% for argument in on_pre.arguments %}
        const {{argument.ctype}} *{{argument.name}}
        {% endfor %}
        pass
    void teach(const int32_t *, long, long, const int32_t *, const int32_t *, const int32_t *,
               const int32_t *, {{on_pre.scalar}} *, size_t, const OnPre &) nogil

{% from 'step.pyx' import define with context %}
{% call define() %}
    cdef OnPre _on_pre
    {% for argument in on_pre.arguments %}
    _on_pre.{{argument.name}} = {{argument.array}}
    {% endfor %}
    teach({{_spikespace}}, {{_spikespace}}[_num{{_spikespace}} - 1], _samples,
          {{get_array_name(variables['_shape'])}},
          {{_position_rows}}, {{_position_tap}}, {{_position_target}},
          {{on_pre.target}}, _num{{on_pre.target}}, _on_pre)
{% endcall %}
{% endblock %}
