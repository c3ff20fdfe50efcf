"""Which fields of pre-coding a practice has typed twice, and how the two entries of each agreed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from portal.tenancy import in_one, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0031_fact_origins'),
        ('portal', '0018_payer_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DoubleKeying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=24)),
                ('differed', models.BooleanField()),
                ('kept', models.CharField(blank=True, choices=[('first', 'First'), ('second', 'Second')], max_length=6)),
                ('keyed_at', models.DateTimeField()),
                ('encounter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='double_keyings', to='coding.encounter')),
                ('keyed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['practice', 'keyed_at'], name='coding_doublekeying_practice'), models.Index(fields=['encounter'], name='coding_doublekeying_encounter')],
                'constraints': [models.UniqueConstraint(fields=('id', 'practice'), name='coding_doublekeying_id_practice'), models.CheckConstraint(condition=models.Q(('kept', ''), models.Q(('differed', True), ('kept__in', ['first', 'second'])), _connector='OR'), name='coding_doublekeying_kept_of_two')],
            },
        ),
        migrations.CreateModel(
            name='DoubleKeyRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), blank=True, default=list, size=None)),
                ('set_at', models.DateTimeField()),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('id', 'practice'), name='coding_doublekeyrule_id_practice'), models.UniqueConstraint(fields=('practice',), name='coding_doublekeyrule_practice_once'), models.CheckConstraint(condition=models.Q(('fields__contained_by', ['patient_name', 'birth_date', 'sex', 'account_number', 'date_from', 'date_to', 'visit_type', 'rendering_provider', 'referring_provider', 'location', 'place_of_service', 'payer', 'member_id'])), name='coding_doublekeyrule_fields_known')],
            },
        ),
        in_one(
            row_security("coding_doublekeyrule"),
            row_security("coding_doublekeying"),
            same_practice("coding_doublekeying", "encounter_id", "coding_encounter"),
        ),
    ]
