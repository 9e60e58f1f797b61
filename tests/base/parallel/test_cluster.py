"""Workers of a real dask.distributed cluster: a scheduler and two workers, processes of their own."""

import contextlib
import socket
import sys
import threading
import time

import pytest

import kadita.base.parallel.dask
from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel import worker_pool

SQUARES = [(number, number * number) for number in range(200)]


@contextlib.contextmanager
def server(answer=b""):
    """Listen on loopback and answer whoever connects; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connections = []

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connections.append(connection)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in connections:
            connection.close()


@pytest.mark.slow
def test_every_task_has_its_result_once(crafts, cluster):
    with worker_pool(scheduler=cluster.address) as run:
        assert sorted(run(crafts.square, range(200))) == SQUARES
        results = run(crafts.square, range(200))
        next(results)
        results.close()  # whoever has seen enough leaves nothing behind that comes later
        assert sorted(run(crafts.square, range(200))) == SQUARES
        assert list(run(crafts.square, [])) == []
        assert next(run(crafts.threads, [0]))[1][0] == 1


def test_an_error_is_raised_as_it_is(crafts, cluster):
    with worker_pool(scheduler=cluster.address) as run:
        with pytest.raises(KaditaError, match=r"^r_a: expected a length; got -1$"):
            list(run(crafts.fails, ["kadita"]))
        with pytest.raises(OSError, match="No space left"):
            list(run(crafts.fails, ["disk"]))
        assert sorted(run(crafts.square, range(200))) == SQUARES


def test_a_worker_of_other_versions_is_named(crafts, cluster, monkeypatch):
    here = kadita.base.parallel.dask.versions() | {"kadita": "99.0"}
    monkeypatch.setattr(kadita.base.parallel.dask, "versions", lambda: here)
    with (
        worker_pool(scheduler=cluster.address) as run,
        pytest.raises(KaditaError, match=r"expected kadita 99\.0; found kadita"),
    ):
        list(run(crafts.square, range(3)))


def test_a_cluster_that_lacks_a_module_is_told_in_a_line(cluster, monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def same(thing):\n    return thing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import only_here

    with (
        worker_pool(scheduler=cluster.address) as run,
        pytest.raises(KaditaError, match=r"the cluster lacks a package installed here: No module named 'only_here'"),
    ):
        list(run(only_here.same, range(3)))


def test_a_worker_killed_in_the_middle_changes_nothing(crafts, cluster, tmp_path):
    with worker_pool(scheduler=cluster.address) as run:
        found = list(run(crafts.killed_once, [(str(tmp_path), number) for number in range(200)]))
    assert sorted(found) == SQUARES
    assert (tmp_path / "died").exists()
    assert [worker.poll() is None for worker in cluster.workers].count(True) == 1


def test_a_task_that_kills_its_workers_is_named(crafts, start_cluster):
    deadly = start_cluster(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    with (
        worker_pool(scheduler=deadly.address) as run,
        pytest.raises(KaditaError, match=r"^task 1, 3: 1 worker died on it, the last on tcp://127\.0\.0\.1"),
    ):
        list(run(crafts.killed, [3]))


def test_a_scheduler_that_ends_is_told_in_a_line(crafts, start_cluster, capfd):
    short = start_cluster()
    with worker_pool(scheduler=short.address) as run:
        results = run(crafts.square, range(5000))
        next(results)
        for process in (*short.workers, short.scheduler):
            process.kill()
            process.wait()
        with pytest.raises(KaditaError, match="the connection was lost, or the scheduler ended"):
            list(results)
    assert capfd.readouterr() == ("", "")


def test_a_cluster_without_workers_is_waited_for_and_said_to_be(crafts, start_cluster):
    empty = start_cluster(workers=0)
    with contextlib.ExitStack() as ends:
        with pytest.warns(KaditaWarning, match="there are no workers yet; waiting"):
            run = ends.enter_context(worker_pool(scheduler=empty.address))
        empty.hire()
        assert sorted(run(crafts.square, range(200))) == SQUARES


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "expected the address of a scheduler, such as tcp://host:8786"),
        ("carrier-pigeon://host:8786", "expected the address of a scheduler, such as tcp://host:8786"),
    ],
)
def test_what_is_no_address_is_refused(address, said):
    with pytest.raises(KaditaError, match=f"--scheduler {address}: {said}"), worker_pool(scheduler=address):
        pass


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10, "the server at this address is not a dask scheduler"),
        (b"", "no scheduler answers"),
    ],
    ids=["http", "silence"],
)
def test_a_server_that_is_no_scheduler_is_told_from_one(answer, said, monkeypatch, capfd):
    monkeypatch.setattr(kadita.base.parallel.dask, "TIMEOUT", 1.0)
    began = time.monotonic()
    with server(answer) as address, pytest.raises(KaditaError, match=said), worker_pool(scheduler=address):
        pass
    assert time.monotonic() - began < 4
    assert capfd.readouterr() == ("", "")


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(KaditaError, match=r"pip install 'kadita\[dask\]'"),
        worker_pool(scheduler="tcp://127.0.0.1:8786"),
    ):
        pass
