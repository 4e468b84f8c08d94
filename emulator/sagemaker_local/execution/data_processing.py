"""DataProcessing of a transform job: what of a record the model is sent, and what of it comes back with the prediction.

Source: DataProcessing of the API reference; Developer Guide, "Associate Prediction Results with Input Records". A CSV row
is an array of strings; CSV input is joined by appending columns, JSON input by the member SageMakerOutput.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sagemaker_local.execution.json_path import JsonPath, parse_json_path

Format = Literal["csv", "json"]

FORMATS: Mapping[str, Format] = {
    "text/csv": "csv",
    "application/json": "json",
    "application/jsonlines": "json",
    "application/x-jsonlines": "json",
}


@dataclass(frozen=True)
class DataProcessing:
    """The filters and the join, parsed; all of them is what a job without DataProcessing has."""

    input_filter: JsonPath
    output_filter: JsonPath
    join: bool

    @property
    def does_nothing(self) -> bool:
        return self.input_filter.is_root and self.output_filter.is_root and not self.join


def parse_data_processing(members: Mapping[str, Any]) -> DataProcessing:
    """Raises ValueError naming the filter that cannot be used."""
    filters = []
    for name in ("InputFilter", "OutputFilter"):
        try:
            filters.append(parse_json_path(members.get(name, "$")))
        except ValueError as error:
            raise ValueError(f"DataProcessing.{name}: {error}") from error
    return DataProcessing(filters[0], filters[1], members.get("JoinSource") == "Input")


def known_format(media_type: str | None, what: str) -> Format:
    """The form of records of a media type. Raises ValueError for one whose records are neither CSV nor JSON."""
    plain = (media_type or "").partition(";")[0].strip().lower()
    if plain not in FORMATS:
        raise ValueError(f"DataProcessing needs {what} to be one of {', '.join(FORMATS)}; it is {media_type or 'not given'}")
    return FORMATS[plain]


def read_records(form: Format, content: bytes, *, lines: bool) -> list[Any]:
    """The records of a payload or an answer: CSV rows, the JSON value of each line, or one JSON value. Raises ValueError."""
    text = content.decode("utf-8")
    if form == "csv":
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return [json.loads(line) for line in text.splitlines() if line.strip()] if lines else [json.loads(text)]


def read_answer(form: Format, content: bytes, expected: int) -> list[Any]:
    """As many records as were sent: lines, or the elements of one JSON array. Raises ValueError when they are not as many."""
    try:
        found = read_records(form, content, lines=expected > 1)
    except ValueError:
        found = read_records(form, content, lines=False)
    if len(found) == 1 and expected > 1 and form == "json" and isinstance(found[0], list):
        found = found[0]
    if len(found) != expected:
        raise ValueError(f"the model answered {expected} records with {len(found)}, which cannot be told apart or joined")
    return found


def write_records(form: Format, values: Sequence[Any]) -> bytes:
    """A line for each record, without an end of the last line."""
    if form == "json":
        return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(value if isinstance(value, list) else [value] for value in values)
    return text.getvalue().removesuffix("\n").encode()


def join(form: Format, record: Any, prediction: Any) -> Any:
    """A record with its prediction: columns appended, or SageMakerOutput and, of what is no object, SageMakerInput."""
    if form == "csv":
        return [*record, *prediction]
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": prediction}
    return {"SageMakerInput": record, "SageMakerOutput": prediction}


def model_input(processing: DataProcessing, form: Format, records: Sequence[Any]) -> bytes:
    """The body that the model is sent. Raises ValueError."""
    return write_records(form, [processing.input_filter.select(record) for record in records])


def job_output(
    processing: DataProcessing, form: Format, records: Sequence[Any], answer_form: Format, answer: bytes
) -> bytes:
    """What becomes of the model's answer to ``records``. Raises ValueError."""
    predictions = read_answer(answer_form, answer, len(records))
    if processing.join:
        if form != answer_form:
            raise ValueError(f"the input is {form} and the model's answer {answer_form}: they cannot be joined")
        predictions = [join(form, *pair) for pair in zip(records, predictions, strict=True)]
    return write_records(answer_form, [processing.output_filter.select(each) for each in predictions])
