"""The two realisations of synapses under one ``on_pre`` string."""

from networks.synapses.explicit import ExplicitSynapses
from networks.synapses.shared import SharedSynapses

__all__ = ["ExplicitSynapses", "SharedSynapses"]
