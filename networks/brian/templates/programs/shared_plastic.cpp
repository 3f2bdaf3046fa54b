{# What spikes teach a shared kernel, see `shared_plastic.pyx`. #}
{# USES_VARIABLES { _spikespace, dw, _samples, _shape, _position_rows, _position_tap,
                    _position_target } #}
{% extends 'shared_kernel.cpp' %}

{% block deliver %}
    teach({{_spikespace}}, {{_spikespace}}[_num_spikespace - 1], _samples,
          {{get_array_name(variables['_shape'])}},
          {{_position_rows}}, {{_position_tap}}, {{_position_target}},
          {{on_pre.target}}, _numdw, _on_pre);
{% endblock %}
