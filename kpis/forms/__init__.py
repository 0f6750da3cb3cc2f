"""The shape of what people type about data and KPIs."""
