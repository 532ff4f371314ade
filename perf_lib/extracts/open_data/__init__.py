"""Any force from open data: street files, ONS tables, Home Office tables."""
