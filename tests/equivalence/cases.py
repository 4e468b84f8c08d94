"""The pipelines that are run, and what a right run of each leaves, so that two wrong runs are not taken for equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.container_step.parameter_text import value_text
from runs import APP

HOSTILE = (
    "it's \"quoted\" \\ back\\\\slash $(id) `id` ${HOME} $$ %s {x} {{y}} *?[a] ;|&<> #!\n"
    "second\ttab\r\n\n -n --help äöü ünïcode 漢字 🙂 "
)


LARGE = {
    "one": ("x" * 120_000, "it's \"one\" $(id)", [1]),
    "spread": ("a'b\n" * 9_000, "$(id) \"" * 5_000, ["é <&>", {"b": 1e-7, "a": [None, True]}]),
    "characters of several bytes": ("漢é🙂" * 12_000, "é", ["漢"]),
    "many numbers": ("", "", [number % 10 for number in range(60_000)]),
}
"""Values nearly as large as KFP can give to a step, all of one row together."""


@dataclass(frozen=True)
class Case:
    """A function of ``pipelines/<source>.py`` and its run."""

    source: str
    pipeline: str
    trace: str
    """Steps in the order in which they end, iterations in their own order; ``!`` marks an attempt that fails."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Some output parameters, by ``step.output``."""
    status: str = "succeeded"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    in_cluster: int = 0
    """How many of the trace stay in the cluster when everything is moved: importers."""
    service: str = "processing"
    """The kind of job that its steps become."""
    label: str = ""
    """What tells apart the cases of one pipeline."""

    @property
    def id(self) -> str:
        return "-".join((self.source, self.pipeline, *self.label.split()))

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.trace.split(" > "))


def _large(label: str) -> Case:
    first, second, items = LARGE[label]
    styles = ("bootstrapped", "lightweight", "plain", "python-module", "python-program", "shell", "shell-program")
    as_text = {"bootstrapped.Output": json.dumps(items, ensure_ascii=False),
               "lightweight.Output": json.dumps(items, ensure_ascii=False)}
    told = {f"{style}.told": value_text(items) for style in styles[2:]}
    values = {name: "\n--\n".join((first, second, text)) for name, text in {**as_text, **told}.items()}
    arguments = {"first": first, "second": second, "items": items}
    return Case("large_values", "large_values", " > ".join(styles), values, arguments=arguments, label=label)


CASES = (
    # parameters
    Case("parameters", "scalar_parameters", "scalars > scalars-2",
         {"scalars.whole": 42, "scalars.ratio": 1.0, "scalars.kinds": "int,int,bool,str", "scalars-2.text": "a b!!"}),
    Case("parameters", "structured_parameters", "structures > structures-2",
         {"structures.seen": '[{"": "", "a": 1, "b": [1.5, {"c": "\\u00fc"}]}, [1, 2.5, "x", true, []]]',
          "structures-2.items": [1, 2.5, "x", True, [], {"deep": [1, [2, "three"]]}, {"deep": [1, [2, "three"]]}]}),
    Case("parameters", "empty_values", "emptiness > same > same-2",
         {"emptiness.Output": "('', [], {}, 0, 0.0, False)", "same-2.Output": ""}),
    Case("parameters", "hostile_text", "same > container-echo > length",
         {"same.Output": HOSTILE, "container-echo.copied": HOSTILE, "length.Output": len(HOSTILE)},
         arguments={"text": HOSTILE}),
    Case("parameters", "optional_inputs", "optional > optional-2",
         {"optional.Output": "('a', None, 7, [1, 'two'])", "optional-2.Output": "('b', 'c', 0, [])"}),
    Case("parameters", "optional_pipeline_inputs", "optional", {"optional.Output": "('a', None, 3, [1, 'two'])"}),
    Case("parameters", "output_paths", "writes-files > length > same",
         {"writes-files.copied": "line\nnext\r\nänd ", "writes-files.count": 15, "length.Output": 18,
          "writes-files.table": {"text": "line\nnext\r\nänd "}, "same.Output": "line\nnext\r\nänd "},
         arguments={"text": "line\nnext\r\nänd "}),
    Case("parameters", "text_in_text", "same > same-2 > container-echo",
         {"container-echo.copied": "--flag=<it's $HOME> {not} $(x)|it's $HOME|<it's $HOME> {not} $(x)",
          "container-echo.arguments": 2}),
    Case("parameters", "long_parameters", "file-of > long-text > length",
         {"file-of.text": "x" * 300_000, "length.Output": 96_000}),
    Case("parameters", "types_in_a_container", "container-types",
         {"container-types.told": repr(["3", "0.00001", "false", '{"a":[1e-7],"t":"it\'s \\u003c é"}', '[1,"two",2.5]'])}),
    Case("parameters", "names_of_the_run", "length > same > same-2",
         {"length.Output": 36, "same.Output": "RUN", "same-2.Output": "RUN"}),
    Case("parameters", "asked_for_at_run_time", "same-3 > sizes > same > same-2",
         {"same.Output": "cpu 200m", "same-2.Output": "in this image", "same-3.Output": "in a branch"}),
    # artifacts
    Case("artifacts", "training", "write-data > train > look",
         {"train.Output": 4 / 9, "look.Output": {
             "data": {"lines": 9},
             "files": {"model.bin": "40aff2e9", "weights/0": "e3b0c442", "weights/Ünter ordner/1": "42652018"},
             "model": {"framework": "none", "lines": 9, "nested": {"a": [1, 2.5]}},
             "names": ["model", "data"]}}),
    Case("artifacts", "classification_metrics", "confusion"),
    Case("artifacts", "changed_paths", "with-suffix > read-suffixed",
         {"read-suffixed.weights": [1, 2, 3], "read-suffixed.ends": ["model.pkl", "part-0.csv"],
          "read-suffixed.text": "1,2\n"}),
    Case("artifacts", "locations", "tell-locations > tell-inputs",
         {"tell-inputs.same": [True, True, "told"],
          "tell-locations.uri": "s3://kfp-artifacts/v2/artifacts/locations/RUN/tell-locations/SALT/data",
          "tell-locations.path": "/s3/kfp-artifacts/v2/artifacts/locations/RUN/tell-locations/SALT/data",
          "tell-locations.other": "s3://kfp-artifacts/v2/artifacts/locations/RUN/tell-locations/SALT/side"}),
    Case("artifacts", "returned_artifact", "returned > read-text", {"read-text.Output": "by return by return"}),
    Case("artifacts", "names_alike", "alike > read-one", {"read-one.Output": "model ['model']"}),
    Case("artifacts", "missing_artifacts", "nothing-written > is-there", {"is-there.Output": False}),
    Case("artifacts", "input_changed_in_place", "write-data > appends > appends-2",
         {"appends.Output": "\n1,1\nchanged", "appends-2.Output": "\n1,1\nchanged"}),
    Case("artifacts", "more_inputs_than_a_job_has", "one-of > one-of-2 > eleven"),
    Case("shell_artifacts", "shell_artifacts", "shell-write > shell-read > shell-uris",
         {"shell-read.text": "it's a $HOME\n13\n1\n",
          "shell-uris.told": "s3://kfp-artifacts/v2/artifacts/shell-artifacts/RUN/shell-write/SALT/data "
                             "s3://kfp-artifacts/v2/artifacts/shell-artifacts/RUN/shell-uris/SALT/again"},
         arguments={"text": "it's a $HOME\n"}),
    Case("shell_artifacts", "copied_folders", "odd-names > shell-copy > shell-copy-2",
         {"shell-copy.listed": "6\n", "shell-copy-2.listed": "6\n"}),
    Case("artifacts", "places_of_all_kinds", "importer > importer-2 > importer-3 > one-of > from-everywhere",
         {"from-everywhere.Output": ["own", "top,1", "given data", "one", "two"]}, in_cluster=3),
    Case("artifacts", "imported", "importer > read-text", {"read-text.Output": "given data imported"},
         arguments={"uri": "s3://given/data/set"}, in_cluster=1),
    # branches
    Case("branches", "conditions_on_outputs", "measure > say > say-3 > say-4",
         {"measure.word": "large", "say.Output": "word", "say-3.Output": "share", "say-4.Output": "big"}),
    Case("branches", "first_of_three", "measure > say-2 > say-4", {"say-4.Output": "more than five"}),
    Case("branches", "first_of_three", "measure > say-3 > say-4", {"say-4.Output": "few"},
         arguments={"size": 1}, label="else"),
    Case("branches", "conditions_in_conditions", "measure > say-number > say-2", {"say-2.Output": "large"}),
    Case("branches", "condition_on_a_parameter", "say-3 > say-2", {"say-2.Output": "off", "say-3.Output": "go"}),
    Case("branches", "artifact_of_a_branch", "measure > write > read", {"read.Output": "large one large one"}),
    # loops
    Case("loops", "loop_over_constants", "join[0] > join-2[0] > join[1] > join-2[1] > join[2] > join-2[2]",
         {"join-2[0].Output": "a-a", "join-2[1].Output": "b b-b b", "join-2[2].Output": "it's $c-it's $c"}),
    Case("loops", "loop_over_an_output", "numbers > square[0] > square[1] > square[2]",
         {"square[0].Output": 0, "square[1].Output": 100, "square[2].Output": 400}),
    Case("loops", "loop_over_a_parameter", "join[0] > join[1] > join[2]",
         {"join[0].Output": "pp", "join[1].Output": "q qq q", "join[2].Output": ""}, arguments={"items": ["p", "q q", ""]}),
    Case("loops", "loop_over_dicts", "join[0] > join[1]", {"join[0].Output": "a?", "join[1].Output": "bit's"}),
    Case("loops", "loops_in_loops", "square[0] > join[0,0] > join[0,1] > square[1] > join[1,0] > join[1,1]",
         {"join[0,0].Output": "p1", "join[0,1].Output": "q1", "join[1,0].Output": "p4", "join[1,1].Output": "q4"}),
    Case("loops", "collected_parameters", "square[0] > square[1] > square[2] > total > words",
         {"words.Output": "9 1 4", "total.Output": 14}),
    Case("loops", "collected_artifacts",
         "shard[0] > count-lines[0] > shard[1] > count-lines[1] > shard[2] > count-lines[2] > merge",
         {"merge.Output": [2, 0, 1], "count-lines[0].Output": 3}),
    Case("loops", "collected_from_loops_in_loops",
         "square[0] > shard[0,0] > shard[0,1] > square[1] > shard[1,0] > shard[1,1] > merge", {"merge.Output": [2, 0, 2, 0]}),
    Case("loops", "conditions_in_loops", "square[0] > join-2[0] > square[1] > join[1] > square[2] > join[2]",
         {"join-2[0].Output": "small!", "join[1].Output": "big!"}),
    Case("loops", "failure_in_a_loop", "fails-on[0]! > fails-on[1] > square[1]", {"square[1].Output": 1}, "failed"),
    Case("loops", "containers_in_a_loop", "shell-shard[0] > shell-shard[1]"),
    Case("loops", "empty_loop", "numbers > words", {"numbers.Output": [], "words.Output": ""}),
    # failures
    Case("failures", "exit_handler_after_failure", "fail! > say > say-3 > final-status",
         {"say-3.Output": "before",
          "final-status.Output": {"code": 1, "message": "Task exit-handler-1 failed.", "note": "at the end",
                                  "state": "FAILED", "task": "exit-handler-1"}}, "failed"),
    Case("failures", "exit_handler_after_success", "say > say-2 > final-status",
         {"final-status.Output": {"code": None, "message": None, "note": "it's fine", "state": "SUCCEEDED",
                                  "task": "exit-handler-1"}}),
    Case("failures", "downstream_of_a_failure", "fail!", status="failed"),
    Case("failures", "exception", "raises!", status="failed"),
    Case("failures", "goes_on_all_the_same", "fail! > say", {"say.Output": "cleaning"}, "failed"),
    Case("failures", "retried", "fails-at-first! > fails-at-first", {"fails-at-first.Output": 2}),
    Case("failures", "retried_with_files", "another-file! > another-file", {"another-file.Output": 2}),
    Case("failures", "retries_used_up", "fails-at-first! > fails-at-first!", status="failed"),
    Case("failures", "output_left_out", "no-output!", status="failed"),
    Case("failures", "exit_code_of_a_shell", "shell-exit!", status="failed"),
    Case("failures", "program_that_is_not_there", "no-program!", status="failed"),
    # commands
    Case("commands", "long_scripts", "program > script",
         {"script.told": 'args:4\n<it\'s\n"$(id)">\n<-->\n<*>\n<>\n$HOME is not expanded: $(id) `id`\n'
                         "it's python {'a': [1, 2]}\n",
          "program.told": "1100end"}),
    Case("commands", "placeholders", "optional-parts > optional-parts-2",
         {"optional-parts.told": "[--name=a b/2][--plain]", "optional-parts-2.told": "[--name=$c/5][--extra][it's]"}),
    Case("commands", "variables", "environment > expanded",
         {"environment.Output": {"EMPTY": "", "SECOND": "x=y", "WORD": "ä $(SECOND) $"},
          "expanded.told": "a 'b' \"c\"|xa 'b' \"c\"y|$(WORD)|$(UNKNOWN)|$(WORD) stays|a 'b' \"c\"|"}),
    Case("commands", "pip_bootstrap", "bootstrapped > default-bootstrap",
         {"bootstrapped.Output": "Model", "default-bootstrap.Output": 'a:\n- 1\n- "\\xFC"\n'}),
    Case("commands", "no_outputs", "quiet > quiet-2"),
    Case("commands", "executor_input_by_hand", "whole-input", {"whole-input.told": '{"number": 6}'}),
    # large_values
    *map(_large, LARGE),
    # nested
    Case("nested", "pipelines_in_pipelines", "write > fit > read > say > write > fit > say",
         {"read.Output": "ONE"}),
    Case("nested", "pipelines_in_loops", "write[0] > fit[0] > write[1] > fit[1] > read[1] > say[1]",
         {"fit[0].Output": 1, "fit[1].Output": 2, "say[1].Output": "BB!"}),
    Case("nested", "settings", "The first: it's one > second",
         {"The first: it's one.Output": "one", "second.Output": "two"}),
    # volumes
    Case("volumes", "scratch_space", "scratch > scratch-2 > scratch-3",
         {"scratch.Output": [[], ["part-0"], True, ["part-0", "part-1"]], "scratch-2.Output": [[], True, ["part-0"]],
          "scratch-3.Output": [[], True, ["part-0"]]}),
    Case("volumes", "config_map_files", "look > shell",
         {"look.Output": {"/conf/app": APP, "/settings/of/it": {}},
          "shell.told": f"{APP['url']}\n{APP['a.conf']}{APP['b.conf']}"}),
    Case("volumes", "secret_files", "look > look-2",
         {"look.Output": {"/var/plain": APP}, "look-2.Output": {"/var/managed": APP}}),
    Case("volumes", "custom_paths", "elsewhere > read-all", {"read-all.Output": "w it's data plain chosen"}),
    Case("volumes", "claim_that_is_read", "read-claim > read-claim-2",
         {"read-claim.Output": ["folder/deep/two", "folder/one", "top"], "read-claim-2.Output": ["deep/two", "one"]},
         service="training"),
    Case("volumes", "claim_that_is_shared", "write-claim > write-claim-2",
         {"write-claim.Output": ["one"], "write-claim-2.Output": ["one", "two"]}, service="training"),
)  # fmt: skip

QUICK = (
    "parameters-hostile_text", "artifacts-training", "artifacts-locations", "loops-loop_over_dicts",
    "failures-exit_handler_after_failure", "branches-condition_on_a_parameter", "large_values-large_values-spread",
    "volumes-config_map_files",
)  # fmt: skip
"""The few that run with all other tests."""


def case_of(name: str) -> Case:
    """The case with the id."""
    return next(case for case in CASES if case.id == name)


def unexpected(case: Case, observation: Any) -> list[str]:
    """How the run differs from what the case says, one line each."""
    found = []
    if observation.status != case.status:
        found.append(f"status: {observation.status}, expected {case.status}")
    if observation.exit_status != (0 if case.status == "succeeded" else 1):
        found.append(f"exit status: {observation.exit_status}")
    if observation.trace != case.steps:
        found.append(f"steps: {' > '.join(observation.trace)}, expected {case.trace}")
    values = observation.values()
    for name, value in case.values.items():
        if name not in values or repr(values[name]) != repr(value):
            found.append(f"{name}: {values.get(name)!r:.600}, expected {value!r:.600}")
    return found
