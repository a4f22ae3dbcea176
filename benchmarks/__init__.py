"""The speed claims: each figure is a ratio to a floor that was measured in the same run. `make bench` prints them."""
