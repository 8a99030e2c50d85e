"""`python -m apparatus` is the `apparatus` command."""

from apparatus.cli import main

main()
