"""Pages of data and KPIs."""
