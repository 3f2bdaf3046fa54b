"""What goes wrong on devices that compile a program of their own."""


class DeviceError(RuntimeError):
    """A program that could not be built, that died, or whose build folder is damaged.

    The message is one sentence that names the folder and the remedy; no rates are returned.
    """
