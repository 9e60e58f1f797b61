"""A script without a guard, whose workers sleep: `python interrupted.py FOLDER`."""

import sys

import crafts

from kadita.base.parallel import worker_pool

with worker_pool(workers=2) as run:
    list(run(crafts.sleep, [(sys.argv[1], number) for number in range(4)]))
