"""The realisations of synapses under one ``on_pre`` string, and of those that learn."""

from networks.devices.facts import SynapsesKind
from networks.synapses.explicit import ExplicitSynapses
from networks.synapses.plastic import PlasticSynapses
from networks.synapses.shared import SharedSynapses
from networks.synapses.shared_plastic import SharedPlasticSynapses

__all__ = [
    "PLASTIC",
    "REALISATIONS",
    "ExplicitSynapses",
    "PlasticSynapses",
    "PlasticSynapsesObject",
    "SharedPlasticSynapses",
    "SharedSynapses",
    "SynapsesObject",
]

SynapsesObject = SharedSynapses | ExplicitSynapses

REALISATIONS: dict[SynapsesKind, type[SharedSynapses] | type[ExplicitSynapses]] = {
    "shared": SharedSynapses,
    "explicit": ExplicitSynapses,
}
"""The classes, by name."""

PlasticSynapsesObject = SharedPlasticSynapses | PlasticSynapses

PLASTIC: dict[SynapsesKind, type[SharedPlasticSynapses] | type[PlasticSynapses]] = {
    "shared": SharedPlasticSynapses,
    "explicit": PlasticSynapses,
}
"""The learning synapses that go with them."""
