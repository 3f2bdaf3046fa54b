{# Brian2's code of a group, for templates that define their code as a step (step.pyx). #}
{% extends 'common_group.pyx' %}

{% block maincode %}
{% from 'step.pyx' import run with context %}
{{ run() }}
{% endblock %}
