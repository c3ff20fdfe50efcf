"""What practices say their files are about."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import in_one, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0012_destruction'),
    ]

    operations = [
        migrations.CreateModel(
            name='Manifest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('storage_name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('headings', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=500), size=None)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=16), size=None)),
                ('created_at', models.DateTimeField()),
                ('batch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='manifest', to='portal.batch')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
                ('token', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.apitoken')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ManifestRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('file', models.CharField(blank=True, max_length=500)),
                ('file_key', models.CharField(blank=True, max_length=500)),
                ('patient', models.CharField(blank=True, max_length=1002)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('mrn', models.CharField(blank=True, max_length=500)),
                ('service_date', models.DateField(blank=True, null=True)),
                ('provider', models.CharField(blank=True, max_length=500)),
                ('payer', models.CharField(blank=True, max_length=500)),
                ('notes', models.CharField(blank=True, max_length=500)),
                ('problems', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None)),
                ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='portal.manifest')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
            ],
            options={
                'ordering': ('manifest', 'line'),
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_manifest_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('created_by', None), ('token__isnull', False)), models.Q(('created_by__isnull', False), ('token', None)), _connector='OR'), name='portal_manifest_by_one'),
        ),
        migrations.AddConstraint(
            model_name='manifestrow',
            constraint=models.UniqueConstraint(fields=('id', 'practice'), name='portal_manifestrow_id_practice'),
        ),
        migrations.AddConstraint(
            model_name='manifestrow',
            constraint=models.UniqueConstraint(fields=('manifest', 'line'), name='portal_manifestrow_line_once'),
        ),
        in_one(
            row_security("portal_manifest"),
            row_security("portal_manifestrow"),
            same_practice("portal_manifest", "batch_id", "portal_batch"),
            same_practice("portal_manifest", "token_id", "portal_apitoken"),
            same_practice("portal_manifestrow", "manifest_id", "portal_manifest"),
        ),
    ]
