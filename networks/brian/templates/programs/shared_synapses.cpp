{# Delivery of spikes through a shared kernel, see `shared_synapses.pyx`. #}
{# USES_VARIABLES { _spikespace, kernel, _samples, _shape, _runs, _row_source, _row_target,
                    _row_other, _position_rows, _position_tap, _position_target } #}
{% extends 'shared_kernel.cpp' %}

{% block deliver %}
    deliver({{_spikespace}}, {{_spikespace}}[_num_spikespace - 1], _samples,
            {{get_array_name(variables['_shape'])}},
            {{_runs}}, {{_row_source}}, {{_row_target}}, {{_row_other}},
            {{_position_rows}}, {{_position_tap}}, {{_position_target}},
            {{kernel}}, {{on_pre.target}}, _on_pre);
{% endblock %}
