"""The models: what can be loaded, and loading it."""
