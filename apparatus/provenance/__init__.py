"""Content Credentials (C2PA): who signed a picture, what was done to make it, and whether it changed since.

    from apparatus import provenance

    signed = provenance.sign(Path("print.png").read_bytes(), record, provenance.own_key())
    provenance.check(signed, "image/png").state      # "own": signed on this machine, unchanged

It needs the extra `provenance` (c2pa-python). Without it nothing is signed, and nothing can be checked. A
PDF is not signed: c2pa-python 0.38 reads manifests in PDF, and writes none.
Source: C2PA Technical Specification 2.2; c2pa-python 0.38.1.
"""

from apparatus.provenance.checking import Checked as Checked
from apparatus.provenance.checking import check as check
from apparatus.provenance.keys import Key as Key
from apparatus.provenance.keys import own_key as own_key
from apparatus.provenance.signing import available as available
from apparatus.provenance.signing import fault as fault
from apparatus.provenance.signing import sign as sign
