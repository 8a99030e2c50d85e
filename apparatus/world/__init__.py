"""The world obscura was trained on, whole: what can be named, said and seen in it."""
