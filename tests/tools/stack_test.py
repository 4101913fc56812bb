"""tools/stack against the real stores: side by side, commanded one by one, and gone without a trace."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import confluent_kafka.admin
import pika
import psycopg
import pytest

from ordermesh import paths, processes

STACK = str(paths.REPOSITORY / "tools" / "stack")


def eventually(condition, seconds: float = 20.0):
    """The first true value of `condition`, asked again until the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
        time.sleep(0.05)
    return value


def tool(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([STACK, *arguments], text=True, capture_output=True, timeout=300, **options)


def described(directory: Path) -> dict:
    return json.loads((directory / "stack.json").read_text())


def living_in(*folders: Path) -> list[str]:
    """Every process that stands in one of these folders or was told its path."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and processes.is_alive(int(entry.name)):
            try:
                place, command = os.readlink(entry / "cwd"), (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if any(str(folder) in text for folder in folders for text in (place, command)):
                found.append(f"{entry.name} {command[:100]}")
    return found


@pytest.fixture
def folder():
    """A folder that other users may enter, unlike pytest's own."""
    directory = paths.scratch_root() / f"ordermesh-test-{os.getpid()}-{time.monotonic_ns()}"
    yield directory
    tool("down", "--dir", str(directory))


@pytest.fixture
def pair():
    directories = [paths.scratch_root() / f"ordermesh-test-{os.getpid()}-{name}" for name in ("one", "two")]
    yield directories
    for directory in directories:
        tool("down", "--dir", str(directory))


# What a shell, a properties file, a list or a configuration would take for its own.
ODD_NAME = "Bestellungen für O'Brien, 100 % #1; $HOME = \"x\" \\n {a}"


def test_a_folder_may_be_called_as_one_likes(folder):
    odd = folder / ODD_NAME
    odd.mkdir(parents=True)
    for directory in (folder, odd):
        directory.chmod(0o755)
    started = tool("up", "--dir", str(odd), "--only", "postgres,rabbitmq_tls,kafka_tls,mail", env={**os.environ, "LC_ALL": "C"})
    try:
        assert started.returncode == 0, started.stderr
        env = described(odd)["env"]
        with psycopg.connect(env["DATABASE_URL"]) as session:
            assert session.execute("SHOW data_directory").fetchone()
        with pika.BlockingConnection(pika.URLParameters(env["AMQP_URL"])) as connection:
            connection.channel().queue_declare("here", durable=True, arguments={"x-queue-type": "quorum"})
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": env["KAFKA_BROKERS"]})
        admin.create_topics([confluent_kafka.admin.NewTopic("here", 1, 1)])["here"].result(30)
        for server in ("rabbitmq_tls", "kafka_tls"):  # their data is found again
            for verb in ("stop", "start"):
                done = tool(verb, server, "--dir", str(odd))
                assert done.returncode == 0, done.stderr
        assert "here" in eventually(lambda: admin.list_topics(timeout=5).topics)
        with pika.BlockingConnection(pika.URLParameters(env["AMQP_URL"])) as connection:
            connection.channel().queue_declare("here", passive=True)
        # All of it stands in the folder itself, and nothing beside it.
        assert [entry.name for entry in folder.iterdir()] == [ODD_NAME]
        assert list((odd / "kafka_tls").glob("**/meta.properties")) and list((odd / "rabbitmq_tls").glob("**/quorum"))
    finally:
        down = tool("down", "--dir", str(odd))
    assert down.returncode == 0, down.stderr
    assert living_in(folder) == []


def test_two_stacks_stand_side_by_side_and_leave_nothing(pair):
    starts = [subprocess.Popen([STACK, "up", "--dir", str(directory)], stdout=subprocess.PIPE) for directory in pair]
    assert [start.wait(timeout=300) for start in starts] == [0, 0]

    assert len(living_in(*pair)) >= 8, "the check that follows must be able to see them"
    first, second = (described(directory) for directory in pair)
    assert set(first["env"].values()).isdisjoint(second["env"].values())
    for stack in (first, second):
        with psycopg.connect(stack["env"]["DATABASE_URL"]) as session:
            assert session.execute("SHOW fsync").fetchone() == ("on",)
            assert session.execute("SHOW synchronous_commit").fetchone() == ("on",)
            session.execute(f"CREATE TABLE mark (port int); INSERT INTO mark VALUES ({stack['servers']['postgres']['port']})")
        with pika.BlockingConnection(pika.URLParameters(stack["env"]["AMQP_URL"])) as connection:
            connection.channel().queue_declare("here", durable=True, arguments={"x-queue-type": "quorum"})
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": stack["env"]["KAFKA_BROKERS"]})
        topic = confluent_kafka.admin.NewTopic("here", 3, 1)
        admin.create_topics([topic])["here"].result(timeout=20)
        # What was created is not in what the broker tells at once.
        eventually(lambda: "here" in admin.list_topics(timeout=10).topics)

    for directory in pair:
        assert tool("down", "--dir", str(directory)).returncode == 0
        assert not directory.exists()
    assert living_in(*pair) == []


def test_a_single_store_is_stopped_killed_paused_and_comes_back_with_its_data(folder):
    tool("up", "--dir", str(folder), "--only", "postgres", check=True)
    url = described(folder)["env"]["DATABASE_URL"]

    def answers() -> bool:
        try:
            with psycopg.connect(url, connect_timeout=2) as session:
                return session.execute("SELECT n FROM kept").fetchone() == (7,)
        except psycopg.OperationalError:
            return False

    with psycopg.connect(url) as session:
        session.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    for end in ("stop", "kill"):
        tool(end, "postgres", "--dir", str(folder), check=True)
        assert not answers()
        assert described(folder)["servers"]["postgres"]["state"] == "stopped"
        tool("start", "postgres", "--dir", str(folder), check=True)
        assert answers()
    tool("pause", "postgres", "--dir", str(folder), check=True)
    assert not answers()
    tool("resume", "postgres", "--dir", str(folder), check=True)
    assert answers()


def test_run_gives_the_command_its_variables_and_returns_its_code():
    ran = tool("run", "--only", "postgres", "--", "sh", "-c", 'echo "$DATABASE_URL $AMQP_URL."; exit 7')
    assert ran.returncode == 7
    assert ran.stdout.startswith("postgres://postgres@127.0.0.1:")
    assert ran.stdout.endswith("/ordermesh .\n")


@pytest.mark.parametrize("victim", ["the tool", "the tool's process group", "the tool while it starts"])
def test_run_leaves_nothing_behind_after_kill_9(folder, victim):
    # The command hides a process behind a new session, as a daemon would.
    script = "setsid sleep 1000 & echo ready; wait"
    runner = subprocess.Popen(
        [STACK, "run", "--dir", str(folder), "--", "sh", "-c", script],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    if victim == "the tool while it starts":
        eventually(lambda: (folder / "kafka").exists())
        os.kill(runner.pid, signal.SIGKILL)
    else:
        assert runner.stdout.readline() == "ready\n"
        mark = described(folder)["mark"]
        assert len(processes.marked(mark)) >= 4  # the shell, its daemon, RabbitMQ, Kafka
        if victim == "the tool":
            os.kill(runner.pid, signal.SIGKILL)
        else:
            os.killpg(runner.pid, signal.SIGKILL)
    runner.wait()
    eventually(lambda: not folder.exists())
    eventually(lambda: not living_in(folder))
    if victim != "the tool while it starts":
        assert processes.marked(mark) == []


def test_a_killed_keeper_takes_its_stores_along_and_down_removes_the_rest(folder):
    tool("up", "--dir", str(folder), check=True)
    os.kill(described(folder)["keeper_pid"], signal.SIGKILL)
    eventually(lambda: not living_in(folder))
    assert tool("status", "--dir", str(folder)).returncode == 1
    assert tool("down", "--dir", str(folder)).returncode == 0
    assert not folder.exists()


def test_up_tells_why_a_store_did_not_start(folder):
    (folder / "postgres" / "data").mkdir(parents=True)
    (folder / "postgres" / "data" / "PG_VERSION").write_text("1\n")
    (folder / ".ordermesh-stack").touch()
    started = tool("up", "--dir", str(folder), "--only", "postgres")
    assert started.returncode == 1
    assert "postgres: ended with code 2 while it started; its log ends:" in started.stderr
    assert tool("status", "--dir", str(folder)).returncode == 1


def test_down_keeps_the_data_when_asked(folder):
    for _ in range(2):
        tool("up", "--dir", str(folder), "--only", "postgres", check=True)
        with psycopg.connect(described(folder)["env"]["DATABASE_URL"]) as session:
            session.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz)")
            session.execute("INSERT INTO visits VALUES (now())")
            visits = session.execute("SELECT count(*) FROM visits").fetchone()
        tool("down", "--dir", str(folder), "--keep", check=True)
    assert visits == (2,)
    tool("down", "--dir", str(folder), check=True)
    assert not folder.exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "precious").write_text("data")
    started = tool("up", "--dir", str(tmp_path), "--only", "postgres")
    assert started.returncode == 1
    assert "holds something else" in started.stderr
    assert tool("down", "--dir", str(tmp_path)).returncode == 0
    assert (tmp_path / "postgres" / "precious").read_text() == "data"


def test_a_folder_that_others_may_not_enter_will_do(tmp_path):
    hidden = tmp_path / "stack"
    tmp_path.chmod(0o700)
    ran = tool("run", "--dir", str(hidden), "--only", "postgres", "--", "sh", "-c", 'psql "$DATABASE_URL" -Atc "SELECT 7"')
    assert (ran.returncode, ran.stdout) == (0, "7\n"), ran.stderr
    assert not hidden.exists()
    assert list(paths.scratch_root().glob("ordermesh-postgres-*")) == []
