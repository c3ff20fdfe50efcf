"""The range of a visit is gone: it is no longer true of every visit."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0015_pages_from_ranges'),
    ]

    operations = [
        migrations.AlterField(  # so that going back finds a value for every row
            model_name='encounter',
            name='last_page',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='coding_encounter_page_range',
        ),
        migrations.RemoveField(
            model_name='encounter',
            name='first_page',
        ),
        migrations.RemoveField(
            model_name='encounter',
            name='last_page',
        ),
    ]
