"""The bundled sample: one force's published figures for 2019 and an illustrative history behind them."""
