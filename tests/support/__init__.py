"""What tests stand on: worlds, products, casts, clocks, a browser, a database pool."""
