"""Files that arrive in parts, before they are charts."""

import django.db.models.deletion
import portal.rules.uploads
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import in_one, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0007_page_of_chart'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('offset', models.PositiveBigIntegerField(default=0)),
                ('state', models.CharField(choices=[('open', 'Open'), ('complete', 'Complete'), ('abandoned', 'Abandoned')], default=portal.rules.uploads.UploadState['OPEN'], max_length=12)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='portal.batch')),
                ('chart', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.chart')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
                ('token', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.apitoken')),
            ],
            options={
                'ordering': ('pk',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UploadPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offset', models.PositiveBigIntegerField()),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('storage_name', models.CharField(max_length=200)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='portal.upload')),
            ],
            options={
                'ordering': ('upload', 'offset'),
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['batch'], name='portal_upload_open_batch'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='portal_upload_open_until'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['practice', '-created_at'], name='portal_upload_practice_new'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_upload_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'complete', 'abandoned'])), name='portal_upload_state_known'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('offset__lte', models.F('size'))), name='portal_upload_within_size'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^([0-9a-f]{64})?$')), name='portal_upload_hash_form'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('created_by', None), ('token__isnull', False)), models.Q(('created_by__isnull', False), ('token', None)), _connector='OR'), name='portal_upload_by_one'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('chart__isnull', False), ('offset', models.F('size')), ('state', portal.rules.uploads.UploadState['COMPLETE'])), models.Q(models.Q(('state', portal.rules.uploads.UploadState['COMPLETE']), _negated=True), ('chart', None)), _connector='OR'), name='portal_upload_complete_is_a_chart'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', portal.rules.uploads.UploadState['OPEN'])), models.Q(models.Q(('state', portal.rules.uploads.UploadState['OPEN']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='portal_upload_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='uploadpart',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_uploadpart_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='uploadpart',
            constraint=models.UniqueConstraint(fields=('upload', 'offset'), name='portal_uploadpart_offset_once'),
        ),
        migrations.AddConstraint(
            model_name='uploadpart',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='portal_uploadpart_not_empty'),
        ),
        in_one(
            row_security("portal_upload"),
            row_security("portal_uploadpart"),
            same_practice("portal_upload", "batch_id", "portal_batch"),
            same_practice("portal_upload", "chart_id", "portal_chart"),
            same_practice("portal_upload", "token_id", "portal_apitoken"),
            same_practice("portal_uploadpart", "upload_id", "portal_upload"),
        ),
    ]
