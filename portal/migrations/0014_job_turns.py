"""When a job was last begun: whose turn is next."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0013_manifests")]

    operations = [
        migrations.AddField(
            model_name="job", name="started_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["practice", "kind", "-started_at"], name="portal_job_last_started"),
        ),
    ]
