"""A comment may be the question of a query."""

import django.db.models.deletion
from django.db import migrations, models

from portal.tenancy import same_practice


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0023_query_security'),
        ('feedback', '0005_removable_by_destruction'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='query',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comment', to='coding.query'),
        ),
        same_practice("feedback_comment", "query_id", "coding_query"),
    ]
