"""An encounter's turn: its place in the queue as a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coding", "0041_delivery_reviews"), ("portal", "0023_daily_share")]

    operations = [
        migrations.AddField(
            model_name="encounter", name="turn_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(
                fields=["practice", "-turn_at"],
                condition=models.Q(status__in=["to_precode", "to_code", "to_verify"], repeats=None),
                name="coding_encounter_turns",
            ),
        ),
    ]
