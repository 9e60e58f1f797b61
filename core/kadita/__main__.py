"""`python -m kadita`."""

import sys

from kadita.cli import main

sys.exit(main())
