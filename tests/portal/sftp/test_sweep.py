"""What a crash left in the staging directory is taken; what cannot be taken holds up nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal import scope
from portal.models import BusinessAssociateAgreement, Chart, InboxFile
from portal.sftp.hall import Hall
from portal.sftp.serve import sweep
from portal.sftp.staging import Staging
from tests import factories, files


@pytest.fixture
def hall(tmp_path):
    hall = Hall(Staging(str(tmp_path)))
    yield hall
    hall.threads.shutdown()
    hall.staging.release()


def closed(hall, practice):
    """A file that was closed and not taken, the first of its folder."""
    with scope.service():
        account = factories.SftpAccountFactory(practice=practice)
        file = factories.InboxFileFactory(
            folder=factories.InboxFolderFactory(account=account), station=hall.staging.station,
            state="closed", closed_at=timezone.now(),
        )  # fmt: skip
    hall.staging.path(file.staged).write_bytes(files.small_pdf(file.pk))
    return file


@pytest.mark.django_db(transaction=True)
def test_one_practices_trouble_holds_up_nobody_elses_files(hall, river, lake):
    ended, lost, broken, sound = (closed(hall, practice) for practice in (river, lake, lake, lake))
    with scope.service():
        BusinessAssociateAgreement.objects.filter(practice=river).update(
            ends_on=timezone.now().date() - timedelta(days=2)
        )
    hall.staging.discard(lost.staged)
    hall.staging.discard(broken.staged)
    hall.staging.path(broken.staged).mkdir()  # an error that nothing foresees
    sweep(hall)
    with scope.service():
        found = {row.pk: (row.state, row.fault) for row in InboxFile.objects.all()}
        assert Chart.objects.get().inbox_file == sound
    assert found == {
        ended.pk: ("refused", "no_agreement"),
        lost.pk: ("refused", "bytes_lost"),
        broken.pk: ("closed", ""),
        sound.pk: ("taken", ""),
    }
    assert not hall.staging.path(ended.staged).exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_just_being_opened_is_not_taken_for_abandoned(hall, river):
    """Its row is there before the server holds it: another connection's sweep may come between."""

    def written_at(at):
        with scope.service():
            account = factories.SftpAccountFactory(practice=river)
            return factories.InboxFileFactory(
                folder=factories.InboxFolderFactory(account=account), station=hall.staging.station,
                state="writing", written_at=at,
            )  # fmt: skip

    def state_of(file):
        with scope.service():
            return InboxFile.objects.get(pk=file.pk).state

    of_a_dead_server = written_at(timezone.now())
    with hall.opening():
        opened = written_at(timezone.now())
        sweep(hall)
    assert (state_of(of_a_dead_server), state_of(opened)) == ("cut", "writing")
    sweep(hall)
    assert state_of(opened) == "cut"  # it never came to be an upload
