"""Drawing and storing a scanned PDF's pages through the limited child process, against bare pdfium in this one."""

from collections.abc import Callable

import pypdfium2

from config.demo import scans
from portal import scope, storage
from portal.models import Practice
from portal.rendering import draw_chart
from tests import factories

PAGES = 10


def pages() -> tuple[str, str, Callable[[], int], str, Callable[[], int]]:
    """The benchmark's name, unit, our work, the peer's name and its work."""
    images = [
        image
        for seed in range(PAGES)
        for image in scans.pages(
            letterhead="Bench", facts=[], title="A scanned page", body="Words.\n" * 30, signed="", seed=seed
        )
    ][:PAGES]
    content = scans.as_pdf(images)

    with scope.service():
        practice_id = (Practice.objects.first() or factories.PracticeFactory()).pk
    kept = storage.keep_bytes(content, practice_id=practice_id, folder="charts")

    def ours() -> int:
        return len(
            draw_chart(copies=[kept.name], practice_id=practice_id, sha256=kept.sha256, media_type="application/pdf")
        )

    def bare() -> int:
        document = pypdfium2.PdfDocument(content)
        for page in document:
            page.render(scale=1275 / page.get_width(), grayscale=True).to_pil()
        return len(document)

    return f"Intake: pages of a scanned PDF of {PAGES} pages", "pages", ours, "bare pdfium", bare
