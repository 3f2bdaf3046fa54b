"""The command ``spide``: only this room prints, exits and installs signal handlers."""
