"""A practice's system sends a large file in parts, and a batch only as it means it."""

import hashlib

import pytest

from portal import storage
from portal.models import AuditEvent, Batch, Chart, ManifestRow, Upload
from portal.rules.lifecycle import BatchStatus
from portal.rules.uploads import LARGEST_PART, UploadState
from tests.api.conftest import PDF
from tests.api.test_batches import code, file_of, opened

pytestmark = pytest.mark.django_db
BIG = PDF + b"\0" * 2000


def sha(content):
    return hashlib.sha256(content).hexdigest()


def begun(system, batch, content=BIG, name="big.pdf", **more):
    return system.post(f"/batches/{batch}/uploads", {"name": name, "size": len(content), **more})


def filled(system, upload, content=BIG, step=1000):
    for offset in range(0, len(content), step):
        answer = system.part(upload, offset, content[offset : offset + step])
        assert answer.status_code == 200
    return answer


def test_a_file_in_parts_gets_the_receipt_of_any_other(system, token):
    batch = opened(system)
    made = begun(system, batch)
    assert made.status_code == 201
    upload = made.json()
    assert (upload["offset"], upload["part_bytes"], upload["state"]) == (0, LARGEST_PART, "open")
    last = filled(system, upload["id"])
    assert last.json() == {"offset": len(BIG), "size": len(BIG)}
    assert last["Upload-Offset"] == str(len(BIG))
    done = system.post(f"/uploads/{upload['id']}/complete", {"sha256": sha(BIG)})
    assert done.status_code == 201
    assert (done.json()["outcome"], done.json()["sha256"], done.json()["size"]) == ("received", sha(BIG), len(BIG))
    chart = Chart.objects.get(pk=done.json()["chart"])
    assert b"".join(storage.blocks(chart.storage_name)) == BIG
    for action in ("upload.opened", "upload.completed", "chart.received_by_token"):
        assert AuditEvent.objects.get(action=action).token_id == token.pk
    known = system.get(f"/uploads/{upload['id']}").json()
    assert (known["state"], known["chart"]) == ("complete", chart.pk)


def test_after_a_cut_the_system_learns_where_to_go_on(system):
    batch = opened(system)
    upload = begun(system, batch).json()["id"]
    system.part(upload, 0, BIG[:1000])
    known = system.get(f"/uploads/{upload}")
    assert known["Upload-Offset"] == "1000"
    assert known.json()["parts"] == [{"offset": 0, "size": 1000, "sha256": sha(BIG[:1000])}]
    assert [row["id"] for row in system.get(f"/batches/{batch}/uploads").json()["results"]] == [upload]
    wrong = system.part(upload, 500, BIG[500:])
    assert code(wrong) == (409, "wrong_offset")
    assert wrong.json()["error"]["offset"] == 1000
    assert system.part(upload, 0, BIG[:1000]).json()["offset"] == 1000, "the same part again is taken as done"
    system.part(upload, 1000, BIG[1000:])
    assert system.post(f"/uploads/{upload}/complete", {"sha256": sha(BIG)}).status_code == 201
    assert system.get(f"/batches/{batch}/uploads").json()["results"] == []


def test_what_is_wrong_with_a_part_is_named_and_nothing_of_it_kept(system):
    upload = begun(system, opened(system)).json()["id"]
    assert code(system.part(upload, 0, BIG[:1000], sha256=sha(b"x"))) == (422, "part_differs")
    assert code(system.part(upload, 0, BIG + b"x")) == (422, "beyond_the_end")
    assert code(system.part(upload, 0, b"x" * (LARGEST_PART + 1))) == (413, "part_too_large")
    assert code(system.part(upload, 0, b"x" * (24 * 1024**2))) == (413, "part_too_large")
    assert code(system.part(upload, 0, BIG, content_type="application/json")) == (415, "unsupported_media_type")
    missing = system.part(upload, "", BIG, sha256="x")
    assert code(missing) == (400, "invalid")
    assert set(missing.json()["error"]["fields"]) == {"Upload-Offset", "X-Content-SHA256"}
    assert system.get(f"/uploads/{upload}").json()["parts"] == []


def test_a_file_that_differs_as_a_whole_is_not_received(system):
    upload = begun(system, opened(system), sha256=sha(BIG + b"x")).json()["id"]
    filled(system, upload)
    assert code(system.post(f"/uploads/{upload}/complete", {})) == (422, "file_differs")
    assert not Chart.objects.exists()
    assert [part["sha256"] for part in system.get(f"/uploads/{upload}").json()["parts"]] == [
        sha(BIG[start : start + 1000]) for start in range(0, len(BIG), 1000)
    ]


def test_begun_twice_under_one_key_it_is_one_upload(system):
    batch = opened(system)
    first, again = (
        system.post(f"/batches/{batch}/uploads", {"name": "a.pdf", "size": 5}, key="k").json() for _ in range(2)
    )
    assert first == again
    assert Upload.objects.count() == 1
    filled(system, first["id"], b"%PDF-")
    done, repeated = (
        system.post(f"/uploads/{first['id']}/complete", {"sha256": sha(b"%PDF-")}, key="c") for _ in range(2)
    )
    assert repeated["Idempotent-Replay"] == "true"
    assert done.json() == repeated.json()
    assert Chart.objects.count() == 1


def test_a_trouble_that_passes_is_not_kept_under_the_key(system, settings):
    batch = opened(system)
    settings.UPLOADS_AN_HOUR = 0
    assert code(system.post(f"/batches/{batch}/uploads", {"name": "a", "size": 1}, key="k")) == (
        429, "too_many_files_an_hour",
    )  # fmt: skip
    settings.UPLOADS_AN_HOUR = 1
    assert system.post(f"/batches/{batch}/uploads", {"name": "a", "size": 1}, key="k").status_code == 201


def test_a_file_given_up_takes_nothing_more(system):
    upload = begun(system, opened(system)).json()["id"]
    system.part(upload, 0, BIG[:1000])
    assert system.delete(f"/api/v1/uploads/{upload}").status_code == 204
    assert code(system.part(upload, 1000, BIG[1000:])) == (409, "upload_ended")
    assert code(system.delete(f"/api/v1/uploads/{upload}")) == (409, "upload_ended")
    assert Upload.objects.get().state == UploadState.ABANDONED


def test_another_practice_finds_nothing(system, lake_system):
    batch = opened(system)
    upload = begun(system, batch).json()["id"]
    for answer in (
        lake_system.get(f"/uploads/{upload}"),
        lake_system.part(upload, 0, BIG[:1000]),
        lake_system.delete(f"/api/v1/uploads/{upload}"),
        lake_system.post(f"/uploads/{upload}/complete", {"sha256": sha(BIG)}),
        lake_system.get(f"/batches/{batch}/uploads"),
        lake_system.post(f"/batches/{batch}/uploads", {"name": "a", "size": 1}),
        lake_system.get(f"/batches/{batch}/receipts"),
    ):
        assert code(answer) == (404, "not_found")
    assert Upload.objects.get().offset == 0


# -- sending as expected -------------------------------------------------------------------------
def test_a_batch_is_sent_only_as_its_sender_means_it(system):
    batch = opened(system)
    for name, content in (("a.pdf", PDF), ("b.pdf", BIG), ("c.pdf", PDF + b"c")):
        system.post(f"/batches/{batch}/files", {"file": file_of(content, name)})
    expected = [
        {"name": "a.pdf", "sha256": sha(PDF)},
        {"name": "b.pdf", "sha256": sha(b"b")},
        {"name": "d.pdf", "sha256": sha(b"d")},
    ]
    answer = system.post(f"/batches/{batch}/send", {"expected": expected})
    assert code(answer) == (409, "not_as_expected")
    error = answer.json()["error"]
    assert error["missing"] == [{"name": "d.pdf", "sha256": sha(b"d")}]
    assert error["different"] == [{"name": "b.pdf", "sha256": sha(b"b"), "received_sha256": sha(BIG)}]
    assert error["unexpected"] == [{"name": "c.pdf", "sha256": sha(PDF + b"c")}]
    assert Batch.objects.get(pk=batch).status == BatchStatus.OPEN
    receipts = system.get(f"/batches/{batch}/receipts").json()
    assert receipts["next"] is None
    expected = [{"name": row["name"], "sha256": row["sha256"]} for row in receipts["results"]]
    assert system.post(f"/batches/{batch}/send", {"expected": expected}).json()["status"] == "received"


def test_a_batch_with_unfinished_files_is_not_sent(system):
    batch = opened(system)
    system.post(f"/batches/{batch}/files", {"file": file_of()})
    upload = begun(system, batch).json()["id"]
    answer = system.post(f"/batches/{batch}/send")
    assert code(answer) == (409, "uploads_unfinished")
    assert answer.json()["error"]["unfinished"] == [upload]
    system.delete(f"/api/v1/uploads/{upload}")
    assert system.post(f"/batches/{batch}/send").status_code == 200


def test_a_named_list_that_is_not_one_is_refused(system):
    batch = opened(system)
    system.post(f"/batches/{batch}/files", {"file": file_of()})
    for wrong in ("x", [{"name": "a"}], [{"name": "a", "sha256": "x"}]):
        assert code(system.post(f"/batches/{batch}/send", {"expected": wrong})) == (400, "invalid")
    assert Batch.objects.get(pk=batch).status == BatchStatus.OPEN


# -- the manifest --------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["csv", "json"])
def test_a_system_says_what_the_files_are_about(system, how):
    batch = opened(system)
    system.post(f"/batches/{batch}/files", {"file": file_of(PDF, "a.pdf")})
    other = system.post(f"/batches/{batch}/files", {"file": file_of(BIG, "b.pdf")}).json()["chart"]
    if how == "csv":
        content = b"File,Patient,DOS\na.pdf,Quill,3/2/2026\nc.pdf,Doe,never\n"
        answer = system.generic_post(f"/batches/{batch}/manifest", content, "text/csv")
    else:
        rows = [
            {"file": "a.pdf", "patient": "Quill", "service_date": "2026-03-02"},
            {"file": "c.pdf", "patient": "Doe", "service_date": "never"},
        ]
        answer = system.post(f"/batches/{batch}/manifest", {"rows": rows})
    assert answer.status_code == 201
    found = answer.json()
    assert (found["rows"], found["matched"], found["unnamed_charts"]) == (2, 1, [other])
    assert found["problems"] == [
        {
            "line": 3,
            "problems": ["Date of service: this is no date such as 03/31/2026.", "No file of the batch has this name."],
        }
    ]
    assert [(str(row.service_date), row.patient) for row in ManifestRow.objects.all()] == [
        ("2026-03-02", "Quill"), ("None", "Doe"),
    ]  # fmt: skip


def test_what_is_no_manifest_is_named(system):
    batch = opened(system)
    assert code(system.generic_post(f"/batches/{batch}/manifest", b"PK\0", "text/csv")) == (422, "manifest_not_text")
    assert code(system.post(f"/batches/{batch}/manifest", {"rows": [{"patient": "x"}]})) == (400, "invalid")
