"""The words that people write, held to the findings."""
