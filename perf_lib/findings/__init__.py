"""What may be said of a measure in a quarter."""
