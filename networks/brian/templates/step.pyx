{# One step of an object as a C function, and what it takes as its argument: addresses and constants.

`main` is what Brian2 calls in every step. `bind` hands out the function and its argument, so that
`steps.pyx` runs many steps of many objects without the interpreter. The caller of `define` is the
code of a step; it must not need the interpreter. #}

{% macro define() %}
cdef struct _Bound:
    {% for ctype, name in bound %}
    {{ctype}} {{name}}
    {% endfor %}

cdef void _step(const void *_argument) noexcept nogil:
    cdef const _Bound *_bound = <const _Bound *> _argument
    {% for ctype, name in bound %}
    cdef {{ctype}} {{name}} = _bound.{{name}}
    {% endfor %}
    cdef size_t _idx
    cdef size_t _vectorisation_idx
    {{ local_variables | autoindent }}
{{ caller() }}

def bind(_namespace):
    {{ load_namespace | autoindent }}
    {{ fill() }}
    return <size_t> &_step, (<const char *> &_bound)[:sizeof(_Bound)]
{% endmacro %}

{% macro run() %}
    {{ fill() }}
    with nogil:
        _step(&_bound)
{% endmacro %}

{% macro fill() %}
cdef _Bound _bound
    {% for _, name in bound %}
    _bound.{{name}} = {{name}}
    {% endfor %}
{% endmacro %}
