"""What each step made of a chart; states for what is locked, quarantined or unpacked; pages known by their pixels."""

import django.db.models.deletion
import portal.rules.intake
from django.db import migrations, models

from portal.tenancy import in_one, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0004_practice_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChartStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('receive', 'Receive'), ('hash', 'Hash'), ('duplicate', 'Duplicate'), ('type', 'Type'), ('malware', 'Malware'), ('mend', 'Mend'), ('unpack', 'Unpack'), ('set', 'Set'), ('limits', 'Limits'), ('render', 'Render'), ('same_pages', 'Same pages'), ('words', 'Words'), ('marks', 'Marks'), ('split', 'Split'), ('ready', 'Ready')], max_length=12)),
                ('result', models.CharField(choices=[('done', 'Done'), ('noted', 'Noted'), ('waiting', 'Waiting'), ('stopped', 'Stopped')], max_length=8)),
                ('reason', models.CharField(blank=True, choices=[('empty', 'Empty'), ('unknown_type', 'Unknown type'), ('name_differs', 'Name differs'), ('password_needed', 'Password needed'), ('password_protected', 'Password protected'), ('infected', 'Infected'), ('not_checked', 'Not checked'), ('unsafe_archive', 'Unsafe archive'), ('nested_archive', 'Nested archive'), ('unpacks_too_large', 'Unpacks too large'), ('unsafe_document', 'Unsafe document'), ('truncated', 'Truncated'), ('too_large', 'Too large'), ('too_many_pages', 'Too many pages'), ('no_pages', 'No pages'), ('too_costly', 'Too costly'), ('changed_after_receipt', 'Changed after receipt'), ('service_fault', 'Service fault'), ('left_out', 'Left out')], max_length=24)),
                ('facts', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('took', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='chart',
            name='portal_chart_status_known',
        ),
        migrations.RemoveConstraint(
            model_name='chart',
            name='portal_chart_refused_for_what',
        ),
        migrations.AddField(
            model_name='chart',
            name='archive',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='chart',
            name='working_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='chart',
            name='working_sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='page',
            name='pixels',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='chart',
            name='media_type',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name='chart',
            name='reason',
            field=models.CharField(blank=True, choices=[('empty', 'Empty'), ('unknown_type', 'Unknown type'), ('name_differs', 'Name differs'), ('password_needed', 'Password needed'), ('password_protected', 'Password protected'), ('infected', 'Infected'), ('not_checked', 'Not checked'), ('unsafe_archive', 'Unsafe archive'), ('nested_archive', 'Nested archive'), ('unpacks_too_large', 'Unpacks too large'), ('unsafe_document', 'Unsafe document'), ('truncated', 'Truncated'), ('too_large', 'Too large'), ('too_many_pages', 'Too many pages'), ('no_pages', 'No pages'), ('too_costly', 'Too costly'), ('changed_after_receipt', 'Changed after receipt'), ('service_fault', 'Service fault'), ('left_out', 'Left out')], max_length=24),
        ),
        migrations.AlterField(
            model_name='chart',
            name='status',
            field=models.CharField(choices=[('received', 'Received'), ('ready', 'Ready'), ('unpacked', 'Unpacked'), ('duplicate', 'Duplicate'), ('locked', 'Locked'), ('quarantined', 'Quarantined'), ('unreadable', 'Unreadable')], default=portal.rules.intake.ChartStatus['RECEIVED'], max_length=12),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('pixels', ''), _negated=True), fields=['practice', 'pixels'], name='portal_page_pixels'),
        ),
        migrations.AddConstraint(
            model_name='chart',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['received', 'ready', 'unpacked', 'duplicate', 'locked', 'quarantined', 'unreadable'])), name='portal_chart_status_known'),
        ),
        migrations.AddConstraint(
            model_name='chart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status__in', [portal.rules.intake.ChartStatus['LOCKED'], portal.rules.intake.ChartStatus['QUARANTINED'], portal.rules.intake.ChartStatus['UNREADABLE']]), _negated=True), ('reason', '')), models.Q(('reason__in', [portal.rules.intake.Refusal['PASSWORD_NEEDED']]), ('status', portal.rules.intake.ChartStatus['LOCKED'])), models.Q(('reason__in', [portal.rules.intake.Refusal['INFECTED'], portal.rules.intake.Refusal['NOT_CHECKED']]), ('status', portal.rules.intake.ChartStatus['QUARANTINED'])), models.Q(('reason__in', [portal.rules.intake.Refusal['CHANGED_AFTER_RECEIPT'], portal.rules.intake.Refusal['EMPTY'], portal.rules.intake.Refusal['LEFT_OUT'], portal.rules.intake.Refusal['NAME_DIFFERS'], portal.rules.intake.Refusal['NESTED_ARCHIVE'], portal.rules.intake.Refusal['NO_PAGES'], portal.rules.intake.Refusal['PASSWORD_PROTECTED'], portal.rules.intake.Refusal['SERVICE_FAULT'], portal.rules.intake.Refusal['TOO_COSTLY'], portal.rules.intake.Refusal['TOO_LARGE'], portal.rules.intake.Refusal['TOO_MANY_PAGES'], portal.rules.intake.Refusal['TRUNCATED'], portal.rules.intake.Refusal['UNKNOWN_TYPE'], portal.rules.intake.Refusal['UNPACKS_TOO_LARGE'], portal.rules.intake.Refusal['UNSAFE_ARCHIVE'], portal.rules.intake.Refusal['UNSAFE_DOCUMENT']]), ('status', portal.rules.intake.ChartStatus['UNREADABLE'])), _connector='OR'), name='portal_chart_refused_for_what'),
        ),
        migrations.AddConstraint(
            model_name='chart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('working_name', ''), ('working_sha256', '')), models.Q(models.Q(('working_name', ''), _negated=True), ('working_sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='portal_chart_working_copy_hashed'),
        ),
        migrations.AddField(
            model_name='chartstep',
            name='chart',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='chartstep',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddConstraint(
            model_name='chartstep',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_chartstep_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='chartstep',
            constraint=models.UniqueConstraint(fields=('chart', 'name'), name='portal_chartstep_once'),
        ),
        migrations.AddConstraint(
            model_name='chartstep',
            constraint=models.CheckConstraint(condition=models.Q(('name__in', ['receive', 'hash', 'duplicate', 'type', 'malware', 'mend', 'unpack', 'set', 'limits', 'render', 'same_pages', 'words', 'marks', 'split', 'ready'])), name='portal_chartstep_name_known'),
        ),
        migrations.AddConstraint(
            model_name='chartstep',
            constraint=models.CheckConstraint(condition=models.Q(('result__in', ['done', 'noted', 'waiting', 'stopped'])), name='portal_chartstep_result_known'),
        ),
        migrations.AddConstraint(
            model_name='chartstep',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['', 'empty', 'unknown_type', 'name_differs', 'password_needed', 'password_protected', 'infected', 'not_checked', 'unsafe_archive', 'nested_archive', 'unpacks_too_large', 'unsafe_document', 'truncated', 'too_large', 'too_many_pages', 'no_pages', 'too_costly', 'changed_after_receipt', 'service_fault', 'left_out'])), name='portal_chartstep_reason_known'),
        ),
        in_one(
            row_security("portal_chartstep"),
            same_practice("portal_chartstep", "chart_id", "portal_chart"),
            same_practice("portal_chart", "archive_id", "portal_chart"),
        ),
    ]
