"""A visit whose pages went to another one ends for that reason."""

import coding.rules.lifecycle
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0016_no_page_ranges'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='encounter',
            name='coding_encounter_not_billable_says_why',
        ),
        migrations.AlterField(
            model_name='encounter',
            name='not_billable_reason',
            field=models.CharField(blank=True, choices=[('no_service', 'No billable service documented'), ('not_signed', 'Not signed'), ('global_period', 'Within a global surgery period'), ('wrong_patient', "Not this practice's patient"), ('not_a_visit', 'Not a visit (letter, form, blank page)'), ('already_coded', 'Already coded'), ('joined', 'Its pages belong to another visit')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', coding.rules.lifecycle.EncounterStatus['NOT_BILLABLE']), _negated=True), ('not_billable_reason__in', ['no_service', 'not_signed', 'global_period', 'wrong_patient', 'not_a_visit', 'already_coded', 'joined']), _connector='OR'), name='coding_encounter_not_billable_says_why'),
        ),
    ]
