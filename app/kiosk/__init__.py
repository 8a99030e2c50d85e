"""The kiosk's server: one visitor at a time, plain pages, and nothing kept of who came.

`booth` is what it does, `line` how pictures are made, `recordings` what plays when nobody is here, `server`
its addresses.
"""
