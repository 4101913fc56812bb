"""The system as `docker compose up` starts it: whole, closed, able to restart, and gone without a trace.

The tests are one story, in this order. tools/test compose runs them; elsewhere there may be no engine and no images.
"""

import json
import os
import pathlib
import signal
import time
import urllib.parse
import urllib.request

import pytest

from ordermesh import service_table
from project import Project

pytestmark = pytest.mark.skipif("ORDERMESH_COMPOSE" not in os.environ, reason="tools/test compose runs these")
SERVING = {*service_table.NAMES, "envoy", "postgres", "rabbitmq", "kafka", "adminer", "mailpit"}
NO_CAPABILITIES = "0000000000000000"


@pytest.fixture(scope="module")
def project():
    prepared = Project()
    prepared.before = prepared.left()
    yield prepared
    prepared.close()


@pytest.fixture(scope="module")
def running(project):
    began = time.monotonic()
    project.up()
    print(f"\nup and healthy after {time.monotonic() - began:.0f} s")
    return project


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def eventually(look, expected, within_s=60):
    """Looks until it sees what is expected, in any order."""
    deadline = time.monotonic() + within_s
    while (seen := sorted(look())) != sorted(expected):
        assert time.monotonic() < deadline, f"not within {within_s} s: {expected}; last seen: {seen}"
        time.sleep(0.2)  # between two looks


def healthy(project):
    """The services whose container is running and well."""
    return [name for name, one in project.containers().items()
            if one["State"]["Status"] == "running" and one["State"]["Health"]["Status"] == "healthy"]


def test_compose_takes_the_file_with_every_profile(project):
    printed = json.loads(project.compose("--profile=*", "config", "--format=json").stdout)
    assert printed["services"].keys() == SERVING | {"migrate", "kafka-ui"}


def test_a_missing_secret_is_named(project):
    done = project.compose("--env-file=/dev/null", "config", "--quiet", check=False)
    assert done.returncode != 0 and "_PASSWORD" in done.stderr and "see docker/.env" in done.stderr


def test_up_brings_everything_up_healthy(running):
    containers = running.containers()
    assert containers.keys() == SERVING | {"migrate"}
    assert set(healthy(running)) == SERVING
    assert (containers["migrate"]["State"]["Status"], containers["migrate"]["State"]["ExitCode"]) == ("exited", 0)


def test_an_order_is_notified_and_counted(running):
    order = running.place_order()
    url = f"{running.operators}/v1/notifications?orderId={order}"
    eventually(lambda: [(one["channel"], one["state"]) for one in json.loads(get(url))["notifications"]],
               [("CHANNEL_EMAIL", "NOTIFICATION_STATE_SENT"), ("CHANNEL_LOG", "NOTIFICATION_STATE_SENT")])
    assert len(json.loads(get(f"{running.mail}/messages?order={order}"))) == 1


def test_the_api_can_be_tried_in_a_browser(running):
    assert "swagger-ui" in get(f"{running.edge}/docs/") and len(get(f"{running.edge}/docs/swagger-ui-bundle.js")) > 100_000


def test_adminer_looks_into_the_database(running):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    login = {"driver": "pgsql", "server": "postgres", "username": "ordermesh_owner", "db": "ordermesh",
             "password": running.secret("OWNER_PASSWORD")}
    form = urllib.parse.urlencode({f"auth[{name}]": value for name, value in login.items()}).encode()
    browser.open(running.adminer, form, timeout=10).close()
    page = f"{running.adminer}/?pgsql=postgres&username=ordermesh_owner&db=ordermesh&ns=catalog&select=products"
    assert "SKU-0001" in browser.open(page, timeout=10).read().decode()


def test_every_process_is_nobody_and_can_change_nothing(running):
    for service, container in running.containers().items():
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"] and host["Memory"] > 0, service
        if container["State"]["Running"]:
            status = pathlib.Path(f"/proc/{container['State']['Pid']}/status").read_text()
            fields = {line.split(":")[0]: line.split() for line in status.splitlines()}
            assert "0" not in fields["Uid"] + fields["Gid"], service
            assert [fields[name][1] for name in ("CapEff", "CapBnd", "NoNewPrivs")] == [NO_CAPABILITIES, NO_CAPABILITIES, "1"], service


def test_only_what_shall_be_is_published_and_only_here(running):
    published = {}
    for service, container in running.containers().items():
        for bindings in (container["NetworkSettings"]["Ports"] or {}).values():
            for binding in bindings or []:
                published.setdefault(service, []).append(binding["HostIp"])
    # The edge twice: the public port and the operators'.
    assert published == {"envoy": ["127.0.0.1"] * 2, "adminer": ["127.0.0.1"], "mailpit": ["127.0.0.1"]}


def test_a_service_that_dies_comes_back(running):
    before = running.container("gateway")["State"]
    os.kill(before["Pid"], signal.SIGKILL)
    eventually(lambda: [running.container("gateway")["RestartCount"]], [1])
    eventually(lambda: healthy(running), SERVING)
    running.place_order()


def test_a_restarted_store_is_found_again(running):
    running.compose("restart", "postgres", "rabbitmq")
    eventually(lambda: healthy(running), SERVING)
    running.place_order()


def test_everything_stops_in_order_and_the_data_stays(running):
    order = running.place_order()
    running.compose("stop")
    codes = {name: one["State"]["ExitCode"] for name, one in running.containers().items() if not name.startswith(("adminer", "mailpit"))}
    # A Java machine says that it was a signal.
    assert codes == {name: 0 for name in codes} | {"kafka": 143}
    running.down()
    running.up()
    assert json.loads(get(f"{running.edge}/v1/orders/{order}"))["id"] == order


def test_nothing_is_left(running):
    running.down("--volumes")
    assert running.left() == running.before
