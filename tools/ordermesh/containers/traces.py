"""What containers leave behind: mounts, and folders of which containerd and runc can't be told another place."""

import contextlib
import os
import re
import subprocess
from pathlib import Path


def mounts_below(*folders: Path) -> list[str]:
    """Mount points in or at one of the folders, the deepest first."""
    found = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split()[1])
        if any(Path(point).is_relative_to(folder) for folder in folders):
            found.append(point)
    return found[::-1]


def unmount_below(*folders: Path) -> None:
    for point in mounts_below(*folders):
        subprocess.run(["umount", "--lazy", point], capture_output=True)


def prune(*folders: Path) -> None:
    """Removes the folders and those in them as far as they are empty."""
    for folder in folders:
        for path, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(path)
