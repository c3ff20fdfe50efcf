"""What a client cannot do: leave its practice's folders, change what was received, stay after it was shut out."""

import asyncio
import contextlib
import hashlib
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import asyncssh
import pytest
from django.utils import timezone

from portal import storage
from portal.actions.deliveries import add_delivery
from portal.actions.people import deactivate_person
from portal.actions.sftp_accounts import allow_passwords, end_account, revoke_key, set_password
from portal.models import AuditEvent, Batch, Chart, Download, InboxFile, InboxFolder, SftpAccount, SftpKey
from portal.rules.inbox import FileState
from tests import factories, files, processes
from tests.sftp import clean, client_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def said(done):
    return done.stdout + done.stderr


@contextlib.asynccontextmanager
async def session(client, **more):
    """The protocol without a client's manners."""
    options = {"client_keys": [str(client.key)], "known_hosts": None, "username": client.login, "config": [], **more}
    async with (
        asyncssh.connect("127.0.0.1", client.server.port, **options) as connection,
        connection.start_sftp_client() as sftp,
    ):
        yield sftp


def in_session(client, work, **more):
    """Run `work(sftp)` in a session of its own."""

    async def whole():
        async with session(client, **more) as sftp:
            return await work(sftp)

    return asyncio.run(whole())


PLACES = [
    "/", "/..", "/../../etc/passwd", "/etc/passwd", "etc/passwd", "/inbox/../../etc/passwd", "//etc//passwd",
    "/inbox/..//../etc/./passwd", "/outbox/../../../srv/.ssh/authorized_keys", "/proc/self/environ", "C:\\Windows",
    "..\\..\\etc\\passwd", "/inbox/a/b/c", "/outbox/B-1/../../x/y", "~root/.ssh/id", "%2e%2e/etc/passwd", "/inbox2/x",
]  # fmt: skip


def test_no_path_leads_out_and_nothing_but_files_and_folders_can_be_made(client, river, tmp_path):
    """Every path of the corpus under every request: the tree afterwards holds what a client may put there."""

    async def work(sftp):
        outcomes = {}
        for place in PLACES:
            for name, request in (
                ("symlink", lambda p=place: sftp.symlink(p, "/inbox/link")),
                ("link", lambda p=place: sftp.link(p, "/inbox/hard")),
                ("readlink", lambda p=place: sftp.readlink(p)),
                ("read", lambda p=place: sftp.open(p, "rb")),
                ("write", lambda p=place: sftp.open(p, "wb")),
                ("rename out", lambda p=place: sftp.rename("/inbox/x", p)),
                ("posix rename", lambda p=place: sftp.posix_rename("/inbox/x", p)),
                ("remove", lambda p=place: sftp.remove(p)),
                ("rmdir", lambda p=place: sftp.rmdir(p)),
                ("mkdir", lambda p=place: sftp.mkdir(p)),
                ("truncate", lambda p=place: sftp.truncate(p, 0)),
                ("statvfs", lambda p=place: sftp.statvfs(p)),
                ("list", lambda p=place: sftp.listdir(p)),
            ):
                try:
                    outcomes[name, place] = await request()
                except (asyncssh.SFTPError, OSError) as trouble:
                    outcomes[name, place] = trouble
        return outcomes, await sftp.listdir("/"), await sftp.listdir("/outbox")

    outcomes, top, outbox = in_session(client, work)
    worked = {key for key, outcome in outcomes.items() if not isinstance(outcome, Exception)}
    assert {name for name, _ in worked} <= {"list", "mkdir", "rmdir", "write"}
    assert {place for name, place in worked if name == "list"} == {"/", "/.."}
    assert {place for name, place in worked if name in {"mkdir", "rmdir", "write"}} == set()
    assert set(top) - {".", ".."} == {"inbox", "outbox"}
    assert set(outbox) - {".", ".."} == set()
    assert not InboxFolder.objects.exists()
    assert not list((tmp_path / "sftp" / "staged").iterdir())


@pytest.mark.parametrize(
    "more", [["HOST", "true"], ["-s", "HOST", "nothing"], ["-T", "HOST"], ["-W", "127.0.0.1:22", "HOST"]]
)
def test_no_shell_no_command_no_forwarding(client, more):
    options = client.command()[2:-1]
    options[options.index("-P")] = "-p"
    command = ["ssh", *options, *(client.command()[-1] if word == "HOST" else word for word in more)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=clean(), stdin=subprocess.DEVNULL)
    assert done.returncode != 0
    assert done.stdout == ""


def test_another_practice_is_out_of_reach(client, lake, otto, river, tmp_path):
    """Otto's account sees an empty inbox and outbox while River's holds a batch with a result."""
    (tmp_path / "a.pdf").write_bytes(files.small_pdf(1))
    assert client.run("mkdir /inbox/monday", f"put {tmp_path / 'a.pdf'} /inbox/monday/a.pdf").returncode == 0
    label = Batch.objects.get().label
    stranger = client_of(client.server, lake, otto, tmp_path)
    listing = stranger.run("ls /inbox", "ls /outbox")
    assert (
        listing.returncode,
        said(listing).replace("sftp> ls /inbox", "").replace("sftp> ls /outbox", "").split(),
    ) == (0, [])
    for line in (
        f"get /outbox/{label}/receipt.csv {tmp_path / 'r'}", "ls /inbox/monday",
        f"put {tmp_path / 'a.pdf'} /inbox/monday/b.pdf",
    ):  # fmt: skip
        assert stranger.run(line).returncode != 0, line
    assert Chart.objects.count() == 1


def test_results_are_fetched_byte_for_byte_and_on_record(client, river, tmp_path):
    content = b"label,code\r\n" + bytes(range(256)) * 5000
    batch = factories.BatchFactory(practice=river, status="delivered", delivered_at=timezone.now())
    kept = storage.keep_bytes(content, practice_id=river.pk, folder="results")
    add_delivery(batch=batch, version=1, kind="csv", ending=".csv", stored=kept, encounter_count=1, at=timezone.now())
    name = batch.deliveries.get().file_name
    done = client.run(f"get /outbox/{batch.label}/{name} {tmp_path / 'result.csv'}")
    assert done.returncode == 0, said(done)
    assert (tmp_path / "result.csv").read_bytes() == content
    assert Download.objects.get().account == SftpAccount.objects.get()
    assert AuditEvent.objects.get(action="delivery.downloaded").address == "127.0.0.1"
    for line in (
        f"put {tmp_path / 'result.csv'} /outbox/{batch.label}/{name}", f"rm /outbox/{batch.label}/{name}",
        "mkdir /outbox/x",
        f"rename /outbox/{batch.label}/{name} /inbox/stolen.csv",
    ):  # fmt: skip
        assert client.run(line).returncode != 0, line
    (tmp_path / "charts" / kept.name).write_bytes(content[:-1])
    assert client.run(f"get /outbox/{batch.label}/{name} {tmp_path / 'damaged.csv'}").returncode != 0


def test_two_clients_put_the_same_name_at_once(client, river, cleo, tmp_path):
    """Each close is a version of its own: two charts, each with one client's bytes, or one and its duplicate."""
    other = client_of(client.server, river, cleo, tmp_path, suffix="second")
    contents = {}
    for which in ("one", "two"):
        contents[which] = files.small_pdf(len(contents)) + which.encode() * 4_000_000
        (tmp_path / which).write_bytes(contents[which])
    assert client.run("mkdir /inbox/both").returncode == 0
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda pair: pair[0].run(f"put {tmp_path / pair[1]} /inbox/both/chart.pdf"),
                             ((client, "one"), (other, "two"))))  # fmt: skip
    assert [one.returncode for one in done] == [0, 0], [said(one) for one in done]
    assert {chart.sha256 for chart in Chart.objects.all()} == {
        hashlib.sha256(content).hexdigest() for content in contents.values()
    }


def test_a_later_close_is_a_new_version(client, river, tmp_path):
    """Put twice, and appended to: the versions before stay charts; the same bytes again are a duplicate."""
    first = files.small_pdf(1)
    (tmp_path / "a.pdf").write_bytes(first)
    assert client.run("mkdir /inbox/v", f"put {tmp_path / 'a.pdf'} /inbox/v/a.pdf").returncode == 0
    (tmp_path / "a.pdf").write_bytes(first + b"%more\n")
    assert client.run(f"reput {tmp_path / 'a.pdf'} /inbox/v/a.pdf").returncode == 0
    assert client.run(f"put {tmp_path / 'a.pdf'} /inbox/v/a.pdf").returncode == 0
    charts = list(Chart.objects.order_by("pk"))
    assert [(chart.sha256, chart.duplicate_of) for chart in charts] == [
        (hashlib.sha256(first).hexdigest(), None),
        (hashlib.sha256(first + b"%more\n").hexdigest(), None),
        (hashlib.sha256(first + b"%more\n").hexdigest(), charts[1]),
    ]


def test_a_file_under_a_temporary_name_is_taken_when_it_gets_its_own(client, river, tmp_path):
    (tmp_path / "a.pdf").write_bytes(files.small_pdf(1))
    assert client.run("mkdir /inbox/t", f"put {tmp_path / 'a.pdf'} /inbox/t/a.pdf.part").returncode == 0
    assert not Chart.objects.exists()
    assert client.run("rename /inbox/t/a.pdf.part /inbox/t/a.pdf").returncode == 0
    assert Chart.objects.get().original_name == "a.pdf"
    assert client.run("rename /inbox/t/a.pdf /inbox/t/b.pdf").returncode != 0
    assert client.run("rm /inbox/t/a.pdf").returncode != 0
    assert Chart.objects.get().original_name == "a.pdf"


def test_a_hole_is_not_a_file(client, river):
    async def work(sftp):
        file = await sftp.open("/inbox/a.pdf", "wb")
        await file.write(b"%PDF-1.7 begin", 0)
        await file.write(b"end", 5000)
        with pytest.raises(asyncssh.SFTPError, match="missing"):
            await file.close()
        file = await sftp.open("/inbox/b.pdf", "wb")
        await file.write(b"world", 5)
        await file.write(b"%PDF-", 0)
        await file.close()

    in_session(client, work)
    assert InboxFile.objects.get(name="a.pdf").state == FileState.CUT
    assert InboxFile.objects.get(name="a.pdf").size == 14
    assert Chart.objects.get().sha256 == hashlib.sha256(b"%PDF-world").hexdigest()


def test_an_end_of_stream_is_no_close(client):
    """A client that ends the channel with files open, its connection still up, has not closed them."""

    async def work(sftp):
        file = await sftp.open("/inbox/a.pdf", "wb")
        await file.write(files.small_pdf(1), 0)
        sftp._handler._writer.write_eof()
        await asyncio.sleep(2)

    in_session(client, work)
    assert InboxFile.objects.get().state == FileState.CUT
    assert not Chart.objects.exists()


def test_a_revoked_key_ends_its_open_connection_and_takes_nothing_more(client, cleo, tmp_path):
    (tmp_path / "a.pdf").write_bytes(files.small_pdf(1) + bytes(300 * 1024**2 // 2))
    process = client.begin(f"put {tmp_path / 'a.pdf'} /inbox/a.pdf", *["ls /inbox"] * 20_000)
    assert processes.wait_until(InboxFile.objects.exists, seconds=20, every=0.01)
    before = time.monotonic()
    revoke_key(key=SftpKey.objects.get(), by=cleo, at=timezone.now())
    process.wait(timeout=30)
    assert time.monotonic() - before < 6, "the connection lived on"
    assert process.returncode != 0
    assert client.run("ls /").returncode != 0


@pytest.mark.parametrize("how", ["account ended", "owner deactivated", "practice inactive", "key revoked"])
def test_whoever_is_shut_out_cannot_sign_in(client, river, cleo, ada, how):
    assert client.run("ls /").returncode == 0
    account = SftpAccount.objects.get()
    if how == "account ended":
        end_account(account=account, by=cleo, at=timezone.now())
    elif how == "owner deactivated":
        SftpAccount.objects.update(owner=cleo)
        deactivate_person(user=cleo, by=ada, at=timezone.now())
    elif how == "practice inactive":
        type(river).objects.filter(pk=river.pk).update(is_active=False)
    else:
        revoke_key(key=SftpKey.objects.get(), by=cleo, at=timezone.now())
    assert client.run("ls /").returncode != 0
    assert processes.wait_until(lambda: AuditEvent.objects.filter(action="sftp.refused").exists(), seconds=10)


def test_passwords_only_where_the_practice_allows_them_and_not_for_ever(client, river, cleo, ada):
    account = SftpAccount.objects.get()
    allow_passwords(practice=river, allowed=True, by=ada, at=timezone.now())
    password = set_password(account=account, by=cleo, at=timezone.now())
    assert SftpAccount.objects.get().password.startswith("argon2")
    time.sleep(2.5)  # until the server offers passwords

    def sign_in(secret):
        return in_session(client, lambda sftp: sftp.listdir("/"), client_keys=None, password=secret, agent_path=None)

    assert "inbox" in sign_in(password)
    for _ in range(5):
        with pytest.raises(asyncssh.PermissionDenied):
            sign_in("wrong")
    with pytest.raises(asyncssh.PermissionDenied):
        sign_in(password)  # too many tries from here
    assert client.run("ls /").returncode == 0, "keys are not throttled by wrong passwords"
    allow_passwords(practice=river, allowed=False, by=ada, at=timezone.now())
    with pytest.raises(asyncssh.PermissionDenied):
        sign_in(password)
