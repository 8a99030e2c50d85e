"""How obscura was made, runnable again.

In this order:

    python -m apparatus.training.autoencoder .training 36000 4200    # renders 36 000 pictures first
    python -m apparatus.training.denoiser .training 16000 1200
    python -m apparatus.training.shipping .training/obscura apparatus/models/obscura

Each goes on from its last checkpoint in `.training`; more steps than last time train it further.
"""
