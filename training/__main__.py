"""``python -m training`` is the command ``spide``."""

import sys

from training.command_line import main

sys.exit(main())
