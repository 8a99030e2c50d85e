"""How obscura was made, runnable again: `apparatus train`.

    apparatus train --preset quick --folder /tmp/try   # does all of it work here?
    apparatus train                                    # sized for two cores: many hours
    apparatus train --preset gpu                       # sized for one GPU, never timed on one
    apparatus train denoiser --steps 60000             # more of one part
    apparatus train --ship apparatus/models/obscura    # then make it ready to be given away

Each part goes on from its last checkpoint in the folder. Picture n of the world is the same on every machine.
"""
