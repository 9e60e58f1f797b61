"""What kadita brings says what it is: metrics, analyses, importers, models and scenarios."""

import contextlib
import inspect
import re
from typing import Annotated, ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field

from kadita import Block, Model, NotApplicable, Tracks, Window, analysis, importer, metric
from kadita.base.settings import parse_toml
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry
from kadita.testing import schools
from kadita.testing.harness import trial_of, values_of

REGISTRY = load_registry()
SOURCE = re.compile(r"doi:10\.\d{4,}/\S+|arXiv \d{4}\.\d{4,5}|\bISBN [\d-]{10,}|\b\w+\.(com|org|io|run|ac\.uk)\b")
GIVEN = {  # what a user must choose
    "boltzmann_entropy": {"position": "xy", "velocity": "xy", "position_cell": 2.0, "velocity_cell": 0.5}
}


def own(what, shelf):
    return [name for name in shelf if REGISTRY.plugin_of(what, name).distribution == "kadita"]


def undescribed(name, parameters):
    """Yield the parameters that no Field describes, or whose description is not a phrase."""
    for key, field in parameters.model_fields.items():
        if not (field.description or "").strip():
            yield f"parameter {name}.{key} has no description: Annotated[..., Field(description='...')]"
        elif field.description.endswith(".") or "\n" in field.description:
            yield f"parameter {name}.{key}: expected a phrase as description; found {field.description!r}"


def lacking(kind, thing):
    """Yield what is not documented of a metric, an analysis or an importer."""
    name = f"{kind} {thing.name}"
    if not thing.summary.strip().endswith((".", ":")):
        yield f"{name} has no docstring whose first line is a sentence"
    if kind != "importer" and not thing.formula:
        yield f"{name} has no formula: @{kind}(formula='...')"
    anybodys = getattr(thing, "fallback", False)  # an importer of what no other recognizes is of no one's program
    for source in [thing.source] if kind == "importer" else thing.source.split("; "):  # a format, and who uses it
        if not SOURCE.search(source) and not anybodys:
            yield f"{name} names no source with DOI, arXiv number or address: @{kind}(source='...'); found {source!r}"
    yield from undescribed(thing.name, thing.parameters)
    if isinstance(thing, Metric):
        yield from undeclared(thing)
    elif kind == "analysis" and "NaN" not in (inspect.getdoc(thing.function) or ""):
        yield f"{name} does not say where it is NaN, as of an agent that is never seen"


def undeclared(thing):
    """Yield what a metric does not declare of its values in known schools; some are at rest, some a single agent."""
    trial, found = trial_of(thing, [], GIVEN.get(thing.name, {})), {}
    for where, block in schools.known().items():
        with contextlib.suppress(NotApplicable):
            found[where] = values_of(trial, block)
    gaps = [where for where, values in found.items() if np.isnan(values).any()]
    if gaps and not thing.undefined:
        yield f"metric {thing.name} does not say that it is NaN, as of {gaps[0]}: @metric(undefined='where ...')"
    known = np.concatenate([values[~np.isnan(values)] for values in found.values()])
    if not (thing.range or thing.labels or (known < 0).any()):
        yield f"metric {thing.name} is never below 0 in known schools and has no range: @metric(range=(0, math.inf))"


def lacking_of_model(model):
    if not SOURCE.search(vars(model).get("__doc__") or ""):
        yield f"model {model.name} has no docstring that names its source, with DOI"
    yield from undescribed(model.name, model)


def lacking_of_scenario(name, text):
    schema, comment, *_ = [*text.splitlines(), "", ""]
    if not schema.startswith("#:schema "):
        yield f"scenario {name}: its first line names no schema, by which an editor completes it"
    if not (comment.startswith("# ") and SOURCE.search(comment)):
        yield f"scenario {name}: its second line is no comment that names its source"
    if not parse_toml(name, text).get("title"):
        yield f"scenario {name} has no title"


def nothing_in(faults):
    found = list(faults)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", own("metric", REGISTRY.metrics))
def test_metrics(name):
    nothing_in(lacking("metric", REGISTRY.metrics[name]))


@pytest.mark.parametrize("name", own("analysis", REGISTRY.analyses))
def test_analyses(name):
    nothing_in(lacking("analysis", REGISTRY.analyses[name]))


@pytest.mark.parametrize("name", own("importer", REGISTRY.importers))
def test_importers(name):
    nothing_in(lacking("importer", REGISTRY.importers[name]))


@pytest.mark.parametrize("name", own("model", REGISTRY.models))
def test_models(name):
    nothing_in(lacking_of_model(REGISTRY.models[name]))


@pytest.mark.parametrize("name", own("scenario", REGISTRY.scenarios))
def test_scenarios(name):
    nothing_in(lacking_of_scenario(name, REGISTRY.scenarios[name].read_text()))


# What is planted here lacks everything, or one thing; each is named.


def test_an_undocumented_metric_is_named():
    @metric
    def crowding(block: Block, *, k: int = 3, of: Literal["all", "some"] = "all"):
        return block.neighbor_distances(k)[..., -1].mean(axis=1) / (block.shape[1] - 1 or np.nan)

    found = list(lacking("metric", crowding))
    assert [line.partition(":")[0] for line in found] == [
        "metric crowding has no docstring whose first line is a sentence",
        "metric crowding has no formula",
        "metric crowding names no source with DOI, arXiv number or address",
        "parameter crowding.k has no description",
        "parameter crowding.of has no description",
        "metric crowding does not say that it is NaN, as of alone, open",
        "metric crowding is never below 0 in known schools and has no range",
    ]


def test_a_docstring_does_not_stand_for_a_declaration():
    """Nor does what a metric needs declare anything for it."""

    @metric(formula="<u_x>", needs_velocities=True, source="Vicsek et al. 1995, doi:10.1103/PhysRevLett.75.1226")
    def ahead(block: Block):
        """Mean of the headings along x, (T,); NaN where no one moves."""
        n = block.moving.sum(axis=1)
        return np.divide(block.headings[..., 0].sum(axis=1), n, out=np.full(len(block), np.nan), where=n > 0)

    @metric(formula="P^2", source=ahead.source)
    def power(block: Block, polarization):
        """Square of the polarization, (T,), at least 0; NaN where that is."""
        return polarization**2

    assert [line.partition(":")[0] for m in (ahead, power) for line in lacking("metric", m)] == [
        "metric ahead does not say that it is NaN, as of resting, open",
        "metric power does not say that it is NaN, as of resting, open",
        "metric power is never below 0 in known schools and has no range",
    ]


def test_every_source_of_several_can_be_found():
    @metric(
        formula="N",
        range=(1, np.inf),
        source="Vicsek et al. 1995, doi:10.1103/PhysRevLett.75.1226; Landau & Lifshitz 1980, Statistical Physics, "
        "ISBN 978-0-7506-3372-7; a letter to the author; arXiv 1209.1537",
    )
    def number(block: Block):
        """Number of agents, (T,)."""
        return np.full(len(block), float(block.shape[1]))

    (fault,) = lacking("metric", number)
    assert fault.endswith("found 'a letter to the author'")


def test_one_undescribed_parameter_is_named():
    Known = Annotated[float, Field(gt=0, description="width of a bin, a length")]

    @metric(formula="N", range=(1, np.inf), source="Vicsek et al. 1995, doi:10.1103/PhysRevLett.75.1226")
    def number(block: Block, *, width: Known = 1.0, height: Annotated[float, Field(gt=0)] = 1.0):
        """Number of agents, (T,)."""
        return np.full(len(block), float(block.shape[1]))

    (fault,) = lacking("metric", number)
    assert fault == "parameter number.height has no description: Annotated[..., Field(description='...')]"


def test_an_undocumented_analysis_is_named():
    @analysis(finish=lambda state, facts: state, formula="T", source="none")
    def duration(window: Window):
        """How long it takes, ()."""
        return window.own

    found = list(lacking("analysis", duration))
    assert [line.split(" ")[1] for line in found] == ["duration", "duration"]
    assert "names no source" in found[0]
    assert "does not say where it is NaN" in found[1]


def test_an_undocumented_importer_is_named_and_one_of_no_program_needs_no_source():
    def paper(path) -> Tracks:
        """What was noted down on paper."""

    assert list(lacking("importer", importer(endings=(".pdf",), fallback=True)(paper))) == []
    (fault,) = lacking("importer", importer(endings=(".pdf",))(paper))
    assert fault.startswith("importer paper names no source")


def test_an_undocumented_model_and_scenario_are_named():
    class Drift(Model):
        name: ClassVar[str] = "drift"
        current: float

    found = list(lacking_of_model(Drift))
    assert found[0] == "model drift has no docstring that names its source, with DOI"
    assert [line.partition(" has")[0] for line in found[1:]] == ["parameter drift.current"]
    assert [line.partition(":")[0] for line in lacking_of_scenario("river", 'model = "drift"\n')] == [
        "scenario river",
        "scenario river",
        "scenario river has no title",
    ]
