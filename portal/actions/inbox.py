"""Files that come by SFTP: begun, resumed, closed, taken as charts. Callers open the scope of the practice.

A file is taken only after the client closed it. Each write to the row says which attempt it belongs to, so that a
connection which lost its file to a later one changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum

from portal.actions.audit import record
from portal.actions.batches import BatchNotOpen, NoAgreement, contract_in_force, open_batch
from portal.actions.charts import BatchFull, Receipt, receive_file
from portal.actions.sftp_sign_in import Visitor
from portal.models import Batch, InboxFile, InboxFolder, Outcome, SftpAccount
from portal.rules.inbox import LISTED, UNFINISHED, FileState, FolderState, is_unfinished_name
from portal.rules.intake import display_name
from portal.rules.lifecycle import BatchStatus

HOUR = timedelta(hours=1)
LONGEST_BATCH_NAME = 120
NO_AGREEMENT = "No contract and agreement is in force, so no chart may be received. Please write to us."


class FolderGone(Exception):
    """The folder is not there, or was sent meanwhile."""


class FolderThere(Exception):
    """A folder, or a file, of this name is there already."""


class FileLost(Exception):
    """Another connection went on with the file, or its folder was sent without it."""


class FileThere(Exception):
    """A file of this name is there already."""


class QuotaReached(Exception):
    """More than a practice may send in an hour, or keep in one folder or inbox; the text says which."""


class NotTaken(Exception):
    """The file was not kept; the text says why and what to do."""


# -- folders -------------------------------------------------------------------------------------
def open_folders(practice_id: int) -> QuerySet[InboxFolder]:
    """The folders now in an inbox, that of the loose files among them."""
    return InboxFolder.objects.filter(practice_id=practice_id, state=FolderState.OPEN)


def files_in(folder: InboxFolder) -> QuerySet[InboxFile]:
    """What a listing of the folder shows; of two with one name the later counts."""
    return InboxFile.objects.filter(folder=folder, state__in=LISTED).order_by("pk")


def file_in(folder: InboxFolder, name: str) -> InboxFile | None:
    """The latest file of this name."""
    return files_in(folder).filter(name=name).select_related("chart").last()


@transaction.atomic
def make_folder(*, account: SftpAccount, name: str, at: datetime) -> InboxFolder:
    """A new folder of the inbox; FolderThere, QuotaReached or NoAgreement."""
    contract_in_force(account.practice, at=at)
    if open_folders(account.practice_id).count() >= settings.SFTP_FOLDERS:
        raise QuotaReached("The inbox holds as many folders as it may. Send some of them first.")
    loose = open_folders(account.practice_id).filter(name="").first()
    if loose is not None and name and file_in(loose, name) is not None:
        raise FolderThere
    try:
        with transaction.atomic():
            return InboxFolder.objects.create(
                practice_id=account.practice_id, account=account, name=name, created_at=at, touched_at=at
            )
    except IntegrityError:
        raise FolderThere from None


def loose_folder(*, account: SftpAccount, at: datetime) -> InboxFolder:
    """The folder of the files that lie in the inbox itself, made when the first of them comes."""
    found = open_folders(account.practice_id).filter(name="").first()
    if found is not None:
        return found
    try:
        return make_folder(account=account, name="", at=at)
    except FolderThere:
        return open_folders(account.practice_id).get(name="")


@transaction.atomic
def remove_folder(*, folder: InboxFolder) -> bool:
    """Take away a folder in which nothing ever was; whether it was so."""
    held = open_folders(folder.practice_id).select_for_update().filter(pk=folder.pk).first()
    if held is None or held.batch_id is not None or InboxFile.objects.filter(folder=folder).exists():
        return False
    held.delete()
    return True


def touch(folder_id: int, *, at: datetime) -> None:
    """Something was done in the folder: its quiet period begins anew."""
    InboxFolder.objects.filter(pk=folder_id, touched_at__lt=at).update(touched_at=at)


# -- a file is written ---------------------------------------------------------------------------
@transaction.atomic
def begin_file(
    *, account: SftpAccount, folder: InboxFolder, name: str, station: str, staged: str, at: datetime
) -> InboxFile:
    """A new upload of a name; an unfinished one that nobody writes gives way. QuotaReached, FolderGone, NoAgreement."""
    contract_in_force(account.practice, at=at)
    within_quota(account.practice_id, folder, at=at)
    if not open_folders(account.practice_id).filter(pk=folder.pk).update(touched_at=at):
        raise FolderGone
    files_in(folder).filter(name=name, state__in=[FileState.CUT, FileState.PARKED], station=station).update(
        state=FileState.DROPPED
    )
    return InboxFile.objects.create(
        practice_id=account.practice_id,
        folder=folder,
        account=account,
        name=name,
        station=station,
        staged=staged,
        opened_at=at,
        written_at=at,
    )


def within_quota(practice_id: int, folder: InboxFolder, *, at: datetime) -> None:
    """QuotaReached when the practice sends more than it may."""
    recent = InboxFile.objects.filter(practice_id=practice_id, opened_at__gt=at - HOUR)
    if recent.count() >= settings.SFTP_FILES_PER_HOUR:
        raise QuotaReached("More files came within an hour than may. Go on later.")
    if bytes_of(recent) >= settings.SFTP_BYTES_PER_HOUR:
        raise QuotaReached("More bytes came within an hour than may. Go on later.")
    if files_in(folder).count() >= settings.SFTP_FOLDER_FILES:
        raise QuotaReached("The folder holds as many files as it may. Send it and make another.")


def bytes_of(files: QuerySet[InboxFile]) -> int:
    return int(files.aggregate(sum=Sum("size"))["sum"] or 0)


def bytes_in(folder: InboxFolder, *, but: InboxFile) -> int:
    """What the other files of the folder come to."""
    return bytes_of(files_in(folder).exclude(pk=but.pk))


@transaction.atomic
def resume_file(*, file: InboxFile, at: datetime) -> InboxFile:
    """Go on with an unfinished file; whoever held it has lost it. FileLost if it is not unfinished any more."""
    if not InboxFile.objects.filter(pk=file.pk, attempt=file.attempt, state__in=UNFINISHED).update(
        state=FileState.WRITING, attempt=F("attempt") + 1, written_at=at, flagged_at=None
    ):
        raise FileLost
    touch(file.folder_id, at=at)
    return InboxFile.objects.get(pk=file.pk)


def held(file: InboxFile) -> QuerySet[InboxFile]:
    """The row while this attempt is the one that writes it."""
    return InboxFile.objects.filter(pk=file.pk, attempt=file.attempt, state=FileState.WRITING)


@transaction.atomic
def note_progress(*, file: InboxFile, size: int, in_order: bool, at: datetime) -> None:
    """The file grew; FileLost if it is in other hands."""
    if not held(file).update(size=size, in_order=in_order, written_at=at):
        raise FileLost
    touch(file.folder_id, at=at)


@transaction.atomic
def cut_file(*, file: InboxFile, size: int, at: datetime) -> bool:
    """The connection ended before the file was closed; it can be resumed after `size` bytes."""
    cut = held(file).update(state=FileState.CUT, size=size, in_order=True, written_at=at)
    touch(file.folder_id, at=at)
    return bool(cut)


@transaction.atomic
def close_file(*, file: InboxFile, size: int, at: datetime) -> InboxFile:
    """The client says that the file is whole, or, under the name of an unfinished file, that it will be renamed.

    FileLost if it is in other hands, or if its folder was sent meanwhile.
    """
    parked = is_unfinished_name(file.name)
    if not held(file).update(
        state=FileState.PARKED if parked else FileState.CLOSED,
        size=size,
        in_order=True,
        written_at=at,
        closed_at=None if parked else at,
    ):
        raise FileLost
    touch(file.folder_id, at=at)
    return InboxFile.objects.get(pk=file.pk)


@transaction.atomic
def rename_file(*, file: InboxFile, name: str, over: bool, at: datetime) -> InboxFile:
    """Give a parked file a name; that of a whole file closes it. FileThere unless `over`, FileLost."""
    if not over and file_in(file.folder, name) is not None:
        raise FileThere
    whole = not is_unfinished_name(name)
    if not InboxFile.objects.filter(pk=file.pk, attempt=file.attempt, state=FileState.PARKED).update(
        name=name,
        state=FileState.CLOSED if whole else FileState.PARKED,
        closed_at=at if whole else None,
        flagged_at=None,
    ):
        raise FileLost
    touch(file.folder_id, at=at)
    return InboxFile.objects.get(pk=file.pk)


@transaction.atomic
def drop_file(*, file: InboxFile, at: datetime) -> bool:
    """The client takes an unfinished file away, or it was a mark; whether there was one."""
    dropped = InboxFile.objects.filter(pk=file.pk, attempt=file.attempt).exclude(
        state__in=[FileState.TAKEN, FileState.DROPPED]
    )
    touch(file.folder_id, at=at)
    return bool(dropped.update(state=FileState.DROPPED))


# -- a file is taken -----------------------------------------------------------------------------
@transaction.atomic
def batch_for(*, file: InboxFile, at: datetime) -> Batch:
    """The open batch of the file's folder, opened for the first file; a batch sent meanwhile gets a successor."""
    folder = InboxFolder.objects.select_for_update(of=("self",)).select_related("batch").get(pk=file.folder_id)
    account = file.account
    if folder.batch is not None and folder.batch.status != BatchStatus.OPEN:
        folder = follow(folder, file, at=at)
    if folder.batch is None:
        name = display_name(folder.name)[:LONGEST_BATCH_NAME] if folder.name else f"SFTP {at:%Y-%m-%d %H:%M} UTC"
        folder.batch = open_batch(
            practice=account.practice,
            name=name,
            specialty=account.specialty,
            by=account.owner,
            at=at,
            source=Batch.Source.SFTP,
        )
        folder.save(update_fields=["batch"])
    return folder.batch


def follow(folder: InboxFolder, file: InboxFile, *, at: datetime) -> InboxFolder:
    """Somebody sent the batch by hand: the folder ends with it, and the file goes into a new one of the same name."""
    InboxFolder.objects.filter(pk=folder.pk).update(state=FolderState.SENT, ended_at=at)
    successor = InboxFolder.objects.create(
        practice_id=folder.practice_id, account=folder.account, name=folder.name, created_at=at, touched_at=at
    )
    left = Q(state__in=UNFINISHED) | Q(state=FileState.CLOSED)
    InboxFile.objects.filter(left, folder=folder).update(folder=successor)
    file.folder = successor
    return successor


def take_file(*, file: InboxFile, content: File[bytes], visitor: Visitor | None, at: datetime) -> Receipt:
    """The closed file becomes a chart of its folder's batch, with the receipt of every door. NotTaken, FileLost."""
    batch = Batch.objects.select_related("practice").get(inbox_folder=file.folder_id)
    try:
        with transaction.atomic():
            receipt = receive_file(batch=batch, file=content, name=file.name, by=file.account.owner, at=at)
            if not InboxFile.objects.filter(pk=file.pk, attempt=file.attempt, state=FileState.CLOSED).update(
                state=FileState.TAKEN, chart=receipt.chart, size=receipt.chart.size
            ):
                raise FileLost
            touch(file.folder_id, at=at)
            trace = visitor.trace if visitor else {"sftp_account": file.account_id}
            address = visitor.address if visitor else None
            record("chart.received_by_sftp", at=at, about=receipt.chart, address=address, **trace)
            return receipt
    except BatchFull:
        refuse_file(file=file, fault="batch_full", at=at)
        raise NotTaken("The batch is full. Send this folder, and put the file into another.") from None
    except NoAgreement:
        refuse_file(file=file, fault="no_agreement", at=at)
        raise NotTaken(NO_AGREEMENT) from None
    except BatchNotOpen:
        raise FileLost from None


@transaction.atomic
def refuse_file(*, file: InboxFile, fault: str, at: datetime) -> None:
    """The file could not be kept; its row stays and says why."""
    InboxFile.objects.filter(pk=file.pk, state=FileState.CLOSED).update(state=FileState.REFUSED, fault=fault)
    record("inbox.file_refused", at=at, about=file, outcome=Outcome.REFUSED, reason=fault)
