"""Work is handed out by turn."""

from django.db import migrations, models

WAITING = models.Q(status__in=["to_precode", "to_code", "to_verify"])
ORDER = ["queue_rank", "turn_at", "-priority", "waiting_since", "id"]


class Migration(migrations.Migration):
    dependencies = [("coding", "0043_turns_by_the_database")]

    operations = [
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(turn_at__isnull=False), name="coding_encounter_has_a_turn"
            ),
        ),
        migrations.RemoveIndex(model_name="encounter", name="coding_encounter_queue"),
        migrations.RemoveIndex(model_name="encounter", name="coding_encounter_next"),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(fields=["status", *ORDER], condition=WAITING, name="coding_encounter_queue"),
        ),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(fields=ORDER, condition=WAITING, name="coding_encounter_next"),
        ),
    ]
