"""A comment may be about a chart, and may be the service's own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0018_pages_of_a_coding'),
        ('feedback', '0003_attachments_share_bytes'),
        ('portal', '0010_scrub'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='comment',
            name='feedback_comment_by_one',
        ),
        migrations.AddField(
            model_name='comment',
            name='chart',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='portal.chart'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('author', None), ('token', None), _connector='OR'), name='feedback_comment_by_one'),
        ),
        same_practice("feedback_comment", "chart_id", "portal_chart"),
    ]
