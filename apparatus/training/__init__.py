"""How obscura was made, runnable again.

In this order:

    python -m apparatus.training.autoencoder .training 36000 4200    # renders 36 000 pictures first
    python -m apparatus.training.denoiser .training 32000 5450
    python -m apparatus.training.shipping .training/obscura apparatus/models/obscura

Each goes on from its last checkpoint in `.training`; more steps than last time train it further.

This repeats the training of the weights that are shipped in all but two things, which were done on the
way: the thumbnail's channels count more only from step 2,800 on, and at step 3,700 the vectors of the
nouns were set anew, once, from the look of their pictograms.
"""
