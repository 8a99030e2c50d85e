"""A kiosk, alone in a gallery for weeks: what its curator sets, what a visitor says and takes away."""
