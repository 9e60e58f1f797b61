"""Names for modules with importers: `importer`, `Tracks`, and functions that read untrusted files.

`first_bytes` raises a one-line error for a file that cannot be read; `read_netcdf3_header` checks the sizes that a
classic NetCDF file declares before a C library relies on them. `check_claim` refuses a compressed file that declares
contents of more than `INFLATED_AT_MOST` times its size. `decimal_unit` finds the decimal place to which times are
rounded.
"""

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import HDF5, INFLATED_AT_MOST, check_claim, first_bytes
from kadita.base.netcdf3 import read_header as read_netcdf3_header
from kadita.plugins.declaration.importer import Importer, Tracks, importer
from kadita.plugins.hooks import hookimpl
from kadita.school.box import Floats, Integers
from kadita.school.transforms.even_times import decimal_unit

# fmt: off
__all__ = [
    "HDF5", "INFLATED_AT_MOST", "Floats", "Importer", "Integers", "KaditaError", "Tracks", "check_claim",
    "decimal_unit", "did_you_mean", "first_bytes", "hookimpl", "importer", "read_netcdf3_header",
]
# fmt: on
