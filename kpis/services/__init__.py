"""Every write to data and KPIs."""
