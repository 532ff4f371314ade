"""Pure arithmetic: a Series in, a result out."""
