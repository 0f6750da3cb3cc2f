"""The shape of what people type about dashboards."""
