"""The trail of every action of a bench."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import frozen, in_one, removable_by_destruction, row_security, same_practice

TABLE = "coding_draftaction"


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0028_submissions'),
        ('portal', '0016_keyboard'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('precoding', 'Pre-coding'), ('coding', 'Coding'), ('verification', 'Verification')], max_length=12)),
                ('series', models.UUIDField()),
                ('place', models.PositiveIntegerField()),
                ('taken', models.CharField(choices=[('saved', 'Saved'), ('late', 'Late'), ('contained', 'Contained'), ('given_up', 'Given up')], max_length=10)),
                ('version', models.PositiveIntegerField()),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('encounter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draft_actions', to='coding.encounter')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('id', 'practice'), name='coding_draftaction_id_practice'), models.CheckConstraint(condition=models.Q(('stage__in', ['precoding', 'coding', 'verification'])), name='coding_draftaction_stage_known'), models.CheckConstraint(condition=models.Q(('taken__in', ['saved', 'late', 'contained', 'given_up'])), name='coding_draftaction_taken_known'), models.UniqueConstraint(fields=('author', 'series', 'place'), name='coding_draftaction_once'), models.UniqueConstraint(condition=models.Q(('taken__in', ['saved', 'late'])), fields=('encounter', 'stage', 'author', 'version'), name='coding_draftaction_version_once'), models.CheckConstraint(condition=models.Q(('place__gte', 1)), name='coding_draftaction_place')],
            },
        ),
        in_one(
            row_security(TABLE),
            same_practice(TABLE, "encounter_id", "coding_encounter"),
            *frozen(TABLE),
            removable_by_destruction(TABLE),
        ),
    ]
