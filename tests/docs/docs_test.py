"""The documentation says what is so: every link leads somewhere, every step names a function that exists, every setting is
listed."""

import os
import pathlib
import re
import subprocess

import pytest

from ordermesh import configuration

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted({page for pattern in ("*.md", "*/*.md", "*/*/*.md", "docs/**/*.md") for page in REPOSITORY.glob(pattern)})
LIVES = {REPOSITORY / "docs" / name: services for name, services in {
    "life-of-an-order.md": {"gateway", "validation", "relay", "notifier", "analytics"},
    "life-of-a-product.md": {"catalog", "gateway", "validation", "relay"},
}.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def steps(page):
    """(function, file) of each step: [`function`](file) in the page."""
    return re.findall(r"\[`([^`]+)`\]\(\.\./([^)]+)\)", page.read_text())


@pytest.mark.parametrize("page", LIVES, ids=lambda page: page.stem)
def test_a_life_has_steps_in_every_service(page):
    services = {path.split("/")[1] for _, path in steps(page) if re.match(r"services/\w+/", path)}
    assert services - {"migrate"} == LIVES[page]
    assert len(steps(page)) >= 20


@pytest.mark.parametrize("function, path", [step for page in LIVES for step in steps(page)])
def test_each_step_names_a_function_of_its_file(function, path):
    text = (REPOSITORY / path).read_text()
    if not path.endswith((".cc", ".h")):
        assert function in text
    else:
        name = re.escape(function.split("::")[-1])
        assert re.search(rf"\b{name}(::\w+)?\s*\(|class {name}\b", text), f"{path} has no {function}"


def test_every_room_is_on_the_page():
    rooms = {folder.name for folder in REPOSITORY.glob("services/*/*") if folder.is_dir() and folder.parent.name != "migrate"}
    page = (REPOSITORY / "docs" / "architecture.md").read_text().split("### The rooms of a service")[1].split("\n## ")[0]
    assert {name for row in re.findall(r"^\| (`.+?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)/`", row)} == rooms


def test_the_configuration_page_is_what_the_programs_say():
    build = pathlib.Path(os.environ.get("ORDERMESH_BUILD", REPOSITORY / "build" / "release"))
    assert configuration.TARGET.read_text() == configuration.render(build), "run tools/configuration"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_call_goes_through_the_edge(page):
    """Which sets the caller, and is all that a reader can reach of a cluster."""
    assert re.findall(r"grpcurl[^`]*?:5\d{4}\b", page.read_text()) == []


def test_no_page_or_source_names_a_path_of_one_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
    pattern = re.compile(r"(?<![\w./-])/(?:home|root|work)/\w")
    found = [name for name in tracked if not name.endswith((".binpb", ".sum")) and name != "tests/docs/docs_test.py"
             and pattern.search((REPOSITORY / name).read_text(errors="ignore"))]
    assert found == []
