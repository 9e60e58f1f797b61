"""A sweep over two parameters: cells at their true places, hatched where a mean of seeds is the value of no state."""

import itertools

import numpy as np
import pytest

from kadita import figures
from kadita.base.errors import KaditaError

ORDER = {
    (1.0, 0.1): (0.1, 0.12),
    (1.0, 0.5): (0.2, 0.2),
    (4.0, 0.1): (0.9, 0.1),
    (4.0, 0.5): (0.8, ""),
    (2.0, 0.1): ("", ""),
}


@pytest.fixture
def write(tmp_path):
    """Write the table of a sweep as ``kadita sweep`` does."""

    def write(rows, header="r_o,noise,seed,order,order_error,folder"):
        path = tmp_path / "table.csv"
        path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
        return path

    return write


@pytest.fixture
def table(write):
    """Two seeds at five of six points: they agree, disagree, or are undefined."""
    return write(
        (*point, seed, value, 0.01, "f") for point, values in ORDER.items() for seed, value in enumerate(values, 1)
    )


def patches(axes, kind):
    return {(p.get_x(), p.get_y(), p.get_width(), p.get_height()) for p in axes.patches if p.get_gid() == kind}


def test_cells_have_the_mean_of_seeds_at_the_true_values(axes, table, drawn):
    assert figures.phase_diagram(axes, table, "r_o", "noise", "order") is axes
    mesh = axes.collections[0]
    where = mesh.get_coordinates()
    assert where[0, :, 0].tolist() == [0.5, 1.5, 3.0, 5.0]
    np.testing.assert_allclose(where[:, 0, 1], [-0.1, 0.3, 0.7])
    expected = [[0.11, np.nan, 0.5], [0.2, np.nan, 0.8]]
    np.testing.assert_allclose(mesh.get_array().filled(np.nan), expected)
    drawn(axes)
    words = [t.get_text() for t in axes.get_legend().get_texts()]
    assert words == ["seeds differ by more than 0.24", "not in the table", "undefined"]


def test_seeds_that_disagree_are_hatched_and_missing_points_are_crossed(axes, table):
    figures.phase_diagram(axes, table, "r_o", "noise", "order")
    (low, high) = sorted(patches(axes, "disagree"), key=lambda p: p[1])
    np.testing.assert_allclose(low, (3.0, -0.1, 2.0, 0.4))  # 0.9 and 0.1
    np.testing.assert_allclose(high, (3.0, 0.3, 2.0, 0.4))  # one seed is undefined
    ((x, y, *_),) = patches(axes, "missing")
    assert (x, y) == pytest.approx((1.5, 0.3))
    found = figures.phases(figures.read_sweep_table(table), "r_o", "noise", "order")
    assert found.remarks == [
        "1 of 6 points are not in the table",
        "1 of 6 points are undefined",
        "seeds disagree by more than 0.24 at 2 of 6 points",
    ]


def test_seeds_that_differ_by_their_errors_alone_do_not_disagree(write):
    rows = [(1, 1, 1, 0.4, 0.1, "f"), (1, 1, 2, 0.6, 0.1, "f"), (2, 1, 1, 0.5, 0.1, "f"), (2, 2, 1, 0.5, 0.1, "f")]
    table = figures.read_sweep_table(write(rows))
    assert not figures.phases(table, "r_o", "noise", "order").disagree.any()


def test_another_parameter_that_varies_has_to_be_chosen(write, axes):
    rows = [(r, n, agents, 1, r * agents, 0, "f") for r, n, agents in itertools.product((1, 2), (3, 4), (10, 20))]
    path = write(rows, "r_o,noise,agents,seed,order,order_error,folder")
    with pytest.raises(KaditaError, match=r"agents varies, too \(10, 20\); choose one with --where agents=10"):
        figures.phase_diagram(axes, path, "r_o", "noise", "order")
    chosen = figures.read_sweep_table(path).where("agents", "20")
    assert figures.phases(chosen, "r_o", "noise", "order").mean.tolist() == [[20, 40], [20, 40]]


def test_words_have_cells_of_one_size_and_logarithms_theirs(write, axes):
    rows = [(word, x, 1, x, 0, "f") for word in ("open", "closed") for x in (1, 10, 100)]
    figures.phase_diagram(axes, write(rows), "noise", "r_o", "order", log="x")
    where = axes.collections[0].get_coordinates()
    np.testing.assert_allclose(where[0, :, 0], 10.0 ** np.array([-0.5, 0.5, 1.5, 2.5]))
    assert where[:, 0, 1].tolist() == [0, 1, 2]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["closed", "open"]


@pytest.mark.parametrize(
    ("x", "y", "column", "said"),
    [
        ("r_o", "r_o", "order", "expected two parameters for the axes; got r_o for both"),
        ("r_x", "noise", "order", r"expected a parameter that varies \(r_o, noise\); got 'r_x'"),
        ("r_o", "noise", "ordre", r"the table has no column 'ordre' \(did you mean order\?\)"),
    ],
)
def test_what_the_table_does_not_have_is_named(axes, table, x, y, column, said):
    with pytest.raises(KaditaError, match=said):
        figures.phase_diagram(axes, table, x, y, column)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "expected the table of a sweep, such as SWEEP/table.csv"),
        ("a,seed,x,folder\n", "expected the table of a sweep"),
        ("a,seed,x,folder\n1,1,2\n", "line 2: expected 4 cells as in the header"),
        ("a,seed,x,folder\n1,1,two,f\n", "column x: expected numbers"),
        ("", "expected data; found an empty file"),
    ],
)
def test_other_files_are_refused(tmp_path, text, said):
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(KaditaError, match=said):
        figures.read_sweep_table(path)
    with pytest.raises(KaditaError, match="there is no such file"):
        figures.read_sweep_table(tmp_path / "none.csv")
