"""The realisations of synapses under one ``on_pre`` string."""

from networks.devices.facts import SynapsesKind
from networks.synapses.explicit import ExplicitSynapses
from networks.synapses.shared import SharedSynapses

__all__ = ["REALISATIONS", "ExplicitSynapses", "SharedSynapses", "SynapsesObject"]

SynapsesObject = SharedSynapses | ExplicitSynapses

REALISATIONS: dict[SynapsesKind, type[SharedSynapses] | type[ExplicitSynapses]] = {
    "shared": SharedSynapses,
    "explicit": ExplicitSynapses,
}
"""The classes, by name."""
