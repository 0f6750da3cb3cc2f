"""Parquet files: typed columns that only need to be taken over."""

from kpis.sources.columnar.adapter import ColumnarOptions, ParquetSource

__all__ = ["ColumnarOptions", "ParquetSource"]
