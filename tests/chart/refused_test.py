"""Values that can't be are refused before anything is installed, with a message that names the value."""

import pytest

from conftest import HERE, template

FILES = sorted((HERE / "values" / "refused").glob("*.yaml"))


def test_there_are_enough_of_them():
    assert len(FILES) >= 20


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_value_is_refused_by_its_name(file):
    named = file.read_text().splitlines()[0].removeprefix("# refused: ")
    done = template("--values", str(file))
    assert done.returncode != 0
    assert named in done.stderr, done.stderr
