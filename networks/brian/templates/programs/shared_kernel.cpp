{# What the code of a kernel that all samples and positions share has in common, in programs.

The factors of the statement become the two functions of `OnPre`; the headers go through the
spikes. #}
{% extends 'common_group.cpp' %}

{% block extra_headers %}
{% include 'event_kernels.h' %}
{% include 'plastic_kernels.h' %}
namespace {
struct OnPre {
    enum { unit_pre = {{on_pre.unit_pre|int}}, unit_post = {{on_pre.unit_post|int}} };
    {% for argument in on_pre.arguments %}
    const {{argument.ctype}} *{{argument.name}};
    {% endfor %}
    {{on_pre.scalar}} pre(size_t i) const { return ({{on_pre.scalar}})({{on_pre.pre}}); }
    {{on_pre.scalar}} post(size_t j) const { return ({{on_pre.scalar}})({{on_pre.post}}); }
};
}
{% endblock %}

{% block maincode %}
    OnPre _on_pre;
    {% for argument in on_pre.arguments %}
    _on_pre.{{argument.name}} = {{argument.array}};
    {% endfor %}
    {% block deliver %}
    {% endblock %}
{% endblock %}
