"""A contract says what a late batch costs us, and after how many days silence accepts a result."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0021_oversight'),
    ]

    operations = [
        migrations.AddField(
            model_name='contract',
            name='acceptance_days',
            field=models.PositiveSmallIntegerField(db_default=14, default=14, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)]),
        ),
        migrations.AddField(
            model_name='contract',
            name='late_credit_a_day',
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5),
        ),
        migrations.AddField(
            model_name='contract',
            name='late_credit_most',
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=5),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('late_credit_a_day__gte', 0), ('late_credit_most__lte', 100), ('late_credit_a_day__lte', models.F('late_credit_most'))), name='portal_contract_late_credit'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('acceptance_days__range', (1, 365))), name='portal_contract_acceptance_days'),
        ),
    ]
