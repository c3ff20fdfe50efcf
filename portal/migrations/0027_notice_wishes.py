"""What people wish of our e-mails; notices that are held for a digest."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0026_channels'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeWishes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.JSONField(default=dict)),
                ('digest_hour', models.PositiveSmallIntegerField(default=8)),
                ('quiet_from', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('quiet_until', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='notice',
            name='digest',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='lines', to='portal.notice'),
        ),
        migrations.AddField(
            model_name='notice',
            name='held_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('held_until__isnull', False), ('sent_at', None)), fields=['recipient', 'held_until'], name='portal_notice_held'),
        ),
        migrations.AddField(
            model_name='noticewishes',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_wishes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='noticewishes',
            constraint=models.CheckConstraint(condition=models.Q(('digest_hour__lte', 23), models.Q(('quiet_from', None), ('quiet_from__lte', 23), _connector='OR'), models.Q(('quiet_until', None), ('quiet_until__lte', 23), _connector='OR')), name='portal_noticewishes_hours'),
        ),
        migrations.AddConstraint(
            model_name='noticewishes',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='portal_noticewishes_quiet'),
        ),
    ]
