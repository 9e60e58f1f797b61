"""Python imports this as it starts, where its folder is in PYTHONPATH: so do all processes that a test starts."""

import without

without.take_away()
