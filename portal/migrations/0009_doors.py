"""SFTP accounts, keys and inboxes; FHIR endpoints and what was fetched from them."""

import django.db.models.deletion
import portal.models.doors
import portal.rules.inbox
from django.conf import settings
from django.db import migrations, models


from portal.tenancy import in_one, row_security, same_practice

TABLES = (
    "portal_sftpaccount",
    "portal_sftpkey",
    "portal_inboxfolder",
    "portal_inboxfile",
    "portal_fhirendpoint",
    "portal_fhirdocument",
)
PARENTS = (
    ("portal_sftpkey", "account_id", "portal_sftpaccount"),
    ("portal_inboxfolder", "account_id", "portal_sftpaccount"),
    ("portal_inboxfolder", "batch_id", "portal_batch"),
    ("portal_inboxfile", "folder_id", "portal_inboxfolder"),
    ("portal_inboxfile", "account_id", "portal_sftpaccount"),
    ("portal_inboxfile", "chart_id", "portal_chart"),
    ("portal_fhirendpoint", "batch_id", "portal_batch"),
    ("portal_fhirdocument", "endpoint_id", "portal_fhirendpoint"),
    ("portal_fhirdocument", "chart_id", "portal_chart"),
    ("portal_download", "account_id", "portal_sftpaccount"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0008_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='FhirDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=64)),
                ('fault', models.CharField(blank=True, max_length=40)),
                ('fetched_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FhirEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base_url', models.CharField(max_length=300)),
                ('token_url', models.CharField(max_length=300)),
                ('client_id', models.CharField(max_length=200)),
                ('scopes', models.CharField(default='system/DocumentReference.rs system/Binary.r', max_length=200)),
                ('specialty', models.CharField(choices=[('primary_care', 'Primary care'), ('cardiology', 'Cardiology'), ('radiology', 'Radiology'), ('orthopedics', 'Orthopedics'), ('emergency', 'Emergency'), ('gastroenterology', 'Gastroenterology')], max_length=24)),
                ('key_id', models.CharField(max_length=40, unique=True)),
                ('private_key', models.TextField()),
                ('public_key', models.TextField()),
                ('since', models.DateTimeField()),
                ('state', models.CharField(choices=[('on', 'On'), ('off', 'Off')], default=portal.models.doors.EndpointState['ON'], max_length=4)),
                ('last_run_at', models.DateTimeField(blank=True, null=True)),
                ('last_fault', models.CharField(blank=True, max_length=40)),
                ('fault_since', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InboxFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('station', models.CharField(max_length=16)),
                ('staged', models.CharField(max_length=32, unique=True)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('attempt', models.PositiveIntegerField(default=1)),
                ('in_order', models.BooleanField(default=True)),
                ('state', models.CharField(choices=[('writing', 'Writing'), ('cut', 'Cut'), ('parked', 'Parked'), ('closed', 'Closed'), ('taken', 'Taken'), ('refused', 'Refused'), ('missed', 'Missed'), ('dropped', 'Dropped')], default=portal.rules.inbox.FileState['WRITING'], max_length=8)),
                ('fault', models.CharField(blank=True, max_length=24)),
                ('opened_at', models.DateTimeField()),
                ('written_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('flagged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InboxFolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=255)),
                ('state', models.CharField(choices=[('open', 'Open'), ('sent', 'Sent'), ('nothing', 'Nothing')], default=portal.rules.inbox.FolderState['OPEN'], max_length=8)),
                ('created_at', models.DateTimeField()),
                ('touched_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SftpAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('login', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('specialty', models.CharField(choices=[('primary_care', 'Primary care'), ('cardiology', 'Cardiology'), ('radiology', 'Radiology'), ('orthopedics', 'Orthopedics'), ('emergency', 'Emergency'), ('gastroenterology', 'Gastroenterology')], max_length=24)),
                ('password', models.CharField(blank=True, max_length=128)),
                ('password_set_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('login',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SftpKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('public_key', models.TextField()),
                ('fingerprint', models.CharField(max_length=60)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ('account', '-created_at'),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SftpServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('station', models.CharField(max_length=16, unique=True)),
                ('address', models.CharField(max_length=120)),
                ('fingerprint', models.CharField(max_length=60)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='batch',
            name='portal_batch_source_known',
        ),
        migrations.RemoveConstraint(
            model_name='download',
            name='portal_download_by_one',
        ),
        migrations.AddField(
            model_name='practice',
            name='sftp_passwords',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='batch',
            name='source',
            field=models.CharField(choices=[('web', 'Web'), ('api', 'API'), ('sftp', 'SFTP'), ('fhir', 'FHIR')], default='web', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['web', 'api', 'sftp', 'fhir'])), name='portal_batch_source_known'),
        ),
        migrations.AddField(
            model_name='fhirdocument',
            name='chart',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fhir_document', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='fhirdocument',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='fhirendpoint',
            name='batch',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.batch'),
        ),
        migrations.AddField(
            model_name='fhirendpoint',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='fhirendpoint',
            name='practice',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='fhir_endpoint', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='fhirdocument',
            name='endpoint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='portal.fhirendpoint'),
        ),
        migrations.AddField(
            model_name='inboxfile',
            name='chart',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbox_file', to='portal.chart'),
        ),
        migrations.AddField(
            model_name='inboxfile',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='inboxfolder',
            name='batch',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbox_folder', to='portal.batch'),
        ),
        migrations.AddField(
            model_name='inboxfolder',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='inboxfile',
            name='folder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='portal.inboxfolder'),
        ),
        migrations.AddField(
            model_name='sftpaccount',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sftpaccount',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sftpaccount',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sftpaccount',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sftp_accounts', to='portal.practice'),
        ),
        migrations.AddField(
            model_name='inboxfolder',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.sftpaccount'),
        ),
        migrations.AddField(
            model_name='inboxfile',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.sftpaccount'),
        ),
        migrations.AddField(
            model_name='download',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.sftpaccount'),
        ),
        migrations.AddConstraint(
            model_name='download',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', None), ('token', None), ('user__isnull', False)), models.Q(('account', None), ('token__isnull', False), ('user', None)), models.Q(('account__isnull', False), ('token', None), ('user', None)), _connector='OR'), name='portal_download_by_one'),
        ),
        migrations.AddField(
            model_name='sftpkey',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='portal.sftpaccount'),
        ),
        migrations.AddField(
            model_name='sftpkey',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sftpkey',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice'),
        ),
        migrations.AddConstraint(
            model_name='fhirendpoint',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_fhirendpoint_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='fhirendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['on', 'off'])), name='portal_fhirendpoint_state_known'),
        ),
        migrations.AddConstraint(
            model_name='fhirendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('specialty__in', ['primary_care', 'cardiology', 'radiology', 'orthopedics', 'emergency', 'gastroenterology'])), name='portal_fhirendpoint_specialty_known'),
        ),
        migrations.AddConstraint(
            model_name='fhirendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('last_fault', ''), ('fault_since__isnull', False), _connector='XOR'), name='portal_fhirendpoint_fault_since'),
        ),
        migrations.AddConstraint(
            model_name='fhirdocument',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_fhirdocument_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='fhirdocument',
            constraint=models.UniqueConstraint(fields=('endpoint', 'reference'), name='portal_fhirdocument_once'),
        ),
        migrations.AddConstraint(
            model_name='fhirdocument',
            constraint=models.CheckConstraint(condition=models.Q(('chart', None), ('fault', ''), _connector='XOR'), name='portal_fhirdocument_chart_or_fault'),
        ),
        migrations.AddConstraint(
            model_name='sftpaccount',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_sftpaccount_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='sftpaccount',
            constraint=models.CheckConstraint(condition=models.Q(('specialty__in', ['primary_care', 'cardiology', 'radiology', 'orthopedics', 'emergency', 'gastroenterology'])), name='portal_sftpaccount_specialty_known'),
        ),
        migrations.AddConstraint(
            model_name='sftpaccount',
            constraint=models.CheckConstraint(condition=models.Q(('login__regex', '^[a-z0-9][a-z0-9-]{2,31}$')), name='portal_sftpaccount_login_form'),
        ),
        migrations.AddConstraint(
            model_name='sftpaccount',
            constraint=models.CheckConstraint(condition=models.Q(('password', ''), ('password_set_at__isnull', False), _connector='XOR'), name='portal_sftpaccount_password_since'),
        ),
        migrations.AddConstraint(
            model_name='sftpaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='portal_sftpaccount_ended_by_at'),
        ),
        migrations.AddConstraint(
            model_name='inboxfolder',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_inboxfolder_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='inboxfolder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'sent', 'nothing'])), name='portal_inboxfolder_state_known'),
        ),
        migrations.AddConstraint(
            model_name='inboxfolder',
            constraint=models.UniqueConstraint(condition=models.Q(('state', portal.rules.inbox.FolderState['OPEN'])), fields=('practice', 'name'), name='portal_inboxfolder_one_open'),
        ),
        migrations.AddConstraint(
            model_name='inboxfolder',
            constraint=models.CheckConstraint(condition=models.Q(('state', portal.rules.inbox.FolderState['OPEN']), ('ended_at__isnull', False), _connector='XOR'), name='portal_inboxfolder_ended_since'),
        ),
        migrations.AddConstraint(
            model_name='inboxfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', portal.rules.inbox.FolderState['SENT']), _negated=True), ('batch__isnull', False), _connector='OR'), name='portal_inboxfolder_sent_as_what'),
        ),
        migrations.AddIndex(
            model_name='inboxfile',
            index=models.Index(fields=['practice', 'opened_at'], name='portal_inboxfile_recent'),
        ),
        migrations.AddIndex(
            model_name='inboxfile',
            index=models.Index(condition=models.Q(('state__in', ['writing', 'cut', 'parked', 'closed'])), fields=['state'], name='portal_inboxfile_open'),
        ),
        migrations.AddConstraint(
            model_name='inboxfile',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_inboxfile_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='inboxfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['writing', 'cut', 'parked', 'closed', 'taken', 'refused', 'missed', 'dropped'])), name='portal_inboxfile_state_known'),
        ),
        migrations.AddConstraint(
            model_name='inboxfile',
            constraint=models.CheckConstraint(condition=models.Q(('state', portal.rules.inbox.FileState['TAKEN']), ('chart', None), _connector='XOR'), name='portal_inboxfile_taken_as_what'),
        ),
        migrations.AddConstraint(
            model_name='inboxfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', [portal.rules.inbox.FileState['CLOSED'], portal.rules.inbox.FileState['TAKEN']]), _negated=True), ('closed_at__isnull', False), _connector='OR'), name='portal_inboxfile_closed_since'),
        ),
        migrations.AddConstraint(
            model_name='sftpkey',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_sftpkey_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='sftpkey',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('fingerprint',), name='portal_sftpkey_once'),
        ),
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(table, column, parent) for table, column, parent in PARENTS),
        ),
    ]
