"""Makes docs/configuration.md from `--print_config` of every program."""

import argparse
import os
import pathlib
import subprocess
import sys

from .service_table import PROGRAMS

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TARGET = REPOSITORY / "docs" / "configuration.md"

HEAD = """# Configuration

Made by `tools/configuration` from the programs themselves; a test fails when it is out of date.

A value comes from, the first that has it: the flag `--name=value`; the environment variable `ORDERMESH_NAME`; the file given
by `--config=FILE` or `ORDERMESH_CONFIG`, YAML with one `name: value` a line; the default. A secret may also be read from a
file: `--name_file=FILE`, or `name_file` likewise. An unknown name on the command line ends the program with exit code 64, any
other bad value with 78, a port that is taken with 69, each with one line that says what and where. `--help` prints a program's
own settings.
"""


def render(build: pathlib.Path) -> str:
    parts = [HEAD]
    for program in PROGRAMS:
        binary = build / "bin" / f"ordermesh-{program}"
        table = subprocess.run([binary, "--print_config"], check=True, capture_output=True, text=True, timeout=10).stdout
        parts.append(f"\n## ordermesh-{program}\n\n{table.strip()}\n")
    return "".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/configuration", description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("ORDERMESH_BUILD", REPOSITORY / "build" / "release")))
    parser.add_argument("--check", action="store_true", help="fail when docs/configuration.md is out of date")
    arguments = parser.parse_args()
    text = render(arguments.build)
    if not arguments.check:
        TARGET.write_text(text)
    elif TARGET.read_text() != text:
        print("docs/configuration.md is out of date; run tools/configuration", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
