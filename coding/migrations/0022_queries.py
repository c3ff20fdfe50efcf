"""Queries to the provider, the passages they cite, and the signed replies."""

import coding.rules.lifecycle
import coding.rules.queries.states
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0021_suggestions'),
        ('portal', '0017_queries_by_contract'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Query',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('precoding', 'Pre-coding'), ('coding', 'Coding'), ('verification', 'Verification')], max_length=12)),
                ('purpose', models.CharField(choices=[('conflict', 'Two statements that differ'), ('side', 'Side of the body'), ('specificity', 'More detail on what is documented'), ('significance', 'Meaning of a result'), ('cause', 'How two documented conditions relate'), ('procedure', 'Detail of a procedure'), ('abbreviation', 'A word we cannot read or that has several meanings'), ('missing_page', 'A page that did not arrive'), ('unsigned', 'Signature of a note'), ('missing_date', 'Date of a service'), ('dates', 'Dates that differ'), ('other', 'Something else')], max_length=16)),
                ('form', models.CharField(choices=[('open', 'Open-ended'), ('choice', 'Several choices'), ('yes_no', 'Yes or no')], max_length=8)),
                ('title', models.CharField(max_length=80)),
                ('question', models.TextField()),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), size=None)),
                ('status', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('expired', 'No answer in time'), ('withdrawn', 'Withdrawn'), ('closed', 'Closed without answer')], default=coding.rules.queries.states.QueryStatus['OPEN'], max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('stops_clock', models.BooleanField()),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('due_before', models.DateTimeField(blank=True, null=True)),
                ('due_after', models.DateTimeField(blank=True, null=True)),
                ('close_note', models.TextField(blank=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QueryIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('quote', models.TextField()),
                ('boxes', models.JSONField(default=list)),
                ('by_eye', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ('query', 'position'),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SignedAddendum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('option', models.CharField(max_length=120)),
                ('text', models.TextField(blank=True)),
                ('signer_name', models.CharField(max_length=120)),
                ('signer_role', models.CharField(choices=[('treating', 'The provider who treated the patient'), ('covering', 'Another provider of the practice'), ('on_behalf', 'Staff, writing down what the provider said')], max_length=10)),
                ('signed_at', models.DateTimeField()),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ('encounter', 'pk'),
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='encounter',
            name='coding_encounter_hold_says_why',
        ),
        migrations.AddField(
            model_name='encounter',
            name='clock_stopped',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='encounter',
            name='hold_reason',
            field=models.CharField(blank=True, choices=[('missing_page', 'Missing page'), ('unreadable_page', 'Unreadable page'), ('provider_unknown', 'Provider unknown'), ('date_unclear', 'Date unclear'), ('insurance_missing', 'Insurance missing'), ('documentation_unclear', 'Documentation unclear'), ('second_opinion', 'Second opinion'), ('query', 'Query to the provider')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_at__isnull', False), ('hold_move__in', ['practice', 'service', 'payer']), ('hold_reason__in', ['missing_page', 'unreadable_page', 'provider_unknown', 'date_unclear', 'insurance_missing', 'documentation_unclear', 'second_opinion', 'query']), ('hold_return_at__isnull', False), ('hold_stage__in', ['precoding', 'coding', 'verification']), ('status', coding.rules.lifecycle.EncounterStatus['HELD'])), models.Q(models.Q(('status', coding.rules.lifecycle.EncounterStatus['HELD']), _negated=True), ('held_at', None), ('hold_move', ''), ('hold_reason', '')), _connector='OR'), name='coding_encounter_hold_says_why'),
        ),
        migrations.AddConstraint(
            model_name='encounter',
            constraint=models.CheckConstraint(condition=models.Q(('clock_stopped', False), ('status', coding.rules.lifecycle.EncounterStatus['HELD']), _connector='OR'), name='coding_encounter_clock_stopped_on_hold'),
        ),
        migrations.AddField(
            model_name='query',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='query',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='query',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='query',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='query',
            name='provider',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.provider'),
        ),
        migrations.AddField(
            model_name='queryindicator',
            name='page',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.page'),
        ),
        migrations.AddField(
            model_name='queryindicator',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='queryindicator',
            name='query',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='coding.query'),
        ),
        migrations.AddField(
            model_name='signedaddendum',
            name='encounter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed_addenda', to='coding.encounter'),
        ),
        migrations.AddField(
            model_name='signedaddendum',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='signedaddendum',
            name='provider',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.provider'),
        ),
        migrations.AddField(
            model_name='signedaddendum',
            name='query',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='coding.query'),
        ),
        migrations.AddField(
            model_name='signedaddendum',
            name='signed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(fields=['status', 'asked_at'], name='coding_query_status_asked'),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(condition=models.Q(('status', coding.rules.queries.states.QueryStatus['OPEN'])), fields=['expires_at'], name='coding_query_expiring'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_query_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(fields=('id', 'encounter'), name='coding_query_id_encounter'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', frozenset([coding.rules.queries.states.QueryStatus['EXPIRED'], coding.rules.queries.states.QueryStatus['OPEN']]))), fields=('encounter',), name='coding_query_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['precoding', 'coding', 'verification'])), name='coding_query_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['conflict', 'side', 'specificity', 'significance', 'cause', 'procedure', 'abbreviation', 'missing_page', 'unsigned', 'missing_date', 'dates', 'other'])), name='coding_query_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ['open', 'choice', 'yes_no'])), name='coding_query_form_known'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'answered', 'expired', 'withdrawn', 'closed'])), name='coding_query_status_known'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('options__contains', ['Other (please state)', 'Unable to determine'])), name='coding_query_required_options'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('asked_at'))), name='coding_query_expires_later'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='coding_query_ended_by_at'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_before__isnull', True), ('due_after__isnull', True)), models.Q(('due_before__isnull', False), ('due_after__isnull', False)), _connector='OR'), name='coding_query_due_both'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('status__in', frozenset([coding.rules.queries.states.QueryStatus['EXPIRED'], coding.rules.queries.states.QueryStatus['OPEN']]))), models.Q(models.Q(('status__in', frozenset([coding.rules.queries.states.QueryStatus['EXPIRED'], coding.rules.queries.states.QueryStatus['OPEN']])), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='coding_query_ended_when'),
        ),
        migrations.AddConstraint(
            model_name='queryindicator',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_queryindicator_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='queryindicator',
            constraint=models.UniqueConstraint(fields=('query', 'position'), name='coding_queryindicator_position_once'),
        ),
        migrations.AddConstraint(
            model_name='queryindicator',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='coding_queryindicator_from_one'),
        ),
        migrations.AddConstraint(
            model_name='queryindicator',
            constraint=models.CheckConstraint(condition=models.Q(('quote', ''), _negated=True), name='coding_queryindicator_says_something'),
        ),
        migrations.AddConstraint(
            model_name='signedaddendum',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='coding_signedaddendum_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='signedaddendum',
            constraint=models.CheckConstraint(condition=models.Q(('signer_role__in', ['treating', 'covering', 'on_behalf'])), name='coding_signedaddendum_role_known'),
        ),
        migrations.AddConstraint(
            model_name='signedaddendum',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='coding_signedaddendum_hash_form'),
        ),
        migrations.AddConstraint(
            model_name='signedaddendum',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signer_role', coding.rules.queries.states.SignerRole['ON_BEHALF']), _negated=True), ('provider__isnull', False), _connector='OR'), name='coding_signedaddendum_for_whom'),
        ),
    ]
