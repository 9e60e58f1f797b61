"""These tests need sleap-io and PyTables, which are in an environment of their own: `make test` runs them there."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sleap_io") and find_spec("tables") else ["test_*.py"]
