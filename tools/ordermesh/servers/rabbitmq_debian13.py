"""The RabbitMQ of Debian 13, for what has to hold on both releases, whatever this system's own is."""

import os

from .. import paths
from .rabbitmq import RabbitMq
from .server import ServerFailed

_ROOT = paths.CACHE / "rabbitmq-debian13" / "root"

# Every program execs the next, so that the node is the process that was started. The mounts are this process's only: any
# number of nodes stand in the same root, each in its own folder.
_ENTER = """
root=$1 && shift &&
mount --bind . "$root/srv" && mount --rbind /proc "$root/proc" && mount --rbind /dev "$root/dev" &&
exec chroot "$root" /usr/bin/env --chdir=/srv "$@"
"""


class RabbitMqDebian13(RabbitMq):
    """The same node of another release, in the root that tools/setup unpacked; it shares the system's port mapper."""

    name = "rabbitmq_debian13"

    async def prepare(self) -> None:
        if not (_ROOT / "usr/lib/rabbitmq/bin/rabbitmq-server").exists():
            raise ServerFailed(f"{self.name}: not there; run tools/setup")
        await super().prepare()

    def command(self) -> list[str]:
        # Who is not root may mount in a namespace where he is.
        as_root = ["--map-root-user"] if os.geteuid() != 0 else []
        return ["unshare", "--mount", *as_root, "sh", "-c", _ENTER, "sh", str(_ROOT), *super().command()]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "HOME": "/srv"}
