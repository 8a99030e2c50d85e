"""The workshop's pages: for forty phones a page of Streamlit's each would be too much, so these are plain.

`server` serves them, `room` is what they show, `gate` who may see and do what.
"""
