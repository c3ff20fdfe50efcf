"""What left a person's hands and can be taken back for a short while; encounters rest so long."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from portal.tenancy import in_one, row_security, same_practice


PARENTS = (
    ("encounter_id", "coding_encounter"),
    ("assignment_id", "coding_assignment"),
    ("coding_id", "coding_coding"),
    ("verification_id", "coding_verification"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0027_held_ahead'),
        ('portal', '0016_keyboard'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('precoding', 'Pre-coding'), ('coding', 'Coding'), ('verification', 'Verification')], max_length=12)),
                ('status', models.CharField(choices=[('to_precode', 'To pre-code'), ('precoding', 'Pre-coding'), ('to_code', 'To code'), ('coding', 'Coding'), ('to_verify', 'To verify'), ('verifying', 'In verification'), ('held', 'On hold'), ('verified', 'Verified'), ('not_billable', 'Not billable'), ('delivered', 'Delivered')], max_length=14)),
                ('submitted_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('draft', models.JSONField(blank=True, null=True)),
                ('old_rank', models.SmallIntegerField(choices=[(0, 'Returned'), (1, 'Answered'), (2, 'In turn')])),
                ('old_waiting_since', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='encounter',
            name='rests_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='encounter',
            name='rests_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rests_until__isnull', True), ('rests_for__isnull', True)), models.Q(('rests_until__isnull', False), ('rests_for__isnull', False)), _connector='OR'), name='coding_encounter_rests_for_until'),
        ),
        migrations.AddField(
            model_name='submission',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='coding.assignment'),
        ),
        migrations.AddField(
            model_name='submission',
            name='coding',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='coding.coding'),
        ),
        migrations.AddField(
            model_name='submission',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='submission',
            name='old_coded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='submission',
            name='old_reserved_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='submission',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='submission',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='submission',
            name='verification',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='coding.verification'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['user', '-submitted_at'], name='coding_submission_recent'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('draft__isnull', False)), fields=['until'], name='coding_submission_drafts'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_submission_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['precoding', 'coding', 'verification'])), name='coding_submission_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['to_precode', 'precoding', 'to_code', 'coding', 'to_verify', 'verifying', 'held', 'verified', 'not_billable', 'delivered'])), name='coding_submission_status_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('old_rank__in', [0, 1, 2])), name='coding_submission_old_rank_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('submitted_at'))), name='coding_submission_until_later'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('taken_back_at', None), ('draft__isnull', True), _connector='OR'), name='coding_submission_taken_back_has_no_draft'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('coding',), name='coding_submission_coding_once'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('verification',), name='coding_submission_verification_once'),
        ),
        in_one(row_security("coding_submission"), *(same_practice("coding_submission", *path) for path in PARENTS)),
    ]
