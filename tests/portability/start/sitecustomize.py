"""Python imports this as it starts where its folder is in PYTHONPATH: so do all processes that a test starts."""

import os

if os.environ.get("KADITA_WITHOUT") == "1":
    import without

    without.take_away()
