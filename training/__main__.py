"""``python -m training`` is the command ``spide``."""

import sys

from training.cli.command_line import main

sys.exit(main())
