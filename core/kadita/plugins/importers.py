"""What a module with importers imports: `importer`, `Tracks`, and what reads a file without trusting it.

`first_bytes` says in one line why a file cannot be read; `read_netcdf3_header` checks what a classic NetCDF file claims
before a C library believes it. A compressed file whose contents claim more than `INFLATED_AT_MOST` times its size is
not to be opened.
"""

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import HDF5, INFLATED_AT_MOST, first_bytes
from kadita.base.netcdf3 import read_header as read_netcdf3_header
from kadita.plugins.declaration.importer import Importer, Tracks, importer
from kadita.plugins.hooks import hookimpl
from kadita.school.box import Floats

# fmt: off
__all__ = [
    "HDF5", "INFLATED_AT_MOST", "Floats", "Importer", "KaditaError", "Tracks", "did_you_mean", "first_bytes",
    "hookimpl", "importer", "read_netcdf3_header",
]
# fmt: on
