"""The press: notebooks executed, bound into one report, rendered to HTML and PDF, and recorded."""
