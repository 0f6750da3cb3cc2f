"""Excel workbooks (.xlsx): one sheet, with the types that its cells have."""

from kpis.sources.xlsx.adapter import SheetOptions, XlsxSource

__all__ = ["SheetOptions", "XlsxSource"]
