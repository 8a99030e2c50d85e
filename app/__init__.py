"""The pages of the apparatus: a Streamlit app that draws records and events, and knows nothing of tensors."""
