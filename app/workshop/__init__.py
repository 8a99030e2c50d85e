"""The workshop's pages: for forty phones a page of Streamlit's each would be too much, so these are plain.

`server` serves them, `room` is what they show; `app.gate` says who may see and do what.
"""
