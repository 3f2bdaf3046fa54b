"""Mistakes that a user can mend."""


class UserError(Exception):
    """Something the user can mend; the message is one sentence that names the value and the remedy.

    The command line prints it without a traceback.
    """


class DataError(UserError):
    """Images that are missing, damaged or not finite."""


class RunFolderError(UserError):
    """A run folder that cannot be made, or that holds something else."""


class BusyRunError(RunFolderError):
    """A run folder that another process writes."""


class CheckpointError(UserError):
    """A checkpoint that is missing, damaged, or of another architecture or recipe."""


class LostProcessError(UserError):
    """A training of several processes of which one is gone."""


class StorageError(UserError):
    """A training whose results cannot be written."""


class DivergenceError(UserError):
    """A training whose weights are no longer finite numbers."""
