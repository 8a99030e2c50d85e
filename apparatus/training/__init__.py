"""How obscura was made, runnable again: `apparatus train`.

    apparatus train --preset quick --folder /tmp/try   # does all of it work here?
    apparatus train                                    # on two cores, some evenings; stop it when you like
    apparatus train --preset gpu                       # half an hour on one GPU
    apparatus train denoiser --steps 60000             # more of one part
    apparatus train --ship apparatus/models/obscura    # then make it ready to be given away

Each part goes on from its last checkpoint in the folder. Picture n of the world is the same on every machine.
"""
