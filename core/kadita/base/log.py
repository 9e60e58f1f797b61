"""The logger of the library: ``logging.getLogger("kadita")``, which shows nothing until a program adds a handler."""

from __future__ import annotations

import logging

logger = logging.getLogger("kadita")
logger.addHandler(logging.NullHandler())
