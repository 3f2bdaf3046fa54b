"""The devices on which a network runs: the same Brian2 objects on all of them."""

from networks.devices.base import Backend, DeviceName, Simulator, SynapsesKind
from networks.devices.choice import Choice, PropagationChoice, SynapsesChoice, choose
from networks.devices.errors import DeviceError

__all__ = [
    "Backend",
    "Choice",
    "DeviceError",
    "DeviceName",
    "PropagationChoice",
    "Simulator",
    "SynapsesChoice",
    "SynapsesKind",
    "choose",
]
