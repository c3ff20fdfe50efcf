from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("portal", "0018_payer_names")]

    operations = [
        migrations.AlterField(
            model_name="delivery", name="format", field=models.CharField(max_length=16),
        ),
        migrations.AlterField(
            model_name="contract",
            name="delivery_formats",
            field=ArrayField(models.CharField(max_length=16), default=list, size=None),
        ),
    ]
