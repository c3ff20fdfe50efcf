"""Where each fact of a pre-coding is from."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from portal.tenancy import in_one, row_security, same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0030_samples'),
        ('portal', '0018_payer_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FactOrigin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=24)),
                ('how', models.CharField(choices=[('confirmed', 'Read, confirmed'), ('chosen', 'One of several, chosen'), ('marked', 'Taken from the page'), ('changed', 'Changed by hand'), ('typed', 'Typed')], max_length=10)),
                ('source', models.CharField(blank=True, choices=[('page', 'Page'), ('manifest', 'Manifest'), ('earlier', 'Earlier visit'), ('list', "Practice's list")], max_length=8)),
                ('said', models.CharField(blank=True, max_length=200)),
                ('passages', models.JSONField(blank=True, default=list)),
                ('offered', models.CharField(blank=True, max_length=200)),
                ('confirmed_at', models.DateTimeField()),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.practice')),
                ('precoding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='origins', to='coding.precoding')),
            ],
            options={
                'ordering': ('precoding', 'pk'),
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('id', 'practice'), name='coding_factorigin_id_practice'), models.UniqueConstraint(fields=('precoding', 'field'), name='coding_factorigin_field_once'), models.CheckConstraint(condition=models.Q(('how__in', ['confirmed', 'chosen', 'marked', 'changed', 'typed'])), name='coding_factorigin_how_known'), models.CheckConstraint(condition=models.Q(('source__in', ['', 'page', 'manifest', 'earlier', 'list'])), name='coding_factorigin_source_known'), models.CheckConstraint(condition=models.Q(('how__in', ['typed', 'changed']), models.Q(('source', ''), _negated=True), _connector='OR'), name='coding_factorigin_read_from_where')],
            },
        ),
        in_one(
            row_security("coding_factorigin"),
            same_practice("coding_factorigin", "precoding_id", "coding_precoding"),
        ),
    ]
