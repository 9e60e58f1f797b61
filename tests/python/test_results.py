"""Results as those who know pandas and xarray expect them."""

from __future__ import annotations

import copy
import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import kadita
from kadita import Block

NAMES = ["polarization", "state", "local_order", "mean_squared_displacement", "heading_autocorrelation", "turning_rate"]


@pytest.fixture(scope="module")
def school():
    """Twenty frames of twelve agents that turn about the z axis."""
    rng = np.random.default_rng(3)
    angles = rng.uniform(0, 2 * np.pi, 12) + 0.1 * np.arange(20)[:, None]
    x = np.stack([5 * np.cos(angles), 5 * np.sin(angles), rng.normal(size=(20, 12))], axis=-1)
    v = np.stack([-np.sin(angles), np.cos(angles), 0 * angles], axis=-1)
    species = ["prey"] * 10 + ["predator"] * 2
    return Block(x, v, times=np.arange(20) * 0.5, species=species, attributes={"length_unit": "m", "time_unit": "s"})


@pytest.fixture(scope="module")
def results(school):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kadita.KaditaWarning)
        return kadita.analyze(school, NAMES)


def test_names_are_attributes_and_are_completed(results):
    np.testing.assert_array_equal(results.polarization, results["polarization"])
    assert results.heading_autocorrelation.correlation is results["heading_autocorrelation.correlation"]
    assert {"polarization", "heading_autocorrelation", "summary", "to_dataframe"} <= set(dir(results))
    assert results._ipython_key_completions_() == list(results)
    with pytest.raises(AttributeError, match="polarisation"):
        _ = results.polarisation
    for copied in (copy.copy(results), pickle.loads(pickle.dumps(results))):
        assert list(copied) == list(results)


@pytest.mark.parametrize("table", [None, "agents", "mean_squared_displacement"])
def test_a_table_is_the_csv_that_is_written(results, tmp_path, table):
    results.write(tmp_path / "a.csv")
    read = pd.read_csv(tmp_path / f"a{f'_{table}' if table else ''}.csv")
    made = (
        results.to_dataframe(table).drop(columns="species", errors="ignore").astype({"state": str} if not table else {})
    )
    pd.testing.assert_frame_equal(made, read.astype({"state": str} if not table else {}))


def test_tables_say_their_units_and_species(results):
    assert results.to_dataframe("mean_squared_displacement").attrs["units"] == {
        "lag": "s",
        "mean_squared_displacement": "m^2",
    }
    agents = results.to_dataframe("local_order")
    assert agents.groupby("species").size().to_dict() == {"predator": 40, "prey": 200}


def test_one_row_for_each_value(results):
    long = results.to_dataframe(long=True)
    assert long.columns.tolist() == ["frame", "time", "agent", "species", "metric", "value", "label", "unit"]
    assert len(long) == 20 * 2 + 20 * 12
    np.testing.assert_array_equal(long[long.metric == "polarization"].value, results.polarization)
    states = long[long.metric == "state"]
    assert states.value.isna().all()
    assert set(states.label) <= set(results.series["state"].labels)


@pytest.mark.parametrize(
    ("table", "said"),
    [("msd", "there is no table 'msd'"), ("turning_rate", "it has several: turning_rate_agent, turning_rate_rate")],
)
def test_a_table_that_is_not_there(results, table, said):
    with pytest.raises(kadita.KaditaError, match=re.escape(said)):
        results.to_dataframe(table)


def test_the_summary_is_what_statistics_say(results):
    table = results.summary("half")
    found = results.statistics("half")["polarization"]
    row = table.loc["polarization"]
    assert (row["mean"], row["SE"], row["n_eff"], row["from"]) == pytest.approx(
        (found.mean, found.error, found.effective, found.start_time), nan_ok=True
    )
    shares = table.loc[[name for name in table.index if name.startswith("state.")], "mean"]
    assert shares.sum() == pytest.approx(1)
    agents = results.summary(agents=True)
    assert agents.loc["local_order", "median"] == pytest.approx(np.median(results.local_order))
    with pytest.raises(kadita.KaditaError, match="equilibration"):
        results.summary("soon")


def test_notebooks_show_the_table_with_names_escaped(school):
    v = np.array(school.velocities)
    named = Block(school.positions, v, agents=[f"<b>{i}" for i in range(12)], attributes={"time_unit": "<s>"})
    results = kadita.analyze(named, ["polarization", "local_order"])
    page = results._repr_html_()
    assert "<th>polarization</th>" in page
    assert "&lt;s&gt;" in page
    assert "<s>" not in page
    assert page.count("<table>") == 2


def test_a_dataset_has_coordinates_units_and_errors(results):
    dataset = results.to_xarray(equilibration="none")
    assert dataset.local_order.dims == ("frame", "agent")
    assert dataset.time.attrs["time_unit"] == "s"
    assert dataset.agent_species.values.tolist() == ["prey"] * 10 + ["predator"] * 2
    assert dataset.mean_squared_displacement.attrs["units"] == "m^2"
    found = results.statistics("none")["polarization"]
    assert float(dataset.polarization_mean) == found.mean
    assert float(dataset.polarization_error) == pytest.approx(found.error, nan_ok=True)
    assert dataset.polarization.attrs["ancillary_variables"] == "polarization_mean polarization_error"
    assert "polarization_mean" not in results.to_xarray()


def test_progress_is_a_bar_or_a_function(school, capsys):
    counted = []
    kadita.analyze(school, ["polarization"], progress=lambda *count: counted.append(count))
    assert counted[-1] == (20, 20)
    assert capsys.readouterr().err == ""
    kadita.analyze(school, ["polarization"], progress=True)
    assert "analyzing: 100%" in capsys.readouterr().err
