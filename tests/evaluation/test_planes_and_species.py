"""A plane is decided once, species are measured on their own, and agents are selected: in Python."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita import Block
from kadita.io.amber.writer import AmberWriter
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

T, N = 40, 30


def flat(rng, z=0.0, frames=T):
    x = rng.uniform(0, 10, (frames, N, 3))
    x[..., 2] = z
    v = rng.normal(size=x.shape)
    v[..., 2] = 0.0
    return x, v


def in_memory(x, v, **known):
    return InMemoryTrajectory("school", Chunk(x, v, np.arange(float(len(x))), None), np.arange(x.shape[1]), {}, **known)


@pytest.fixture
def rng():
    return np.random.default_rng(14)


class TestDimensions:
    @pytest.mark.parametrize("z", [0.0, 3.25, -1e-3])
    def test_one_z_throughout_is_a_plane_and_is_told(self, rng, z):
        with pytest.warns(kadita.KaditaWarning, match="measured as a plane"):
            results = kadita.analyze(in_memory(*flat(rng, z)), "spread")
        assert results.provenance["dimensions"] == 2
        assert results.notes[0].startswith("all agents have the same z: measured as a plane (--dimensions 3")

    def test_a_single_height_in_the_last_frame_is_space_for_all_frames(self, rng):
        x, v = flat(rng)
        x[-1, 0, 2] = 1e-6
        results = kadita.analyze(in_memory(x, v), ["spread"], stop=5)  # decided before frames are selected
        assert results.provenance["dimensions"] == 3
        assert not results.notes

    def test_a_velocity_along_z_is_space(self, rng):
        x, v = flat(rng)
        v[7, 3, 2] = -0.1
        assert kadita.analyze(in_memory(x, v), "spread").provenance["dimensions"] == 3

    def test_who_says_it_is_believed_and_the_note_is_gone(self, rng):
        x, v = flat(rng)
        for said in (2, 3):
            results = kadita.analyze(in_memory(x, v), "spread", dimensions=said)
            assert results.provenance["dimensions"] == said
            assert not results.notes
        assert kadita.analyze(Block(x, v, dimensions=2), "spread").provenance["dimensions"] == 2
        assert kadita.analyze(in_memory(x, v, dimensions=3), "spread").provenance["dimensions"] == 3

    def test_a_z_off_the_plane_is_one_line(self, rng):
        x, v = flat(rng)
        x[9, 3, 2] = 0.5
        with pytest.raises(
            kadita.KaditaError, match="frame 0: dimensions: expected a plane of constant z; found z from"
        ):
            kadita.analyze(in_memory(x, v), "spread", dimensions=2)
        with pytest.raises(kadita.KaditaError, match="--dimensions: expected 2 or 3; got 4"):
            kadita.analyze(in_memory(x, v), "spread", dimensions=4)

    @pytest.mark.slow
    @pytest.mark.filterwarnings("ignore:all agents have the same z")
    def test_the_same_with_workers(self, rng, tmp_path):
        """A file of another program: no attribute says it, and later frames leave the plane."""
        x, v = flat(rng, frames=2500)
        for name, height in (("plane", 0.0), ("space", 0.25)):
            x[-1, 0, 2] = height
            with AmberWriter(tmp_path / f"{name}.nc", N, periodic=False) as writer:
                writer.write(x, v, np.arange(2500.0))
            found = [
                kadita.analyze(tmp_path / f"{name}.nc", ["spread", "polarization"], workers=workers, stop=2400)
                for workers in (1, 2)
            ]
            assert [r.provenance["dimensions"] for r in found] == [2 if name == "plane" else 3] * 2
            assert found[0].notes == found[1].notes
            assert_array_equal(found[0]["polarization"], found[1]["polarization"])

    def test_a_cell_along_z_of_a_plane_is_left_out(self, rng):
        x, v = flat(rng)
        block = Block(x, v, box=(10.0, 10.0, 0.5))
        assert block.dimensions == 2
        assert block.box.lengths == (10.0, 10.0, 0.0)
        assert block.box.shortest == 10.0
        assert kadita.analyze(block, "percolates", parameters={"link_distance": 0.6})["percolates"].max() == 0


class TestSpecies:
    @pytest.fixture
    def school(self, rng):
        x, v = flat(rng)
        v[:, 10:] = [1.0, 0.0, 0.0]
        return Block(x, v, species=np.array(["fox"] * 10 + ["hare"] * 20), agents=[f"a{i}" for i in range(N)])

    def test_blocks_frames_and_windows_know_species(self, school):
        seen = []

        @kadita.metric(per_frame=True)
        def hares(frame: kadita.Frame):
            """Number of hares."""
            seen.append((frame.species == "hare").sum())
            return seen[-1]

        @kadita.analysis(finish=lambda state, facts: state)
        def foxes(window: kadita.Window):
            """Sightings of foxes."""
            return float((window.species == "fox").sum() * window.own)

        results = kadita.analyze(school, [hares, foxes])
        assert set(results["hares"]) == {20}
        assert results.analyses["foxes"].values == 10 * T
        assert school.species.tolist()[9:11] == ["fox", "hare"]

    def test_by_species_is_what_each_gives_alone_in_one_pass(self, school):
        metrics = ["polarization", "spread", "neighbor_distance", "mean_squared_displacement"]
        together = kadita.analyze(school, metrics, by="species", parameters={"lags": 3})
        assert together.species == ("fox", "hare")
        for i, of in enumerate((slice(0, 10), slice(10, 30))):
            alone = Block(school.positions[:, of], school.velocities[:, of], dimensions=2)
            expected = kadita.analyze(alone, metrics, parameters={"lags": 3})
            for name in ("polarization", "spread", "neighbor_distance"):
                assert_allclose(together.series[name].values[:, i], expected.series[name].values, rtol=1e-12)
            msd = "mean_squared_displacement"
            assert_allclose(together.analyses[msd].values[i], expected.analyses[msd].values, rtol=1e-12)
        assert_allclose(together["polarization"][:, 1], 1.0)
        data = together.to_xarray()
        assert data["polarization"].dims == ("frame", "species")
        assert data.coords["species"].values.tolist() == ["fox", "hare"]
        assert {"polarization.fox", "polarization.hare"} <= set(together.columns())

    def test_agents_keep_their_axis(self, school):
        degree, linked = "network_degree_of_agents", {"link_distance": 3.0}
        together = kadita.analyze(school, degree, by="species", parameters=linked)
        series = next(iter(together.series.values()))
        assert series.dims == ("agent",)
        assert series.values.shape == (T, N)
        fox = kadita.analyze(school, degree, select="species=fox", parameters=linked)
        assert_array_equal(series.values[:, :10], next(iter(fox.series.values())).values)

    def test_xarray_has_the_species_of_agents(self, school):
        data = kadita.analyze(school, "network_degree_of_agents", parameters=LINK).to_xarray()
        assert data.coords["agent_species"].dims == ("agent",)
        foxes = data["network_degree_of_agents"].where(data.agent_species == "fox", drop=True)
        assert foxes.sizes["agent"] == 10

    @pytest.mark.parametrize(
        ("select", "agents"),
        [
            ("species=fox", 10),
            ("species=fox,hare", 30),
            ("agent=a3,a4, a29", 3),
            (["species=fox", "agent=a3,a4,a29"], 2),
        ],
    )
    def test_selections(self, school, select, agents):
        results = kadita.analyze(school, "spread", select=select)
        assert results.counts.tolist() == [agents] * T
        assert len(results.agents) == agents

    @pytest.mark.parametrize(
        ("select", "message"),
        [
            ("species=foxx", "there is no species 'foxx' to select (did you mean fox?)"),
            ("agent=b3", "there is no agent 'b3' to select"),
            ("kind=fox", "--select: expected species=NAME or agent=NAME, commas between several; got 'kind=fox'"),
            ("fox", "--select: expected species=NAME or agent=NAME"),
            ("species=", "--select: expected species=NAME or agent=NAME"),
            (["species=fox", "agent=a29"], "no agent is selected; --select leaves none of 30"),
        ],
    )
    def test_what_matches_nothing_is_one_line(self, school, select, message):
        with pytest.raises(kadita.KaditaError) as error:
            kadita.analyze(school, "spread", select=select)
        assert message in str(error.value)
        assert "\n" not in str(error.value)

    def test_without_species(self, rng):
        for option in ({"by": "species"}, {"select": "species=fox"}):
            with pytest.raises(kadita.KaditaError, match="expected species for --.*; it has none"):
                kadita.analyze(Block(*flat(rng)), "spread", **option)
        with pytest.raises(kadita.KaditaError, match="--by: expected species; got 'agent'"):
            kadita.analyze(Block(*flat(rng)), "spread", by="agent")

    def test_species_are_no_attribute(self, rng):
        with pytest.raises(
            kadita.KaditaError, match="species are not an attribute of the school; give them as species="
        ):
            Block(*flat(rng), attributes={"species": ["fox"] * N})


class TestPresence:
    def test_a_sighting_without_a_velocity_is_a_sighting(self, rng):
        """Forty per cent of sightings are missing: every one that is there counts for positions."""
        x, v = rng.normal(size=(2, 200, 40, 3)).cumsum(axis=1)
        missing = rng.random((200, 40)) < 0.4
        x[missing] = v[missing] = np.nan
        v[rng.random((200, 40)) < 0.3] = np.nan
        results = kadita.analyze(
            in_memory(x, v), ["spread", "polarization", "mean_squared_displacement"], parameters={"lags": 5}
        )
        centre = np.nanmean(x, axis=1, keepdims=True)
        assert_allclose(results["spread"], np.sqrt(np.nanmean(((x - centre) ** 2).sum(axis=2), axis=1)))
        u = v / np.linalg.norm(v, axis=2, keepdims=True)
        assert_allclose(results["polarization"], np.linalg.norm(np.nanmean(u, axis=1), axis=1))
        expected = [np.nanmean(((x[lag:] - x[: len(x) - lag]) ** 2).sum(axis=2)) for lag in range(6)]
        assert_allclose(results.analyses["mean_squared_displacement"].values, expected, atol=1e-12)
        assert results.counts.sum() == (~missing).sum()

    def test_a_particle_seen_in_even_frames_only(self, rng):
        x = rng.normal(size=(50, 4, 3)).cumsum(axis=0)
        x[1::2, 0] = np.nan
        results = kadita.analyze(in_memory(x, None), ["spread", "mean_squared_displacement"], velocities="difference")
        assert not np.isnan(results["spread"]).any()
        assert results.analyses["mean_squared_displacement"].values[2] > 0


class TestClocks:
    @pytest.mark.parametrize("species", [None, ["fox"] * 5])
    def test_animals_that_are_never_seen_at_one_time_are_no_group(self, rng, species):
        """Five animals in turn: no group value, and how many a frame holds is said."""
        x, v = np.full((2, 100, 5, 3), np.nan)
        x[np.arange(100), np.arange(100) % 5] = rng.normal(size=(100, 3))
        v[np.arange(100), np.arange(100) % 5] = rng.normal(size=(100, 3))
        school = in_memory(x, v, species=None if species is None else np.array(species))
        with pytest.warns(kadita.KaditaWarning, match="holds 1 agent at least, 1 in the median and 1 at most, of 5"):
            results = kadita.analyze(school, ["polarization", "spread", "network_degree_of_agents"], parameters=LINK)
        assert np.isnan(results["polarization"]).all()
        assert np.isnan(results["spread"]).all()
        assert np.nansum(results["network_degree_of_agents"] == 0) == 100  # of each agent, and no value of a group

    def test_a_lone_animal_in_some_frames_is_measured(self, rng):
        x, v = rng.normal(size=(2, 100, 5, 3))
        x[:40, 1:] = np.nan
        results = kadita.analyze(in_memory(x, v), ["polarization", "spread"])
        assert_allclose(results["polarization"][:40], 1.0)
        assert_allclose(results["spread"][:40], 0.0, atol=1e-12)


LINK = {"link_distance": 1.0}


class TestBox:
    def test_a_cell_for_what_has_none(self, rng):
        """Wrapped steps of length 1: their squares are 1 by minimum images, and much more without a cell."""
        v = rng.normal(size=(100, 20, 3))
        v /= np.linalg.norm(v, axis=2, keepdims=True)
        x = np.mod(v.cumsum(axis=0), 12.0)
        ask = {"metrics": "mean_squared_displacement", "parameters": {"lags": 1}}
        without = kadita.analyze(in_memory(x, v), **ask).analyses["mean_squared_displacement"].values[1]
        for box in (12.0, "12", "12,12,12", (12, 12, 12)):
            within = kadita.analyze(in_memory(x, v), box=box, **ask).analyses["mean_squared_displacement"].values[1]
            assert within == pytest.approx(1.0)
        assert without > 5

    @pytest.mark.parametrize("box", ["12,12", "0", "12,x,12", "closed", "12,12,12,12"])
    def test_what_is_no_cell_is_one_line(self, rng, box):
        x, v = rng.normal(size=(2, 5, 4, 3))
        if box == "12,12":
            assert kadita.analyze(in_memory(x, v), "spread", box=box)["spread"].shape == (5,)
            return
        with pytest.raises(kadita.KaditaError, match="--box: "):
            kadita.analyze(in_memory(x, v), "spread", box=box)

    def test_a_cell_that_contradicts_the_file(self, rng):
        x, v = rng.uniform(0, 9, (2, 5, 4, 3))
        with pytest.raises(kadita.KaditaError, match="states a cell of 9 x 9 x 9; --box 8 x 8 x 8 contradicts it"):
            kadita.analyze(Block(x, v, box=9.0), "spread", box=8.0)
