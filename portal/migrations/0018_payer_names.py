from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("portal", "0017_queries_by_contract")]

    operations = [
        migrations.AddField(
            model_name="payer",
            name="also_known_as",
            field=ArrayField(models.CharField(max_length=120), blank=True, db_default=[], default=list, size=None),
        ),
    ]
