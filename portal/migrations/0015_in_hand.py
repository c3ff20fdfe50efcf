"""What each practice has in hand is counted without reading what waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0014_job_turns")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["practice", "kind"], name="portal_job_in_hand"
            ),
        ),
        migrations.AddIndex(
            model_name="pagewords",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)), fields=["practice"],
                name="portal_pagewords_in_hand",
            ),
        ),
    ]
