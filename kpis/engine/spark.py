"""Spark's words, which are those of Databricks too. Stamps are TIMESTAMP_NTZ."""

from __future__ import annotations

from kpis.engine.speech import Speech, speaks

SPARK = Speech(
    micros=lambda start, end: f"timestampdiff(MICROSECOND, {start}, {end})",
    days=lambda start, end: f"CAST(datediff({end}, {start}) AS BIGINT)",
    seconds=lambda text: f"(({text}) / 1e6D)",
    divide=lambda text, by: f"({text} div {by})",
    rest=lambda text, by: f"({text} % {by})",
    add=lambda unit, by, stamp: f"timestampadd({unit}, {by}, {stamp})",
    cut=lambda grain, stamp: f"CAST(date_trunc('{grain.upper()}', {stamp}) AS TIMESTAMP_NTZ)",
    as_stamp=lambda day: f"CAST({day} AS TIMESTAMP_NTZ)",
    stamp="TIMESTAMP_NTZ '{}'".format,
    contains=lambda column, part: f"instr({column}, {part})",
    # "percentile" is the exact one, by linear interpolation; "approx_percentile" is not.
    quantile=lambda column, q: f"percentile(CAST({column} AS DOUBLE), {q!r}D)",
)

for name in ("spark", "databricks"):
    speaks(name, SPARK)
