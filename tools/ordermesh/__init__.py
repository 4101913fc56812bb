"""What the tools of Ordermesh share: the stores and the processes of one machine, started, watched and stopped."""

import os

# A proxy of the environment is for the outside: Docker and corporate networks set one that can't reach this machine's
# own ports. Read by urllib, curl and gRPC, here and in whatever is started.
_OWN = ["localhost", "127.0.0.1", "::1"]
_given = filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(","))
os.environ["no_proxy"] = ",".join(dict.fromkeys([*_given, *_OWN]))
