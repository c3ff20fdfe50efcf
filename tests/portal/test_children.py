"""Children: born without anything of ours, ended in time, and lost without blame for the file."""

import os
import resource
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from portal import children, nursery
from portal.rules.intake import Refusal
from tests import files, processes

LONG = 400  # pages: some seconds of drawing


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "source"
    path.write_bytes(files.text_pdf(*(f"page {number}" for number in range(LONG))))
    return path


@pytest.fixture
def drawing(long_file, tmp_path):
    """Draw the long file; each call in a place of its own."""

    def draw(still_ours=children.nobody_else, *, count=LONG):
        place = tmp_path / f"{threading.get_ident()}"
        place.mkdir(exist_ok=True)
        return children.ask_child(
            "draw", long_file, place, "application/pdf", place=place, still_ours=still_ours,
            first=1, count=count, page_limit=2 * LONG, pause=60,
        )  # fmt: skip

    return draw


def drawers():
    return [child for child in psutil.Process().children(recursive=True) if asked(child.name) == "draw"]


def nurseries():
    living = [child for child in psutil.Process().children() if is_alive(child.pid)]
    return [child for child in living if "nursery" in " ".join(asked(child.cmdline) or [])]


def asked(question):
    """What a process says of itself; None if it ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        return question()


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def hand(tmp_path):
    """Do something to the child, which holds still for it, as soon as it has told of a page; what it came to."""
    found, threads = [], []

    def at_work():
        return any(tmp_path.glob("*/1.json")) and bool(drawers())

    def act(deed):
        def once():
            assert processes.wait_until(at_work, seconds=20, every=0.01)
            child = drawers()[0]
            child.suspend()
            found.append(deed(child))
            with suppress(psutil.NoSuchProcess):
                child.resume()

        threads.append(threading.Thread(target=once))
        threads[0].start()
        return found

    yield act
    for thread in threads:
        thread.join()


def test_a_child_that_takes_too_long_is_ended(drawing, settings):
    settings.INTAKE_CHILD_SECONDS = 0
    with pytest.raises(children.Refused) as refused:
        drawing()
    assert refused.value.reason == Refusal.TOO_COSTLY
    assert processes.wait_until(lambda: not drawers(), seconds=5)


def test_a_child_killed_by_another_hand_is_no_refusal_of_the_file(drawing, hand):
    hand(lambda child: child.kill())
    with pytest.raises(children.ChildLost):
        drawing()


def test_work_that_is_no_longer_ours_ends_the_child(drawing):
    class Lost(Exception):
        pass

    def lost():
        raise Lost

    with pytest.raises(Lost):
        drawing(lost)
    assert processes.wait_until(lambda: not drawers(), seconds=5)


def test_a_child_sees_no_environment_and_no_descriptor_but_its_own(drawing, hand, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for the child")

    def look(child):
        opened = set()
        for entry in Path(f"/proc/{child.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                opened.add(str(entry.readlink()))
        return child.environ(), opened

    found = hand(look)
    drawing(count=200)
    environment, opened = found[0]
    assert "not for the child" not in str(environment)
    assert not [name for name in opened if name.startswith(("socket:", "pipe:"))]


def test_a_lost_nursery_takes_its_children_with_it_and_the_next_document_has_a_new_one(drawing, hand):
    hand(lambda _child: nurseries()[-1].kill())
    with pytest.raises(children.ChildLost):
        drawing()
    assert processes.wait_until(lambda: not drawers(), seconds=5)
    assert drawing(count=1)["total"] == LONG


def test_a_nursery_is_renewed_and_the_old_one_ends(drawing, monkeypatch):
    drawing(count=1)
    old = nursery.current()
    monkeypatch.setattr(nursery, "BORN", old.born)
    drawing(count=1)
    assert nursery.current().process.pid != old.process.pid
    pid = old.process.pid
    del old
    assert processes.wait_until(lambda: not is_alive(pid), seconds=20)


def test_a_child_gives_way_if_it_is_told_to(drawing, hand):
    usual = psutil.Process().nice()
    found = hand(lambda child: child.nice())
    with nursery.giving_way(15):
        drawing(count=40)
    assert found == [min(19, usual + 15)]


def test_threads_have_children_at_the_same_time(drawing):
    with ThreadPoolExecutor(3) as pool:
        assert [found["total"] for found in pool.map(lambda _: drawing(count=20), range(3))] == [LONG] * 3


@pytest.fixture
def stopped():
    """A nursery that is there and does nothing; it goes on after the test if it still can."""
    process = psutil.Process(nursery.current().process.pid)
    process.suspend()
    yield process
    with suppress(psutil.NoSuchProcess):
        process.resume()


def test_a_nursery_that_does_not_answer_holds_nobody_up(drawing, stopped, monkeypatch):
    monkeypatch.setattr(nursery, "ANSWERS", 1)
    assert drawing(count=1)["total"] == LONG
    assert not is_alive(stopped.pid)


def test_an_end_that_nobody_tells_is_a_lost_child(drawing, hand, monkeypatch):
    monkeypatch.setattr(nursery, "ANSWERS", 1)

    def stop_and_kill(child):
        parent = child.parent()
        parent.suspend()
        child.kill()
        return parent

    found = hand(stop_and_kill)
    with pytest.raises(children.ChildLost):
        drawing()
    found[0].kill()


def test_a_nursery_that_cannot_fork_loses_no_other_child(drawing, hand):
    """Out of descriptors, which for it is the same as out of processes."""
    drawing(count=1)
    full = nursery.current().process.pid

    def ask_for_another(_child):
        resource.prlimit(full, resource.RLIMIT_NOFILE, (4, 4))
        return drawing(count=1)["total"]

    found = hand(ask_for_another)
    assert drawing(count=60)["total"] == LONG
    assert found == [LONG]


def test_a_nursery_ends_with_its_owner_although_a_fork_of_it_lives_on():
    out, into = os.pipe()
    owner = os.fork()
    if not owner:
        grown = nursery.current().process.pid
        fork = os.fork()
        if fork:
            os.write(into, f"{grown} {fork}".encode())
        signal.pause()
    grown, fork = map(int, os.read(out, 64).split())
    try:
        os.kill(owner, signal.SIGKILL)
        os.waitpid(owner, 0)
        assert processes.wait_until(lambda: not is_alive(grown), seconds=5)
    finally:
        os.kill(fork, signal.SIGKILL)


def test_a_killed_worker_leaves_no_child_and_no_nursery(long_file, tmp_path):
    """The kernel ends the children of whoever is gone."""
    worker = os.fork()
    if not worker:
        nursery.child(
            "draw", [str(long_file), str(tmp_path), "application/pdf", *limits()],
            place=tmp_path, environment={}, given=os.open(os.devnull, os.O_RDONLY),
        )  # fmt: skip
        signal.pause()
    grown = psutil.Process(worker)
    try:
        assert processes.wait_until(
            lambda: "draw" in {child.name() for child in grown.children(recursive=True)}, seconds=20, every=0.01
        )
        family = grown.children(recursive=True)
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    assert processes.wait_until(lambda: not [one for one in family if one.is_running()], seconds=5)


def limits():
    figures = {"first": 1, "count": LONG, "page_limit": 2 * LONG, "memory": 512 * 2**20, "seconds": 50, "pause": 60}
    return [word for name, value in figures.items() for word in (f"--{name}", str(value))]
