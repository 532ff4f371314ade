"""Tables and spreadsheets of monthly figures, read and checked."""
