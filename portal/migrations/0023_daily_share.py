"""How much a practice sends in a day before the rest waits behind its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0022_late_credit")]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="daily_share",
            field=models.PositiveIntegerField(db_default=50, default=50),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(daily_share__gte=1), name="portal_practice_daily_share"
            ),
        ),
    ]
