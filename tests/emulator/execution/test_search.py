"""The choice of hyperparameters: what each strategy proposes, in which ranges, and that a seed repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sagemaker_local.execution.early_stopping import Hyperband, is_worse_than_median
from sagemaker_local.execution.search import Search, is_logarithmic, make_search
from sagemaker_local.tuning_events import ParentTrainingJob, TuningDefinition

INTEGER, CONTINUOUS, CATEGORICAL = "IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"
SAMPLED = ("Random", "Bayesian")


def span(name: str, least: str, most: str, scaling: str = "Auto") -> dict[str, str]:
    return {"Name": name, "MinValue": least, "MaxValue": most, "ScalingType": scaling}


def search(
    strategy: str,
    ranges: Mapping[str, Any],
    seed: int | None = 7,
    parents: Sequence[ParentTrainingJob] = (),
    goal: str = "Maximize",
    number: int = 0,
    pruner: Any = None,
) -> Search:
    definition = TuningDefinition(None, goal, "score", ranges, None, {})
    config = {"Strategy": strategy, "ResourceLimits": {"MaxNumberOfTrainingJobs": 20}}
    config |= {} if seed is None else {"RandomSeed": seed}
    return make_search(definition, config, name="tune", number=number, parents=parents, pruner=pruner)


def asked(search: Search, count: int, told: Any = None) -> list[Mapping[str, str]]:
    """So many choices, each answered by ``told`` of it before the next."""
    found = []
    for _ in range(count):
        choice = search.ask()
        assert choice is not None
        found.append(choice.hyperparameters)
        search.tell(choice, told(choice.hyperparameters) if told else None)
    return found


MIXED = {
    INTEGER: [span("layers", "2", "5"), span("batch", "1", "1000", "Logarithmic")],
    CONTINUOUS: [span("rate", "0.0001", "0.1", "Logarithmic"), span("decay", "0.5", "0.999", "ReverseLogarithmic")],
    CATEGORICAL: [{"Name": "optimizer", "Values": ["sgd", "adam"]}],
}


def test_grid_covers_the_product_exactly_once() -> None:
    ranges = {CATEGORICAL: [{"Name": "a", "Values": ["1", "2", "1"]}, {"Name": "b", "Values": ["x", "y", "z"]}]}
    grid = search("Grid", ranges)
    found = [(each["a"], each["b"]) for each in asked(grid, 6)]
    assert found == [("1", "x"), ("1", "y"), ("1", "z"), ("2", "x"), ("2", "y"), ("2", "z")]
    assert grid.ask() is None


@pytest.mark.parametrize("strategy", SAMPLED)
def test_choices_lie_in_their_ranges(strategy: str) -> None:
    for each in asked(search(strategy, MIXED), 20, told=lambda given: float(given["layers"])):
        assert each.keys() == {"layers", "batch", "rate", "decay", "optimizer"}
        assert 2 <= int(each["layers"]) <= 5
        assert 1 <= int(each["batch"]) <= 1000
        assert 0.0001 <= float(each["rate"]) <= 0.1
        assert 0.5 <= float(each["decay"]) <= 0.999
        assert each["optimizer"] in ("sgd", "adam")


@pytest.mark.parametrize("strategy", SAMPLED)
def test_a_seed_repeats_the_choices(strategy: str) -> None:
    def choices(seed: int | None, number: int = 0) -> list[Mapping[str, str]]:
        return asked(search(strategy, MIXED, seed, number=number), 12, told=lambda given: float(given["rate"]))

    assert choices(7) == choices(7)
    assert choices(7) != choices(8)
    assert choices(None) != choices(None)
    assert choices(7, number=1) != choices(7), "another definition makes choices of its own"


@pytest.mark.parametrize("goal", ["Maximize", "Minimize"])
def test_bayesian_search_learns(goal: str) -> None:
    """Of a parabola with its extreme at 30: the later choices are nearer to it than those at random."""
    sign = -1 if goal == "Maximize" else 1
    ranges = {CONTINUOUS: [span("x", "0", "100", "Linear")]}

    def distance(strategy: str) -> float:
        searches = [search(strategy, ranges, seed, goal=goal) for seed in (1, 2, 3)]
        found = [asked(each, 40, lambda given: sign * (float(given["x"]) - 30) ** 2)[10:] for each in searches]
        return sum(abs(float(choice["x"]) - 30) for choices in found for choice in choices)

    assert distance("Bayesian") < 0.7 * distance("Random")


def test_bayesian_search_learns_from_parents() -> None:
    ranges = {CONTINUOUS: [span("x", "0", "100", "Linear")]}
    parents = [ParentTrainingJob("score", {"x": str(x)}, -((x - 30) ** 2.0)) for x in range(0, 100, 2)]
    (first,) = asked(search("Bayesian", ranges, parents=parents), 1)
    assert abs(float(first["x"]) - 30) < 15


@pytest.mark.parametrize(
    "parent",
    [
        ParentTrainingJob("other", {"layers": "3"}, 1.0),
        ParentTrainingJob("score", {"units": "3"}, 1.0),
        ParentTrainingJob("score", {"layers": "9"}, 1.0),
        ParentTrainingJob("score", {"layers": "three"}, 1.0),
    ],
)
def test_what_a_parent_tried_elsewhere_is_no_lesson(parent: ParentTrainingJob) -> None:
    ranges = {INTEGER: [span("layers", "2", "5")]}
    taught, untaught = search("Bayesian", ranges, parents=[parent] * 20), search("Bayesian", ranges)
    assert asked(taught, 5, lambda _: 1.0) == asked(untaught, 5, lambda _: 1.0)


def test_reverse_logarithmic_values_crowd_at_the_end() -> None:
    found = asked(search("Random", {CONTINUOUS: [span("x", "0", "0.999", "ReverseLogarithmic")]}), 60)
    assert sum(float(each["x"]) > 0.9 for each in found) > 20


def test_a_range_of_one_value_is_that_value() -> None:
    ranges = {INTEGER: [span("n", "3", "3")], CONTINUOUS: [span("x", "0.5", "0.5")]}
    assert asked(search("Bayesian", ranges), 2, lambda _: 1.0) == [{"n": "3", "x": "0.5"}] * 2


@pytest.mark.parametrize(
    ("scaling", "least", "most", "logarithmic"),
    [
        ("Auto", 0.001, 0.1, True),
        ("Auto", 0.001, 0.05, False),
        ("Auto", 0, 1000, False),
        ("Linear", 0.001, 10, False),
        ("Logarithmic", 1, 2, True),
    ],
)
def test_auto_scaling_is_logarithmic_for_wide_positive_ranges(
    scaling: str, least: float, most: float, logarithmic: bool
) -> None:
    assert is_logarithmic({"ScalingType": scaling}, least, most) is logarithmic


OTHERS = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 6.0, 9.0]]
"""Running averages after two epochs: 1.5, 3 and 4.5."""


@pytest.mark.parametrize(
    ("values", "others", "goal", "worse"),
    [
        ([9.0, 2.9], OTHERS, "Maximize", True),
        ([9.0, 3.0], OTHERS, "Maximize", False),
        ([0.0, 3.1], OTHERS, "Minimize", True),
        ([9.0, 3.0], OTHERS, "Minimize", False),
        ([0.0, 0.0], OTHERS[:2], "Maximize", False),
        ([0.0, 0.0], [*OTHERS[:2], [9.0]], "Maximize", False),
        ([], OTHERS, "Maximize", False),
    ],
)
def test_the_median_rule(values: list[float], others: list[list[float]], goal: str, worse: bool) -> None:
    assert is_worse_than_median(values, others, goal) is worse


def test_hyperband_gives_up_all_but_the_best_third_of_a_rung() -> None:
    hyperband = Hyperband(1, 9)
    found = search("Hyperband", {INTEGER: [span("x", "1", "9")]}, pruner=hyperband.pruner)
    stopped = []
    for level in (9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0):
        choice = found.ask()
        assert choice is not None
        stopped.append(any(hyperband.should_stop(choice, [level] * epochs) for epochs in range(1, 10)))
        found.tell(choice, level)
    assert stopped[0] is False
    assert any(stopped)


def test_hyperband_ends_what_goes_beyond_its_resources() -> None:
    hyperband = Hyperband(3, 3)
    choice = search("Hyperband", {INTEGER: [span("x", "1", "9")]}, pruner=hyperband.pruner).ask()
    assert choice is not None
    assert hyperband.should_stop(choice, [1.0, 1.0, 1.0]) is False
    assert hyperband.should_stop(choice, [1.0, 1.0, 1.0, 1.0]) is True
