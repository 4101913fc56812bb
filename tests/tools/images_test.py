"""What the images are made of agrees with what local runs and tests are made of. Building them is tools/test cluster's."""

import re
import subprocess

import pytest

from ordermesh import paths
from ordermesh.containers import builds, stand_ins, traces

DOCKERFILE = (paths.REPOSITORY / "docker" / "Dockerfile").read_text()
CHART = paths.REPOSITORY / "helm" / "ordermesh" / "values.yaml"


def build_packages():
    """What the build stage installs, between its first apt-get install and WORKDIR."""
    stage = DOCKERFILE.split("WORKDIR", 1)[0]
    return re.findall(r"\b(?:lib[\w.+-]+|[\w-]+)\b(?=[\s\\])", stage.split("--no-install-recommends", 1)[1].replace("++", "pp"))


def test_the_build_stage_installs_only_what_setup_installs_for_a_build():
    listed = {name.replace("++", "pp") for line in (paths.REPOSITORY / "tools" / "apt-packages.txt").read_text().splitlines()
              if line.startswith("run") for name in line.split()[1:]}
    assert len(build_packages()) > 20
    assert [package for package in build_packages() if package not in listed] == []


def test_our_images_are_those_that_the_chart_installs():
    used = re.findall(r"^    repository: (ordermesh/\S+)", CHART.read_text(), re.MULTILINE)
    assert sorted(used) == sorted(builds.OWN)
    for target in builds.OWN.values():
        assert re.search(rf"^FROM \S+ AS {target}$", DOCKERFILE, re.MULTILINE), target


def test_every_image_of_others_in_the_chart_has_a_stand_in():
    used = set(re.findall(r"^    repository: (\S+)", CHART.read_text(), re.MULTILINE)) - set(builds.OWN)
    names = {name.rpartition(":")[0] for images in stand_ins.names().values() for name in images}
    assert used and used <= names
    for folder in stand_ins.names():
        assert (stand_ins.FOLDER / folder / "Dockerfile").exists()


def test_envoy_is_of_one_version_everywhere():
    assert f"ARG ENVOY_VERSION={stand_ins.envoy_version()}\n" in DOCKERFILE


def test_no_image_runs_as_root_or_through_a_shell():
    for target in ("ordermesh", "envoy"):
        stage = DOCKERFILE.split(f" AS {target}\n")[1].split("\nFROM ")[0]
        assert re.search(r"^USER 65532:65532$", stage, re.MULTILINE)
        for started in re.findall(r"^(?:CMD|ENTRYPOINT) (.*)$", stage, re.MULTILINE):
            assert started.startswith("[")


@pytest.mark.parametrize("program, expected", [("/bin/sh", "libc6"), ("/usr/bin/git", "zlib1g")])
def test_linked_packages_names_the_packages_of_the_libraries(program, expected):
    tool = paths.REPOSITORY / "docker" / "linked-packages"
    printed = subprocess.run([tool, program], capture_output=True, text=True, check=True).stdout.split()
    assert expected in printed and printed == sorted(set(printed))


def test_linked_packages_fails_for_a_library_that_is_of_no_package(tmp_path):
    (tmp_path / "own.c").write_text("int own(void) { return 0; }")
    (tmp_path / "main.c").write_text("int own(void); int main(void) { return own(); }")
    library, program = tmp_path / "libown.so", tmp_path / "main"
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libown.so", "-o", library, tmp_path / "own.c"], check=True)
    subprocess.run(["gcc", "-o", program, tmp_path / "main.c", library, f"-Wl,-rpath,{tmp_path}"], check=True)
    done = subprocess.run([paths.REPOSITORY / "docker" / "linked-packages", program], capture_output=True, text=True)
    assert done.returncode != 0 and "libown.so" in done.stderr


def test_mounts_below_a_folder_are_found_the_innermost_first():
    found = traces.mounts_below("/proc", "/sys")
    assert "/proc" in found and all(point.startswith(("/proc", "/sys")) for point in found)
    assert not any(later.startswith(f"{earlier}/") for index, earlier in enumerate(found) for later in found[index + 1:])


def test_a_stand_in_can_be_read_by_everybody_and_a_clone_stays_its_owners(tmp_path):
    mine, context = tmp_path / "mine", tmp_path / "context"
    (mine / "folder").mkdir(parents=True)
    (context / "folder").mkdir(parents=True, mode=0o700)
    for name, mode in (("program", 0o700), ("text", 0o600), ("folder/text", 0o600)):
        (mine / name).write_text(name)
        (mine / name).chmod(mode)
        (context / name).hardlink_to(mine / name)
    stand_ins._let_everyone_read(context)
    assert {path.name: path.stat().st_mode & 0o777 for path in context.iterdir()} == {"program": 0o755, "text": 0o644, "folder": 0o755}
    assert (context / "folder" / "text").stat().st_mode & 0o777 == 0o644
    assert [(mine / name).stat().st_mode & 0o777 for name in ("program", "text", "folder/text")] == [0o700, 0o600, 0o600]
    assert (context / "text").read_text() == "text"
