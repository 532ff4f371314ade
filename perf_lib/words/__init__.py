"""Words of the field and of the house: errors, quarters, wording."""
