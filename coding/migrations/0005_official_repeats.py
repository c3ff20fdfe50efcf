"""What official files repeat: a county row for each of its carriers, a coverage document for each of its versions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coding", "0004_fee_and_rule_security")]

    operations = [
        migrations.RemoveConstraint(model_name="countylocality", name="coding_county_once"),
        migrations.RemoveConstraint(model_name="coveragedocument", name="coding_coveragedocument_once"),
        migrations.AddConstraint(
            model_name="coveragedocument",
            constraint=models.UniqueConstraint(
                fields=("edition", "number", "contractor", "version"), name="coding_coveragedocument_once"
            ),
        ),
    ]
