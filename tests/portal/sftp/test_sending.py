"""Charts come by OpenSSH's sftp: folders become batches, files become charts, with the receipts of every door."""

import csv
import hashlib
import io

import pytest

from portal import storage
from portal.models import AuditEvent, Batch, Chart
from portal.rules.lifecycle import BatchStatus
from tests import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def made(folder, contents):
    """Files on the client's disk; by name their bytes."""
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return contents


def receipt(client, label):
    client.run(f"get /outbox/{label}/receipt.csv {client.folder / 'receipt.csv'}")
    return list(csv.DictReader(io.StringIO((client.folder / "receipt.csv").read_text())))


def test_a_folder_becomes_a_batch_with_its_receipt(client, river, tmp_path):
    contents = made(tmp_path / "monday-clinic", {
        "a.pdf": files.text_pdf("one", "two"), "b.tif": files.fax_tiff(3), "empty.pdf": b"",
        "again.pdf": files.text_pdf("one", "two"),
    })  # fmt: skip
    done = client.run(f"put -r {tmp_path / 'monday-clinic'} /inbox", "ls -l /inbox/monday-clinic")
    assert done.returncode == 0, done.stderr + client.server.log()
    batch = Batch.objects.get(practice=river)
    assert (batch.name, batch.source, batch.status) == ("monday-clinic", "sftp", BatchStatus.OPEN)
    kept = {chart.original_name: chart for chart in Chart.objects.filter(batch=batch)}
    assert {name: chart.sha256 for name, chart in kept.items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    for name, chart in kept.items():
        assert b"".join(storage.blocks(chart.storage_name)) == contents[name]
    assert client.run("rename /inbox/monday-clinic /inbox/monday-clinic.ready").returncode == 0
    batch.refresh_from_db()
    assert batch.status == BatchStatus.RECEIVED
    rows = {row["file"]: row for row in receipt(client, batch.label)}
    assert rows.keys() == contents.keys()
    assert rows["a.pdf"]["sha256"] == hashlib.sha256(contents["a.pdf"]).hexdigest()
    assert rows["empty.pdf"]["outcome"] == "refused"
    assert {rows["a.pdf"]["outcome"], rows["again.pdf"]["outcome"]} == {"received", "duplicate"}
    assert "monday-clinic" not in client.run("ls /inbox").stdout
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"sftp.signed_in", "chart.received", "chart.received_by_sftp", "batch.sent"} <= actions
    for name in contents:
        assert name not in client.server.log()
    assert not list((tmp_path / "sftp" / "staged").iterdir())
