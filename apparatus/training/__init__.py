"""How obscura was made, runnable again."""
