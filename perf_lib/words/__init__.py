"""Words of the field and of the package: errors, quarters, months, numbers, wording, digests."""
