"""The search for hyperparameters of one training job definition: what to try next, and what came of it.

Grid goes through the product of the categorical values. The others ask Optuna (imported where it is used): Random and
Hyperband sample at random, Bayesian is Optuna's tree-structured Parzen estimator. With a seed the choices repeat; those of
Bayesian depend also on the order in which training jobs end, which is only certain for MaxParallelTrainingJobs 1.

Which training job a choice becomes, and when to end one, is in tuning_job.py and early_stopping.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sagemaker_local.tuning_events import ParentTrainingJob, TuningDefinition

STARTUP_SHARE = 3
"""Bayesian: one of so many training jobs (at most ten) is sampled at random, before there is something to learn from."""
STARTUP_MOST = 10

LOGARITHMIC_FROM = 100
"""Auto scaling is Logarithmic for a positive range whose end is this many times its start, else Linear."""


@dataclass(frozen=True)
class Choice:
    """Hyperparameters to try, by name, as the training job gets them. ``trial`` is the search's own."""

    hyperparameters: Mapping[str, str]
    trial: Any = None


class Search(Protocol):
    """A search. Called from one thread."""

    def ask(self) -> Choice | None:
        """The next choice; None when there is nothing left to try."""
        ...

    def tell(self, choice: Choice, objective: float | None) -> None:
        """What came of a choice; None without an objective."""
        ...


class GridSearch:
    """Every combination of categorical values, once, the last parameter changing fastest."""

    def __init__(self, definition: TuningDefinition) -> None:
        ranges = definition.ranges.get("CategoricalParameterRanges", ())
        names = [each["Name"] for each in ranges]
        values = [dict.fromkeys(each["Values"]) for each in ranges]
        self._left: Iterator[dict[str, str]] = (
            dict(zip(names, combination, strict=True)) for combination in itertools.product(*values)
        )

    def ask(self) -> Choice | None:
        return next((Choice(combination) for combination in self._left), None)

    def tell(self, choice: Choice, objective: float | None) -> None:
        """There is nothing to learn."""


class SampledSearch:
    """Random and Bayesian search, and the sampling of Hyperband, by Optuna. Never at its end."""

    def __init__(
        self,
        definition: TuningDefinition,
        strategy: str,
        *,
        name: str,
        seed: int | None,
        most: int | None,
        parents: Sequence[ParentTrainingJob],
        pruner: Any = None,
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        startup = max(1, min(STARTUP_MOST, (most or STARTUP_MOST * STARTUP_SHARE) // STARTUP_SHARE))
        self._study = optuna.create_study(
            study_name=name,
            direction="maximize" if definition.objective_type == "Maximize" else "minimize",
            sampler=(
                optuna.samplers.TPESampler(seed=seed, n_startup_trials=startup, constant_liar=True)
                if strategy == "Bayesian"
                else optuna.samplers.RandomSampler(seed=seed)
            ),
            pruner=pruner or optuna.pruners.NopPruner(),
        )
        self._parameters = parameters(definition.ranges)
        self._distributions = {name: parameter.distribution for name, parameter in self._parameters.items()}
        for parent in parents:
            if parent.metric_name == definition.metric_name:
                self._learn(parent)

    def ask(self) -> Choice | None:
        trial = self._study.ask(self._distributions)
        return Choice(
            {name: parameter.text(trial.params[name]) for name, parameter in self._parameters.items()}, trial
        )

    def tell(self, choice: Choice, objective: float | None) -> None:
        from optuna.trial import TrialState

        if objective is None:
            self._study.tell(choice.trial, state=TrialState.FAIL)
        else:
            self._study.tell(choice.trial, objective)

    def _learn(self, parent: ParentTrainingJob) -> None:
        """A parent's training job whose hyperparameters are these and lie in their ranges."""
        from optuna.trial import create_trial

        if parent.tuned_hyperparameters.keys() != self._parameters.keys():
            return
        values = {name: self._parameters[name].value(text) for name, text in parent.tuned_hyperparameters.items()}
        if any(value is None for value in values.values()):
            return
        self._study.add_trial(create_trial(params=values, distributions=self._distributions, value=parent.value))


@dataclass(frozen=True)
class Parameter:
    """A range as a distribution of Optuna; ``reversed`` when its values are those of 1 - x."""

    distribution: Any
    reversed: bool = False

    def text(self, value: Any) -> str:
        """A sampled value as the training job gets it."""
        return str(1.0 - value if self.reversed else value)

    def value(self, text: str) -> Any:
        """The value that a training job got; None for one that is not in the range."""
        from optuna.distributions import CategoricalDistribution

        if isinstance(self.distribution, CategoricalDistribution):
            return text if text in self.distribution.choices else None
        try:
            number = type(self.distribution.low)(text)
        except ValueError:
            return None
        found = 1.0 - number if self.reversed else number
        return found if self.distribution.low <= found <= self.distribution.high else None


def parameters(ranges: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Parameter]:
    """ParameterRanges as Optuna's distributions, by name."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    found: dict[str, Parameter] = {}
    for each in ranges.get("IntegerParameterRanges", ()):
        least, most = int(each["MinValue"]), int(each["MaxValue"])
        found[each["Name"]] = Parameter(IntDistribution(least, most, log=is_logarithmic(each, least, most)))
    for each in ranges.get("ContinuousParameterRanges", ()):
        low, high = float(each["MinValue"]), float(each["MaxValue"])
        if each.get("ScalingType") == "ReverseLogarithmic":
            found[each["Name"]] = Parameter(FloatDistribution(1.0 - high, 1.0 - low, log=True), reversed=True)
        else:
            found[each["Name"]] = Parameter(FloatDistribution(low, high, log=is_logarithmic(each, low, high)))
    for each in ranges.get("CategoricalParameterRanges", ()):
        found[each["Name"]] = Parameter(CategoricalDistribution(tuple(dict.fromkeys(each["Values"]))))
    return found


def is_logarithmic(each: Mapping[str, Any], least: float, most: float) -> bool:
    """Whether a range is searched in logarithmic steps. The service does not say how it chooses for Auto."""
    scaling = each.get("ScalingType", "Auto")
    return scaling == "Logarithmic" or (scaling == "Auto" and least > 0 and most >= least * LOGARITHMIC_FROM)


def make_search(
    definition: TuningDefinition,
    config: Mapping[str, Any],
    *,
    name: str,
    number: int,
    parents: Sequence[ParentTrainingJob],
    pruner: Any = None,
) -> Search:
    """The search of the definition with that number, from 0, by the strategy of HyperParameterTuningJobConfig."""
    if config["Strategy"] == "Grid":
        return GridSearch(definition)
    seed = config.get("RandomSeed")
    return SampledSearch(
        definition,
        config["Strategy"],
        name=f"{name}-{number}",
        seed=None if seed is None else (seed + number) % 2**32,  # equal ranges of two definitions get different choices
        most=config["ResourceLimits"].get("MaxNumberOfTrainingJobs"),
        parents=parents,
        pruner=pruner,
    )
