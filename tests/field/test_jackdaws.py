"""Local order is that of the jackdaws' authors: Ling et al. 2019, doi:10.1038/s41467-019-13281-4."""

import numpy as np
from scipy.io import loadmat

from kadita import Block


def test_local_order_is_the_authors(value, reference):
    """k = 20, the bird itself included, in the frames that the authors looked at."""
    authors = loadmat(reference / "jackdaws" / "transit_order_05.mat")["order"][:, 0]
    rows = loadmat(reference / "jackdaws" / "transit_05.mat")["tracks_filt"]
    rows = rows[np.lexsort((rows[:, 0], rows[:, 4]))]
    flocks = np.split(rows, np.flatnonzero(np.diff(rows[:, 4])) + 1)[99:300]
    found = [value("local_order", Block(f[:, 1:4], f[:, 5:8]), k=20)[0] for f in flocks]
    found = np.concatenate(found)
    assert found.shape == authors.shape == (5562,)
    np.testing.assert_allclose(found, authors, rtol=0, atol=1e-6)
